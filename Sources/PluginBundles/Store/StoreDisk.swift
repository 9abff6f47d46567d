internal import CLinux
internal import Glibc
internal import Platform
package import Records

/// One change of the disk.
package enum StoreOperation: Sendable, Equatable {
  case createFolder(String)
  /// A new file with these bytes, not synced.
  case write(String, [UInt8], mode: UInt32)
  case syncFile(String)
  case syncFolder(String)
  case rename(String, String)
  /// Two folders change places.
  case exchange(String, String)
  case removeFile(String)
  case removeFolder(String)
}

/// What the store does to the disk, one change after the other. A test sees each before it is made, and may stop there as a
/// power cut would: nothing here tidies up when it is stopped.
package struct StoreDisk {
  /// Called before each change; an answer ends the command with it.
  package typealias Observer = (StoreOperation) -> CrossdockError?

  private let observer: Observer?
  /// The lock file, which holds `spareBytes` of the disk: what a command gives up when there is no room for a state any more. A plugin that
  /// has filled the disk can be disabled then.
  private let spare: String
  private static let spareBytes = 65_536
  /// What of it stays: who holds the lock.
  private static let keptBytes = 32

  /// Who everything is to belong to, when root makes it in a folder of another user.
  private let owner: (user: UInt32, group: UInt32)?

  /// - Parameter folder: the store; the owner of it, or of the nearest folder above that is there, owns what is made.
  package init(folder: String, observer: Observer? = nil) {
    self.observer = observer
    spare = "\(folder)/.lock"
    var place = folder
    while place != "/", place != ".", FolderListing.owner(of: place) == nil { place = Files.folder(of: place) }
    owner = geteuid() == 0 ? FolderListing.owner(of: place) : nil
  }

  private func observe(_ operation: StoreOperation) throws(CrossdockError) {
    if let error = observer?(operation) { throw error }
  }

  package func createFolder(_ path: String) throws(CrossdockError) {
    try observe(.createFolder(path))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Files.failure("create the folder", path) }
    if let owner { chown(path, owner.user, owner.group) }
  }

  func write(
    _ path: String, _ bytes: ArraySlice<UInt8>, mode: UInt32, mayUseSpare: Bool = false
  ) throws(CrossdockError) {
    try observe(.write(path, Array(bytes), mode: mode))
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
    var fd = crossdock_open(path, flags, mode)
    if fd < 0, errno == ENOSPC, mayUseSpare, giveUpSpare() { fd = crossdock_open(path, flags, mode) }
    guard fd >= 0 else { throw Files.failure("write the file", path) }
    defer { close(fd) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress! + written, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == ENOSPC, mayUseSpare, giveUpSpare() { continue }
      guard count > 0 else { throw Files.failure("write the file", path) }
      written += count
    }
    // The umask does not decide whether the agent may read it.
    guard fchmod(fd, mode) == 0 else { throw Files.failure("write the file", path) }
    if let owner { fchown(fd, owner.user, owner.group) }
  }

  func syncFile(_ path: String) throws(CrossdockError) {
    try observe(.syncFile(path))
    try sync(path, O_RDONLY)
  }

  func syncFolder(_ path: String) throws(CrossdockError) {
    try observe(.syncFolder(path))
    try sync(path, O_RDONLY | O_DIRECTORY)
  }

  private func sync(_ path: String, _ flags: Int32) throws(CrossdockError) {
    let fd = crossdock_open(path, flags, 0)
    guard fd >= 0 else { throw Files.failure("sync", path) }
    defer { close(fd) }
    guard fsync(fd) == 0 else { throw Files.failure("sync", path) }
  }

  func rename(_ path: String, to new: String) throws(CrossdockError) {
    try observe(.rename(path, new))
    guard Glibc.rename(path, new) == 0 else { throw Files.failure("rename to \(new)", path) }
  }

  /// What root has made for the store belongs to the store's owner.
  func adopt(_ path: String) {
    if let owner { chown(path, owner.user, owner.group) }
  }

  func exchange(_ path: String, _ other: String) throws(CrossdockError) {
    try observe(.exchange(path, other))
    guard crossdock_exchange(path, other) == 0 else {
      var error = Files.failure("exchange with \(other)", path)
      if errno == EINVAL || errno == ENOSYS {
        error.hint = "this file system cannot do it: remove the plugin, then install it again"
      }
      throw error
    }
  }

  /// Writes beside it, syncs, renames over it, syncs the folder.
  func replace(_ path: String, with bytes: [UInt8]) throws(CrossdockError) {
    try write(path + ".new", bytes[...], mode: 0o644, mayUseSpare: true)
    try syncFile(path + ".new")
    try rename(path + ".new", to: path)
    try syncFolder(Files.folder(of: path))
    keepSpare()
  }

  // MARK: the spare

  /// Takes the room while there is some; a full disk has none to take.
  func keepSpare() {
    let fd = crossdock_open(spare, O_RDWR | O_NOFOLLOW, 0)
    guard fd >= 0 else { return }
    posix_fallocate(fd, 0, off_t(Self.spareBytes))
    close(fd)
  }

  /// False: there is nothing to give up.
  private func giveUpSpare() -> Bool {
    guard let size = Files.size(spare), size > Int64(Self.keptBytes) else { return false }
    let fd = crossdock_open(spare, O_RDWR | O_NOFOLLOW, 0)
    guard fd >= 0 else { return false }
    defer { close(fd) }
    return ftruncate(fd, off_t(Self.keptBytes)) == 0
  }

  /// A file, a link, or a folder with everything in it.
  package func removeTree(_ path: String) throws(CrossdockError) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    guard info.st_mode & S_IFMT == S_IFDIR else {
      try observe(.removeFile(path))
      guard unlink(path) == 0 || errno == ENOENT else { throw Files.failure("remove the file", path) }
      return
    }
    for entry in try FolderListing.entries(of: path) { try removeTree("\(path)/\(entry.name)") }
    try observe(.removeFolder(path))
    guard rmdir(path) == 0 || errno == ENOENT else { throw Files.failure("remove the folder", path) }
  }
}

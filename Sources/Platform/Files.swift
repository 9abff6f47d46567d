internal import CLinux
internal import Glibc
package import Records

/// Whole files, read with a bound and replaced atomically.
package enum Files {
  package static func read(_ path: String, limit: Int) throws(CrossdockError) -> [UInt8] {
    try read(path, limit: limit, failure: { failure("read the file", path) })
  }

  /// A file that somebody has named as input: that it is not there, or cannot be read, is bad input (exit code 65), not a failure of
  /// this program.
  package static func readInput(_ path: String, limit: Int) throws(CrossdockError) -> [UInt8] {
    try read(path, limit: limit, failure: { inputFailure(path) })
  }

  /// Of the system call before, about a file that somebody has named as input.
  package static func inputFailure(_ path: String) -> CrossdockError {
    var error = failure("read the file", path)
    error.exitCode = .badInput
    return error
  }

  private static func read(
    _ path: String, limit: Int, failure: () -> CrossdockError
  ) throws(CrossdockError) -> [UInt8] {
    let fd = crossdock_open_plain(path)
    guard fd >= 0 else { throw failure() }
    defer { close(fd) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(fd, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure()
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else {
        throw CrossdockError(
          "read the file", at: path, reason: "larger than \(limit) bytes", exitCode: .badInput)
      }
    }
  }

  /// Whether every byte of a file can be read.
  package static func isReadable(_ path: String) -> Bool {
    let fd = crossdock_open_plain(path)
    guard fd >= 0 else { return false }
    defer { close(fd) }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(fd, $0.baseAddress, $0.count) }
      if count == 0 { return true }
      if count < 0, errno != EINTR { return false }
    }
  }

  /// The first bytes of a file, fewer where it is shorter.
  package static func readStart(_ path: String, count: Int) throws(CrossdockError) -> [UInt8] {
    let fd = crossdock_open_plain(path)
    guard fd >= 0 else { throw failure("read the file", path) }
    defer { close(fd) }
    var bytes = [UInt8](repeating: 0, count: count)
    let length = pread(fd, &bytes, count, 0)
    guard length >= 0 else { throw failure("read the file", path) }
    return Array(bytes.prefix(length))
  }

  /// Writes over the first bytes of a file that is there, and syncs it.
  package static func overwriteStart(_ path: String, with bytes: [UInt8]) throws(CrossdockError) {
    let fd = crossdock_open(path, O_WRONLY, 0)
    guard fd >= 0 else { throw failure("write the file", path) }
    defer { close(fd) }
    guard pwrite(fd, bytes, bytes.count, 0) == bytes.count, fsync(fd) == 0 else {
      throw failure("write the file", path)
    }
  }

  /// Writes beside the file, syncs, renames over it, syncs the folder: after a power cut it is the old file or the new one.
  package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(CrossdockError) {
    let temporary = path + ".new"
    let fd = crossdock_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode)
    guard fd >= 0 else { throw failure("write the file", temporary) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(fd, $0.baseAddress! + written, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let error = failure("write the file", temporary)
        close(fd)
        unlink(temporary)
        throw error
      }
      written += count
    }
    guard fsync(fd) == 0, close(fd) == 0, Glibc.rename(temporary, path) == 0 else {
      throw failure("write the file", path)
    }
    syncFolder(of: path)
  }

  /// Creates the folder and what is missing above it, with access for this user only. Its name is synced in the folder
  /// above: without that, a power cut would take the folder with everything in it, however well that was synced.
  package static func createFolder(_ path: String) throws(CrossdockError) {
    if path.count > 1, path.hasSuffix("/") { return try createFolder(String(path.dropLast())) }
    if mkdir(path, 0o700) == 0 { return syncFolder(of: path) }
    if errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw failure("create the folder", path)
    }
    try createFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("create the folder", path) }
    syncFolder(of: path)
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  package static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path is there and is something else than a plain file: a folder, a pipe, a device.
  package static func isSpecial(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT != S_IFREG
  }

  /// The absolute path without symbolic links; nil when there is no such file.
  package static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Size in bytes, nil when there is no such file.
  package static func size(_ path: String) -> Int64? {
    var info = stat()
    return stat(path, &info) == 0 ? Int64(info.st_size) : nil
  }

  /// Bytes that this user may still write on the file system of a path.
  package static func freeBytes(at path: String) -> Int64? {
    var info = statvfs()
    return statvfs(path, &info) == 0 ? Int64(info.f_bavail) * Int64(info.f_frsize) : nil
  }

  package static func rename(_ path: String, to new: String) throws(CrossdockError) {
    guard Glibc.rename(path, new) == 0 else { throw failure("rename to \(new)", path) }
    syncFolder(of: new)
  }

  /// What was written to a file by another means is on disk afterwards.
  package static func sync(_ path: String) throws(CrossdockError) {
    let fd = crossdock_open(path, O_RDONLY, 0)
    guard fd >= 0 else { throw failure("sync the file", path) }
    defer { close(fd) }
    guard fsync(fd) == 0 else { throw failure("sync the file", path) }
  }

  package static func remove(_ path: String) {
    unlink(path)
  }

  package static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The real path of what is there; the path itself when nothing is.
  package static func absolute(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The program that runs.
  package static var ownProgram: String { absolute("/proc/self/exe") }

  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func syncFolder(of path: String) {
    let fd = crossdock_open(folder(of: path), O_RDONLY | O_DIRECTORY, 0)
    if fd >= 0 {
      fsync(fd)
      close(fd)
    }
  }

  package static func failure(_ operation: String, _ path: String) -> CrossdockError {
    let code = errno
    let hint =
      switch code {
      case ENOENT: "check the path"
      case EACCES, EPERM, EROFS: "give this user permission, or choose another place"
      case ENOSPC, EDQUOT: "free space on this file system"
      case Int32(crossdock_not_plain): "name the file itself"
      default: ""
      }
    // A file that is to be written cannot be written, whatever the reason: exit code 73.
    let isWriteFault =
      operation.hasPrefix("write")
      || [EACCES, EPERM, EROFS, ENOSPC, EDQUOT, EIO].contains(code) && !operation.hasPrefix("read")
    return CrossdockError(
      operation, at: path,
      reason: code == Int32(crossdock_not_plain) ? "it is no plain file" : String(cString: strerror(code)),
      hint: hint,
      isRetryable: [ENOSPC, EDQUOT, EINTR, EAGAIN].contains(code), exitCode: isWriteFault ? .cannotWrite : .failure)
  }
}

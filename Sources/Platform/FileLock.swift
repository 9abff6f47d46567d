internal import CLinux
internal import Glibc
package import Records

/// An exclusive lock on a file for the life of this value, so that two agents never share a journal. The kernel drops it
/// with the process, however that ends; the file stays.
package final class FileLock {
  private let fd: Int32
  private let path: String
  /// The kernel has no wait for a lock that ends by itself.
  private static let pollMs: Int32 = 10

  /// - Parameter timeoutMs: how long to wait for a process that holds it.
  /// - Throws: when another process holds it all that time; the reason names that process.
  package init(path: String, timeoutMs: Int64 = 0) throws(CrossdockError) {
    let fd = crossdock_open(path, O_RDWR | O_CREAT, 0o600)
    guard fd >= 0 else { throw Files.failure("lock", path) }
    guard Self.take(fd, timeoutMs: timeoutMs) else {
      let isHeld = errno == EWOULDBLOCK
      var text = [UInt8](repeating: 0, count: 32)
      let count = pread(fd, &text, text.count, 0)
      let holder = String(decoding: text.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self)
      let error =
        isHeld
        ? CrossdockError(
          "lock", at: path, reason: "already in use by process \(holder.isEmpty ? "unknown" : holder)",
          hint: "stop the other process, or give this one a data folder of its own", exitCode: .failure)
        : Files.failure("lock", path)
      close(fd)
      throw error
    }
    let owner = Array("\(getpid())\n".utf8)
    var info = stat()
    // A longer file keeps room on the disk for whoever holds the lock (`StoreDisk`).
    if fstat(fd, &info) == 0, info.st_size <= 32 { ftruncate(fd, 0) }
    pwrite(fd, owner, owner.count, 0)
    self.fd = fd
    self.path = path
  }

  /// - Returns: false with `errno` of the last attempt.
  private static func take(_ fd: Int32, timeoutMs: Int64) -> Bool {
    let deadlineNs = SystemClock.monotonicNs() + timeoutMs * 1_000_000
    while true {
      if flock(fd, LOCK_EX | LOCK_NB) == 0 { return true }
      let reason = errno
      guard reason == EINTR || (reason == EWOULDBLOCK && SystemClock.monotonicNs() < deadlineNs) else {
        errno = reason
        return false
      }
      if reason == EWOULDBLOCK { poll(nil, 0, pollMs) }
    }
  }

  /// Says that this process takes SIGHUP as a request: `announcedOwner` finds it until it ends or this value goes.
  package func announce() throws(CrossdockError) {
    var record = Self.record()
    guard fcntl(fd, F_SETLK, &record) == 0 else { throw Files.failure("lock", path) }
  }

  /// The process that has announced itself on a lock file, as the kernel knows it: a number left in the file may mean
  /// another process by now. Nil when there is none.
  package static func announcedOwner(_ path: String) throws(CrossdockError) -> Int32? {
    let fd = crossdock_open(path, O_RDWR, 0)
    if fd < 0, errno == ENOENT { return nil }
    guard fd >= 0 else { throw Files.failure("look who has the lock", path) }
    defer { close(fd) }
    var record = record()
    guard fcntl(fd, F_GETLK, &record) == 0 else { throw Files.failure("look who has the lock", path) }
    return record.l_type == Int16(F_UNLCK) ? nil : record.l_pid
  }

  /// The first byte of the file, for writing. A lock of another kind than that of `init`: the two do not see each other.
  private static func record() -> Glibc.flock {
    var record = Glibc.flock()
    record.l_type = Int16(F_WRLCK)
    record.l_whence = Int16(SEEK_SET)
    record.l_len = 1
    return record
  }

  deinit {
    close(fd)
  }
}

internal import CLinux
internal import Glibc
package import Records

/// A file that is written piece by piece and appears under its name when it is whole.
package final class FileOutput {
  package let path: String
  private let fd: Int32
  private var isFinished = false
  private var temporary: String { path + ".new" }

  package init(path: String, mode: UInt32 = 0o600) throws(CrossdockError) {
    self.path = path
    fd = crossdock_open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC, mode)
    guard fd >= 0 else { throw Files.failure("write the file", path) }
  }

  /// Without `finish` nothing is left.
  deinit {
    guard !isFinished else { return }
    close(fd)
    unlink(temporary)
  }

  package func write(_ bytes: [UInt8]) throws(CrossdockError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress! + written, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Files.failure("write the file", path) }
      written += count
    }
  }

  /// Synced and under its name.
  package func finish() throws(CrossdockError) {
    precondition(!isFinished, "FileOutput: finished twice")
    guard fsync(fd) == 0 else { throw Files.failure("write the file", path) }
    try Files.rename(temporary, to: path)
    close(fd)
    isFinished = true
  }
}

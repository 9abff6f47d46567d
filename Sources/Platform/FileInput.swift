internal import CLinux
internal import Glibc
package import Records

/// A file of any size that somebody has named as input, read at places.
package final class FileInput {
  package let path: String
  package let size: Int64
  private let fd: Int32

  /// - Throws: when there is no such file, or it cannot be read.
  package init(path: String) throws(CrossdockError) {
    let fd = crossdock_open(path, O_RDONLY, 0)
    guard fd >= 0 else { throw Files.inputFailure(path) }
    let end = lseek(fd, 0, SEEK_END)
    guard end >= 0 else {
      let error = Files.inputFailure(path)
      close(fd)
      throw error
    }
    self.fd = fd
    self.path = path
    size = Int64(end)
  }

  deinit {
    close(fd)
  }

  /// The bytes from a place on; fewer at the end of the file.
  package func read(at offset: Int64, count: Int) throws(CrossdockError) -> [UInt8] {
    let wanted = Int(max(0, min(Int64(count), size - offset)))
    var bytes = [UInt8](repeating: 0, count: wanted)
    var done = 0
    while done < wanted {
      let got = bytes.withUnsafeMutableBytes {
        pread(fd, $0.baseAddress! + done, wanted - done, off_t(offset) + off_t(done))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw Files.inputFailure(path) }
      if got == 0 { break }
      done += got
    }
    return Array(bytes.prefix(done))
  }
}

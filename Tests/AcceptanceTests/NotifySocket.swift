import Foundation

/// The service manager's end of sd_notify(3): a Unix datagram socket with a name.
final class NotifySocket {
  let path: String
  private let fd: Int32

  init(path: String) throws {
    self.path = path
    fd = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    precondition(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard result == 0 else { throw SandboxError("bind \(path): \(errno)") }
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit {
    close(fd)
  }

  /// The next message; nil when none comes in two minutes.
  func receive() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var count = recv(fd, &buffer, buffer.count, 0)
    // A process that was stopped for a moment; with a time limit the call does not go on by itself.
    while count < 0, errno == EINTR { count = recv(fd, &buffer, buffer.count, 0) }
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }

  /// Waits for a message that begins so.
  func receive(_ start: String) -> Bool {
    while let message = receive() {
      if message.hasPrefix(start) { return true }
    }
    return false
  }
}

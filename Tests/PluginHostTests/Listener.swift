import Foundation

/// Accepts connections and sends each byte back, until it is let go.
///
/// Unchecked because its members are constant after init, and the thread has a copy of the descriptor.
final class Listener: @unchecked Sendable {
  let port: UInt16
  private let fd: Int32
  private static let backlog: Int32 = 16

  /// On a port of 127.0.0.1 that the kernel chooses, or this one of another address.
  init(_ address: String = "127.0.0.1", port: UInt16 = 0) throws {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(fd, address, size) == 0 && listen(fd, Self.backlog) == 0 && getsockname(fd, address, &size) == 0
      }
    }
    (self.fd, self.port) = (fd, UInt16(bigEndian: name.sin_port))
    guard bound else { throw HostChild.Ended(description: "cannot listen on \(address):\(port)") }
    serve()
  }

  /// On a path, or with "@" on an abstract name.
  init(unix path: String) throws {
    let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
    if path.hasPrefix("@") { name.sun_path.0 = 0 }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count + (path.hasPrefix("@") ? 0 : 1))
    let bound = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, size) == 0 && listen(fd, Self.backlog) == 0 }
    }
    (self.fd, port) = (fd, 0)
    guard bound else { throw HostChild.Ended(description: "cannot listen on \(path)") }
    serve()
  }

  deinit {
    shutdown(fd, Int32(SHUT_RDWR))
  }

  private func serve() {
    let fd = fd
    Thread.detachNewThread {
      while true {
        let connection = accept(fd, nil, nil)
        guard connection >= 0 else { break }
        var byte: UInt8 = 0
        while read(connection, &byte, 1) == 1, write(connection, &byte, 1) == 1 {}
        close(connection)
      }
      close(fd)
    }
  }
}

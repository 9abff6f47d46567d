import Foundation

/// A loopback port that nobody uses, and that no other test takes as long as this value is there: tests run beside each other, and a
/// broker or a central that is away for a moment must find its port again.
///
/// It lies below the ports that the kernel gives to connections: one of those could take it meanwhile, and who knocks at it could even be
/// connected to itself. The claim is an abstract Unix socket's name, which goes with its process.
package final class LoopbackPort: Sendable {
  package let number: UInt16
  private let claim: Int32

  package init() throws {
    let range = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    let lowest = range.split(whereSeparator: \.isWhitespace).first.flatMap { UInt16($0) } ?? 0
    let numbers: Range<UInt16> = lowest > 12_000 ? 10_000..<lowest : 10_000..<60_000
    for _ in 0..<200 {
      let number = UInt16.random(in: numbers)
      guard let claim = Self.claim(number) else { continue }
      if Self.isFree(number) {
        (self.number, self.claim) = (number, claim)
        return
      }
      close(claim)
    }
    throw CocoaError(.fileWriteFileExists)
  }

  deinit { close(claim) }

  private static func newSocket(_ family: Int32) -> Int32 {
    socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  }

  /// Nil: another test has it.
  private static func claim(_ number: UInt16) -> Int32? {
    let fd = newSocket(AF_UNIX)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // After a zero byte: a name, not a path.
    let name = Array("crossdock-test-port-\(number)".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0[1...].copyBytes(from: name) }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.count)
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, size) == 0 }
    }
    if isBound { return fd }
    close(fd)
    return nil
  }

  private static func isFree(_ number: UInt16) -> Bool {
    let fd = newSocket(AF_INET)
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

import Glibc
import Records

/// A bound and listening TCP socket.
struct ListenSocket {
  let descriptor: Int32
  /// Numeric, `127.0.0.1:43121` or `[::1]:43121`.
  let address: String
  let port: UInt16
  let isLoopback: Bool

  private static let backlog: Int32 = 128

  init(_ listen: String) throws(CrossdockError) {
    guard let (host, port) = Self.split(listen) else {
      throw CrossdockError(
        "listen", at: listen, reason: "it is not HOST:PORT", hint: "write 127.0.0.1:7790, or [::1]:7790",
        exitCode: .badConfiguration)
    }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let failure = getaddrinfo(host, String(port), &hints, &list)
    guard failure == 0, let found = list?.pointee, let address = found.ai_addr else {
      throw CrossdockError(
        "listen", at: listen, reason: String(cString: gai_strerror(failure)),
        hint: "give an address of this machine", exitCode: .badConfiguration)
    }
    defer { freeaddrinfo(list) }
    let fd = socket(found.ai_family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    guard fd >= 0 else { throw Self.failure(errno, listen, port) }
    var on: Int32 = 1
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    guard bind(fd, address, found.ai_addrlen) == 0, Glibc.listen(fd, Self.backlog) == 0 else {
      let error = errno
      close(fd)
      throw Self.failure(error, listen, port)
    }
    descriptor = fd
    (self.address, self.port, isLoopback) = Self.name(of: fd)
  }

  private static func failure(_ error: Int32, _ listen: String, _ port: UInt16) -> CrossdockError {
    switch error {
    case EADDRINUSE:
      CrossdockError(
        "listen", at: listen, reason: "port \(port) is in use",
        hint: "stop the program that has it (`ss -ltnp` names it), or choose another port", isRetryable: true,
        exitCode: .unavailable)
    case EACCES:
      CrossdockError(
        "listen", at: listen, reason: "this user may not use port \(port)", hint: "choose a port above 1023",
        exitCode: .badConfiguration)
    case EADDRNOTAVAIL:
      CrossdockError(
        "listen", at: listen, reason: "no interface of this machine has this address",
        hint: "give an address that `ip address` shows", isRetryable: true, exitCode: .unavailable)
    default:
      CrossdockError("listen", at: listen, reason: String(cString: strerror(error)), exitCode: .unavailable)
    }
  }

  static func split(_ listen: String) -> (host: String, port: UInt16)? {
    guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
      return nil
    }
    var host = listen[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    return host.isEmpty ? nil : (String(host), port)
  }

  private static func name(of fd: Int32) -> (address: String, port: UInt16, isLoopback: Bool) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getsockname(fd, address, &length)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        getnameinfo(
          address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
          NI_NUMERICHOST | NI_NUMERICSERV)
        let name = text(host)
        let isIPv6 = address.pointee.sa_family == sa_family_t(AF_INET6)
        return (
          isIPv6 ? "[\(name)]:\(text(service))" : "\(name):\(text(service))", UInt16(text(service)) ?? 0,
          isIPv6 ? name == "::1" || name.hasPrefix("::ffff:127.") : name.hasPrefix("127.")
        )
      }
    }
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

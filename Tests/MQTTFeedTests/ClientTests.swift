import Fixtures
import Foundation
import Glibc
import Logging
import Testing

@testable import MQTTFeed

/// A client is made as the settings say, or not at all.
@Suite struct ClientTests {
  /// Beside a listener that answers nothing: what a connection sends, it can be seen.
  private final class Listener {
    let fd: Int32
    let port: Int32

    init() throws {
      fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let fd = fd
      let isListening = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(fd, $0, size) == 0 && listen(fd, 4) == 0 && getsockname(fd, $0, &size) == 0
        }
      }
      try #require(isListening)
      port = Int32(UInt16(bigEndian: address.sin_port))
    }

    /// Whether somebody has connected.
    func takeConnection() -> Bool {
      let peer = accept(fd, nil, nil)
      if peer >= 0 { close(peer) }
      return peer >= 0
    }

    deinit { close(fd) }
  }

  @Test func withoutItsCertificatesNothingIsConnectedUntilTheyAreThereAgain() throws {
    let folder = try TemporaryFolder()
    let authorities = folder.path("ca.pem")
    func write() throws { _ = try folder.write("none", to: "ca.pem") }
    try write()
    let listener = try Listener()
    var settings = MQTTSettings(name: "floor", host: "127.0.0.1", port: listener.port, clientID: "c")
    (settings.username, settings.password) = ("dock", "secret")
    settings.tls = MQTTSettings.TLS(caFile: authorities)
    (settings.backoffMinMs, settings.backoffMaxMs) = (1, 1)
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let connection = try MQTTConnection(settings, log: log, nowMs: 0)
    try FileManager.default.removeItem(atPath: authorities)
    // It makes a new client then, as for a broker that is silent.
    connection.pause("the disk is nearly full")
    connection.resume(nowMs: 1000)
    connection.tick(nowMs: 1000)
    #expect(!listener.takeConnection(), "a client without TLS would send the password in the clear")
    #expect(connection.lastError?.hasPrefix("cannot read the TLS files: ") == true, "\(connection.lastError ?? "")")
    // And again when it is time, once they are there.
    try write()
    connection.tick(nowMs: 2000)
    #expect(listener.takeConnection())
  }

  @Test func pausedWithoutAClientItStaysAway() throws {
    let folder = try TemporaryFolder()
    let authorities = try folder.write("none", to: "ca.pem")
    let listener = try Listener()
    var settings = MQTTSettings(name: "floor", host: "127.0.0.1", port: listener.port, clientID: "c")
    settings.tls = MQTTSettings.TLS(caFile: authorities)
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let connection = try MQTTConnection(settings, log: log, nowMs: 0)
    try FileManager.default.removeItem(atPath: authorities)
    connection.pause("the disk is nearly full")
    connection.resume(nowMs: 1000)
    connection.pause("and again")
    _ = try folder.write("none", to: "ca.pem")
    connection.tick(nowMs: 100_000)
    #expect(connection.session.phase == .paused && !listener.takeConnection())
    connection.stop()
    #expect(connection.session.phase == .stopped)
  }
}

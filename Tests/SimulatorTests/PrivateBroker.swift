import Fixtures
import Foundation
import Testing

/// A real Mosquitto on a free loopback port, with a session store, that can be stopped and started again.
///
/// `@unchecked Sendable` because a test uses it from one thread at a time.
final class PrivateBroker: @unchecked Sendable {
  let folder: URL
  var port: Int { Int(claim.number) }
  private var claim: LoopbackPort
  private var process: Process?

  static let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("simulator-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    claim = try LoopbackPort()
    for _ in 0..<20 {
      if try start() { return }
      claim = try LoopbackPort()
    }
    throw CocoaError(.fileNoSuchFile)
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(at: folder)
  }

  /// False when the port is taken.
  @discardableResult func start() throws -> Bool {
    let configuration = folder.appendingPathComponent("mosquitto.conf")
    let user = getuid() == 0 ? "user root\n" : ""
    try """
    listener \(port) 127.0.0.1
    allow_anonymous true
    max_inflight_messages 1000
    max_queued_messages 500000
    persistence true
    persistence_location \(folder.path)/
    \(user)
    """.write(to: configuration, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program!)
    process.arguments = ["-c", configuration.path]
    let log = folder.appendingPathComponent("mosquitto.log")
    try Data().write(to: log)
    let output = try FileHandle(forWritingTo: log)
    process.standardError = output
    process.standardOutput = output
    try withNoSignalBlocked { try process.run() }
    self.process = process
    let deadline = Date() + 120
    while process.isRunning, Date() < deadline {
      // By its own word: who answers on the port may be somebody else.
      let isUp = try String(contentsOf: log, encoding: .utf8).contains(" running")
      if isUp, canConnect() { return process.isRunning }
      usleep(10_000)
    }
    return false
  }

  /// A child inherits the mask of its thread, and a broker that has SIGTERM blocked would never end.
  private func withNoSignalBlocked(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var saved = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &saved)
    defer { pthread_sigmask(SIG_SETMASK, &saved, nil) }
    try body()
  }

  /// As an administrator does: the broker saves its sessions. One that still starts loses the signal: sent until it ends.
  func stop() {
    while let process, process.isRunning {
      process.terminate()
      usleep(10_000)
    }
    process = nil
  }

  private func canConnect() -> Bool {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

import Foundation
import Testing

/// A folder, a private broker, and the real programs: everything is gone when it is.
final class Sandbox {
  let folder: String
  private(set) var brokerPort: UInt16 = 0
  private var children: [Child] = []
  private var broker: Child?

  init() throws {
    folder = NSTemporaryDirectory() + "crossdock-acceptance-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    for child in children { child.kill() }
    broker?.kill()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Where the programs of this build are: beside the test bundle.
  static let programs: String = {
    let arguments = ProcessInfo.processInfo.arguments
    for path in [arguments[0]] + arguments where path.contains("/debug/") || path.contains("/release/") {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      var at = folder
      while at.count > 1 {
        if FileManager.default.isExecutableFile(atPath: at + "/crossdock") { return at }
        at = URL(fileURLWithPath: at).deletingLastPathComponent().path
      }
    }
    return FileManager.default.currentDirectoryPath + "/.build/debug"
  }()

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func write(_ name: String, _ text: String) throws -> String {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  @discardableResult
  func start(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: String) throws -> Child
  {
    let executable = program.contains("/") ? program : "\(Self.programs)/\(program)"
    let child = try Child(executable, arguments, environment: environment, logPath: path(log))
    children.append(child)
    return child
  }

  // MARK: broker

  /// Starts mosquitto on a free loopback port, the same one at each later start.
  func startBroker(extra: String = "") throws {
    try FileManager.default.createDirectory(atPath: path("broker"), withIntermediateDirectories: true)
    for _ in 0..<20 {
      let port = brokerPort == 0 ? UInt16.random(in: 20_000...45_000) : brokerPort
      let configuration = try write(
        "mosquitto.conf",
        """
        listener \(port) 127.0.0.1
        allow_anonymous true
        persistence true
        persistence_location \(path("broker"))/
        autosave_interval 1
        max_inflight_messages 1000
        max_queued_messages 1000000
        set_tcp_nodelay true
        user root
        \(extra)
        """)
      let child = try Child("/usr/sbin/mosquitto", ["-c", configuration], logPath: path("mosquitto.log"))
      if waitUntil("the broker listens", seconds: 5, { !child.isRunning || canConnect(port) }), child.isRunning {
        brokerPort = port
        broker = child
        return
      }
      child.kill()
    }
    throw SandboxError("no broker")
  }

  var brokerLog: String { (try? String(contentsOfFile: path("mosquitto.log"), encoding: .utf8)) ?? "" }

  /// Waits until the broker has written its database twice: the second time it held what there was at the call.
  func waitUntilBrokerHasSaved() -> Bool {
    func saves() -> Int { brokerLog.components(separatedBy: "Saving in-memory database").count }
    let before = saves()
    return waitUntil("the broker has saved", seconds: 10) { saves() >= before + 2 }
  }

  func stopBroker(signal: Int32 = SIGTERM) {
    // Mosquitto loses a SIGTERM that comes while it still starts: sent until it ends.
    _ = waitUntil("the broker ends") {
      broker?.send(signal)
      return broker?.isRunning != true
    }
    broker = nil
  }
}

struct SandboxError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) {
    self.description = description
  }
}

/// Whether something accepts connections on a loopback port.
func canConnect(_ port: UInt16) -> Bool {
  let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(fd) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}

/// A loopback port that nobody uses now: the kernel's choice. A random one may be that of somebody's connection.
func freePort() throws -> UInt16 {
  let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(fd) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let code = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(fd, $0, size) == 0 ? getsockname(fd, $0, &size) : -1
    }
  }
  guard code == 0 else { throw SandboxError("no free port") }
  return UInt16(bigEndian: address.sin_port)
}

/// Looks again and again until the condition holds; false, and a recorded issue, when it does not in time.
@discardableResult
func waitUntil(_ what: String, seconds: Double = 30, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = Date().addingTimeInterval(seconds)
  while Date() < deadline {
    if try condition() { return true }
    var pause = timespec(tv_sec: 0, tv_nsec: 5_000_000)
    nanosleep(&pause, nil)
  }
  return false
}

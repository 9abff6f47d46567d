import Fixtures
import Foundation
import Testing

/// A folder, a private broker, and the real programs: everything is gone when it is.
final class Sandbox {
  let folder: String
  private(set) var brokerPort: UInt16 = 0
  private var children: [Child] = []
  private var broker: Child?
  private var ports: [LoopbackPort] = []

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

  /// Nobody's as long as the sandbox is there.
  func unusedPort() throws -> UInt16 {
    let port = try LoopbackPort()
    ports.append(port)
    return port.number
  }

  // MARK: broker

  /// Starts mosquitto on a loopback port that nobody uses, the same one at each later start.
  func startBroker(extra: String = "") throws {
    try FileManager.default.createDirectory(atPath: path("broker"), withIntermediateDirectories: true)
    for _ in 0..<20 {
      let port = try brokerPort == 0 ? unusedPort() : brokerPort
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
      let before = brokerLog.utf8.count
      let child = try Child("/usr/sbin/mosquitto", ["-c", configuration], logPath: path("mosquitto.log"))
      // By its own word: who answers on the port may be somebody else, whom it has lost the port to.
      waitUntil("the broker listens") {
        !child.isRunning || brokerLog.utf8.dropFirst(before).contains(Array(" running".utf8)) && canConnect(port)
      }
      if child.isRunning {
        brokerPort = port
        broker = child
        return
      }
    }
    throw SandboxError("no broker:\n\(brokerLog.suffix(2000))")
  }

  var brokerLog: String { (try? String(contentsOfFile: path("mosquitto.log"), encoding: .utf8)) ?? "" }

  /// Waits until the broker has written its database twice: the second time it held what there was at the call.
  func waitUntilBrokerHasSaved() -> Bool {
    func saves() -> Int { brokerLog.components(separatedBy: "Saving in-memory database").count }
    let before = saves()
    return waitUntil("the broker has saved") { saves() >= before + 2 }
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

/// Far beyond what anything takes, on a machine that builds something else meanwhile: a wait that succeeds returns at once.
private let patience = Duration.seconds(120)

/// Looks again and again until the condition holds; false when it does not in time.
@discardableResult
func waitUntil(_ what: String, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + patience
  while true {
    if try condition() { return true }
    if ContinuousClock.now > deadline { return false }
    pause(milliseconds: 5)
  }
}

/// For what must not happen meanwhile: the only reason to let time go by.
func pause(milliseconds: Int) {
  Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
}

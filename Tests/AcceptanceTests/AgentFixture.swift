import Foundation

/// An agent with one feed of numbered messages, and central, in a sandbox.
final class AgentFixture: AskedAgent {
  let sandbox: Sandbox
  private(set) var agent: Child?
  var process: Child? { agent }
  private(set) var central: Child?
  private(set) var centralAddress: String
  let configuration: String

  /// - Parameters:
  ///   - isMQTT5: the protocol version of the agent's connection.
  ///   - stream: more keys of the stream.
  ///   - feed: more keys of the feed.
  ///   - uplink: more keys of the uplink.
  init(
    isMQTT5: Bool = true, extra: String = "", stream: String = "", feed: String = "", uplink: String = "",
    brokerExtra: String = ""
  ) throws {
    sandbox = try Sandbox()
    try sandbox.startBroker(extra: brokerExtra)
    centralAddress = "127.0.0.1:\(try sandbox.unusedPort())"
    configuration = sandbox.path("agent.conf")
    _ = try sandbox.write("central.token", "test-token-central\n")
    try startCentral()
    _ = try sandbox.write(
      "agent.conf",
      """
      [agent]
      id = "dock-7"
      data_dir = "\(sandbox.path("data"))"
      [journal]
      max_size = "256MiB"
      [mqtt.floor]
      host = "127.0.0.1"
      port = \(sandbox.brokerPort)
      version = "\(isMQTT5 ? "5" : "3.1.1")"
      reconnect_max_ms = 500
      [[stream]]
      name = "telemetry"
      class = "telemetry"
      \(stream)
      [[feed]]
      name = "numbers"
      connection = "floor"
      topic = "{site}/{asset}/numbers"
      qos = 1
      stream = "telemetry"
      decoder = "json"
      fields = { n = "/n" }
      \(feed)
      [[uplink]]
      name = "central"
      url = "http://\(centralAddress)"
      token_file = "central.token"
      backoff_max_ms = 500
      \(uplink)
      [control]
      listen = "127.0.0.1:0"
      \(extra)
      """)
  }

  func startCentral() throws {
    let file = sandbox.path("central.addr")
    try? FileManager.default.removeItem(atPath: file)
    let child = try sandbox.start(
      "crossdock-central",
      [
        "run", "--data", sandbox.path("central"), "--listen", centralAddress, "--token-file",
        sandbox.path("central.token"),
        "--address-file", file,
      ], log: "central.log")
    guard waitUntil("central listens", { FileManager.default.fileExists(atPath: file) || !child.isRunning }),
      child.isRunning
    else { throw SandboxError("central did not start:\n\(child.log)") }
    centralAddress = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    central = child
  }

  func stopCentral(signal: Int32 = SIGTERM) {
    central?.send(signal)
    central?.wait()
  }

  func startAgent(environment: [String: String] = [:]) throws {
    agent = try sandbox.start(
      "crossdock", ["run", "--config", configuration], environment: environment, log: "agent.log")
  }

  @discardableResult
  func stopAgent(signal: Int32 = SIGTERM) -> Int32 {
    agent?.send(signal)
    return agent?.wait() ?? -1
  }

  /// `/metrics`: by name with labels.
  func metrics() throws -> [String: Double] {
    let address = try String(contentsOfFile: sandbox.path("data/control.addr"), encoding: .utf8)
    let answer = try runToEnd(
      "/usr/bin/curl", ["-s", "http://\(address.trimmingCharacters(in: .whitespacesAndNewlines))/metrics"])
    var values: [String: Double] = [:]
    for line in answer.output.split(separator: "\n") where !line.hasPrefix("#") {
      guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else { continue }
      values[String(line[..<space])] = value
    }
    return values
  }

  private var uplink: [String: Any]? { (status()?["uplinks"] as? [[String: Any]])?.first }
  var lag: Int? { (uplink?["lag_records"] as? NSNumber)?.intValue }
  var uplinkState: String? { uplink?["state"] as? String }
  var sentBytes: Int { (uplink?["sent_bytes_total"] as? NSNumber)?.intValue ?? 0 }
  var segments: Int { (uplink?["segments_total"] as? NSNumber)?.intValue ?? 0 }
  /// Messages of the feed.
  var received: Int {
    ((status()?["feeds"] as? [[String: Any]])?.first?["received_total"] as? NSNumber)?.intValue ?? 0
  }

  /// The numbers in a stream of the agent's journal, in order of sequence.
  func journalNumbers() throws -> [Int] {
    let result = try runToEnd("crossdock", ["export", "telemetry", "--config", configuration])
    guard result.code == 0 else { throw SandboxError("export: \(result.errors)") }
    return try numbers(result.output)
  }

  /// The numbers that central has, pulled over HTTP.
  func centralNumbers() throws -> [Int] {
    var all: [Int] = []
    var cursor = ""
    while true {
      let url =
        "http://\(centralAddress)/v1/changes?stream=telemetry&limit=5000\(cursor.isEmpty ? "" : "&since=\(cursor)")"
      let answer = try runToEnd(
        "/usr/bin/curl", ["-s", "-D", sandbox.path("headers"), "-H", "Authorization: Bearer test-token-central", url])
      let page = try numbers(answer.output)
      let headers = try String(contentsOfFile: sandbox.path("headers"), encoding: .utf8)
      let line = headers.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("crossdock-cursor:") }
      if page.isEmpty { return all }
      all += page
      guard let next = line?.split(separator: ":", maxSplits: 1).last else { return all }
      cursor = next.trimmingCharacters(in: .whitespaces)
    }
  }

  /// Whether so many have come to central. The lag alone does not say so: it is what the uplink saw when it last looked at the journal, and
  /// that may have been before the last commit.
  func hasArrived(_ count: Int) -> Bool {
    lag == 0 && (try? centralNumbers().count) ?? 0 >= count
  }

  private func numbers(_ ndjson: String) throws -> [Int] {
    try ndjson.split(separator: "\n").map { line in
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard let n = ((record?["body"] as? [String: Any])?["n"] as? NSNumber)?.intValue else {
        throw SandboxError("a record without its number: \(line)")
      }
      return n
    }
  }

  /// Central's own account: its exit code and last line.
  func account() throws -> (code: Int32, line: String) {
    let result = try runToEnd("crossdock-central", ["account", "--data", sandbox.path("central")])
    return (result.code, result.output.split(separator: "\n").last.map(String.init) ?? "")
  }

  func publisher(_ name: String = "load") throws -> LoadPublisher {
    try LoadPublisher(
      port: sandbox.brokerPort, name: name, topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { "{\"n\":\($0),\"v\":\(Double($0 % 100) / 10),\"pad\":\"0123456789012345678901234567890123456789\"}" })
  }

  /// Waits until everything published is in the journal and at central, and compares.
  func missingAndDouble(published: Int, in numbers: [Int]) -> (missing: Int, double: Int) {
    let distinct = Set(numbers)
    return ((1...max(1, published)).count { !distinct.contains($0) }, numbers.count - distinct.count)
  }
}

import Foundation
import Testing

/// One agent without central, with the configuration that a test gives it.
final class LoneAgent: AskedAgent {
  let sandbox: Sandbox
  let name: String
  private(set) var child: Child?

  /// - Parameters:
  ///   - id: the agent's id, and the name of its files in the sandbox.
  ///   - dataDirectory: default: `<id>-data` in the sandbox.
  ///   - extra: everything but `[agent]`, `[journal]`, `[control]` and the stream `telemetry`.
  init(
    _ sandbox: Sandbox, id: String = "dock-7", dataDirectory: String? = nil, maxSize: String = "64MiB",
    minFree: String = "0B",
    listen: String = "127.0.0.1:0", extra: String
  )
    throws
  {
    self.sandbox = sandbox
    name = id
    self.dataDirectory = dataDirectory ?? sandbox.path("\(id)-data")
    self.listen = listen
    self.maxSize = maxSize
    self.minFree = minFree
    try configure(extra)
  }

  let dataDirectory: String
  private let listen: String
  private let maxSize: String
  private let minFree: String
  var configuration: String { sandbox.path("\(name).conf") }
  var log: String { child?.log ?? "" }
  var process: Child? { child }

  /// Writes the configuration anew; it holds from the next start on.
  func configure(_ extra: String) throws {
    _ = try sandbox.write(
      "\(name).conf",
      """
      [agent]
      id = "\(name)"
      data_dir = "\(dataDirectory)"
      [journal]
      max_size = "\(maxSize)"
      min_free = "\(minFree)"
      [control]
      listen = "\(listen)"
      [[stream]]
      name = "telemetry"
      class = "telemetry"
      \(extra)
      """)
  }

  /// `[mqtt.NAME]` of the sandbox's broker.
  static func connection(_ sandbox: Sandbox, name: String = "floor", version: String = "5", extra: String = "")
    -> String
  {
    """
    [mqtt.\(name)]
    host = "127.0.0.1"
    port = \(sandbox.brokerPort)
    version = "\(version)"
    reconnect_min_ms = 50
    reconnect_max_ms = 300
    \(extra)

    """
  }

  static func feed(
    _ name: String = "numbers", connection: String = "floor", topic: String = "{site}/{asset}/numbers",
    extra: String = ""
  ) -> String {
    """
    [[feed]]
    name = "\(name)"
    connection = "\(connection)"
    topic = "\(topic)"
    stream = "telemetry"
    decoder = "json"
    fields = { n = "/n" }
    \(extra)

    """
  }

  func start(environment: [String: String] = [:]) throws {
    child = try sandbox.start(
      "crossdock", ["run", "--config", configuration], environment: environment, log: "\(name).log")
  }

  /// Starts another file of the program on the journal there is, as an upgrade does.
  func startUpgraded() throws {
    let copy = sandbox.path("crossdock-next")
    try FileManager.default.copyItem(atPath: "\(Sandbox.programs)/crossdock", toPath: copy)
    child = try sandbox.start(copy, ["run", "--config", configuration], log: "\(name).log")
  }

  /// Starts, and returns when every connection is up.
  func startConnected() throws {
    try start()
    try #require(waitUntil("the agent is connected") { isConnected }, "\(log)")
  }

  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) -> Int32 {
    child?.send(signal)
    return child?.wait() ?? -1
  }

  /// For a start that is refused: the exit code, and what it said.
  func runRefused() throws -> (code: Int32, errors: String) {
    let result = try runToEnd(
      "/usr/bin/timeout", ["120", "\(Sandbox.programs)/crossdock", "run", "--config", configuration])
    return (result.code, result.errors)
  }

  // MARK: what it says of itself

  private func entry(_ list: String, _ name: String) -> [String: Any]? { entry(list, name, status()) }

  private func entry(_ list: String, _ name: String, _ status: [String: Any]?) -> [String: Any]? {
    (status?[list] as? [[String: Any]])?.first { $0["name"] as? String == name }
  }

  func lastError(_ connection: String = "floor") -> String? {
    entry("connections", connection)?["last_error"] as? String
  }

  /// A feed's counters of now.
  func counters(_ feed: String = "numbers") -> FeedAccount { FeedAccount(entry("feeds", feed, freshStatus()) ?? [:]) }

  /// How often the first connection was lost and made again.
  var reconnects: Int? {
    (freshStatus()?["connections"] as? [[String: Any]])?.first?["reconnects_total"] as? Int
  }

  /// Waits until so many messages of a feed were received, then gives its account, which must balance.
  func account(_ feed: String = "numbers", received: Int) -> FeedAccount {
    waitUntil("\(received) received") { FeedAccount(entry("feeds", feed) ?? [:]).received >= received }
    let account = counters(feed)
    #expect(account.received == received)
    #expect(account.isBalanced, "\(account)")
    return account
  }

  /// The disk was filled: goes on publishing until the agent has met it. There may be room in the files that there are.
  func waitUntilItHolds(_ publisher: LoadPublisher) throws {
    try #require(
      waitUntil("the agent holds") {
        for _ in 0..<100 { publisher.publish() }
        return journalState == "holding"
      }, "\(log)")
  }

  // MARK: what it stored

  struct Record {
    let source: String
    let flags: [String]
    let eventTime: String
    let ingestTime: String
    let body: [String: Any]
  }

  func records(_ stream: String = "telemetry") throws -> [Record] {
    let result = try runToEnd("crossdock", ["export", stream, "--config", configuration])
    guard result.code == 0 else { throw SandboxError("export \(stream): \(result.errors)") }
    return try result.output.split(separator: "\n").map { line in
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      return Record(
        source: record["source"] as? String ?? "", flags: record["flags"] as? [String] ?? [],
        eventTime: record["event_time"] as? String ?? "", ingestTime: record["ingest_time"] as? String ?? "",
        body: record["body"] as? [String: Any] ?? [:])
    }
  }

  /// The numbers of the stream's last records, without a look at those before; nil while it cannot be read.
  func lastNumbers(_ count: Int) -> [Int]? {
    guard
      let result = try? runToEnd("crossdock", ["tail", "telemetry", "-n", "\(count)", "--config", configuration]),
      result.code == 0
    else { return nil }
    return result.output.split(separator: "\n").compactMap { line in
      let record = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
      return ((record?["body"] as? [String: Any])?["n"] as? NSNumber)?.intValue
    }
  }

  func numbers(_ stream: String = "telemetry") throws -> [Int] {
    try records(stream).compactMap { ($0.body["n"] as? NSNumber)?.intValue }
  }
}

/// A feed's counters of `crossdock status --json`.
struct FeedAccount {
  var received = -1
  var stored = 0
  var quarantined = 0
  var dropped: [String: Int] = [:]

  init(_ json: [String: Any]) {
    func number(_ key: String) -> Int { (json[key] as? NSNumber)?.intValue ?? -1 }
    received = number("received_total")
    stored = number("stored_total")
    quarantined = number("quarantined_total")
    dropped = (json["dropped_total"] as? [String: Any] ?? [:]).compactMapValues { ($0 as? NSNumber)?.intValue }
  }

  var isBalanced: Bool { received == stored + quarantined + dropped.values.reduce(0, +) }
}

extension LoneAgent {
  /// Waits for so many, and looks whether they are these, each once.
  func expectStored(
    _ numbers: ClosedRange<Int>, inOrder: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    waitUntil("\(numbers) stored") { (try? self.numbers().count) ?? 0 >= numbers.count }
    let found = try self.numbers()
    #expect(
      (inOrder ? found : found.sorted()) == Array(numbers), "\(difference(found, from: numbers))\n\(log)",
      sourceLocation: sourceLocation)
  }
}

extension Sandbox {
  static func withBroker(_ brokerExtra: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.startBroker(extra: brokerExtra)
    return sandbox
  }

  /// Publishes one message at QoS 1 and returns when the broker has it.
  func publish(_ topic: String, _ payload: [UInt8], port: UInt16? = nil, options: [String] = []) throws {
    let file = path("payload-\(UUID().uuidString.prefix(8))")
    try Data(payload).write(to: URL(fileURLWithPath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let content = payload.isEmpty ? ["-n"] : ["-f", file]
    let result = try runToEnd(
      "/usr/bin/mosquitto_pub",
      ["-h", "127.0.0.1", "-p", "\(port ?? brokerPort)", "-q", "1", "-t", topic] + content + options)
    guard result.code == 0 else { throw SandboxError("mosquitto_pub: \(result.errors)") }
  }

  func publish(_ topic: String, _ text: String, port: UInt16? = nil, options: [String] = []) throws {
    try publish(topic, Array(text.utf8), port: port, options: options)
  }

  /// Publishes `{"n":i}` for each i of a range, in one session, at QoS 1.
  func publishNumbers(
    _ range: ClosedRange<Int>, topic: String = "site/asset-1/numbers", port: UInt16? = nil, qos: Int = 1
  ) throws {
    let lines = range.map { "{\"n\":\($0)}\n" }.joined()
    let result = try runToEnd(
      "/usr/bin/mosquitto_pub", ["-h", "127.0.0.1", "-p", "\(port ?? brokerPort)", "-q", "\(qos)", "-t", topic, "-l"],
      input: lines)
    guard result.code == 0 else { throw SandboxError("mosquitto_pub: \(result.errors)") }
  }

  /// A subscriber that writes `topic payload` lines to its log.
  func subscribe(_ topic: String, log: String) throws -> Child {
    let child = try start(
      "/usr/bin/stdbuf",
      ["-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", "\(brokerPort)", "-q", "1", "-d", "-v", "-t", topic], log: log)
    try #require(waitUntil("subscribed") { child.log.contains("SUBACK") })
    return child
  }
}

/// What is missing and what is there more than once, where a list of thousands says nothing to a reader.
func difference(_ found: [Int], from numbers: ClosedRange<Int>) -> String {
  let counts = Dictionary(found.map { ($0, 1) }, uniquingKeysWith: +)
  let missing = numbers.filter { counts[$0] == nil }
  let double = counts.filter { $0.value > 1 }.keys.sorted()
  let places = "missing \(missing.prefix(20)), double \(double.prefix(20))"
  return "\(found.count) found, \(missing.count) missing, \(double.count) double: \(places)"
}

/// The bytes behind a `payload_base64`.
func bytes(_ base64: Any?) -> [UInt8] {
  (base64 as? String).flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) } ?? []
}

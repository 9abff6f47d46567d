// Asks a broker what it is: a connection of its own, under a client id of its own and without a session, so that the
// agent's session and its queue are left alone.
package import Logging
package import MQTTFeed
internal import Platform
internal import Records

package struct BrokerProbe {
  /// Of the whole probe.
  static let patienceMs: Int64 = 6000
  /// How long retained `$SYS` messages are waited for once they were subscribed to; a broker need not have any.
  static let figuresMs: Int64 = 700
  static let maxFigures = 64

  package let settings: MQTTSettings
  private let log: Logger

  /// - Parameter agent: what the agent connects with.
  package init(_ agent: MQTTSettings, log: Logger) {
    settings = agent
    self.log = log
  }

  package func run() -> [Finding] {
    let check = "broker \(settings.name)"
    var answer = ask(.v5)
    if answer.terms == nil, settings.version == .v3_1_1 { answer = ask(.v3_1_1) }
    guard answer.isConnected else {
      return [
        Finding(
          check, .wrong, "\(settings.address): \(answer.error)",
          hint: "the agent starts without it and connects when it comes; check host, port, user and TLS")
      ]
    }
    let version = answer.figures["$SYS/broker/version"] ?? "a broker that does not say its version"
    var findings = [Finding(check, .ok, "\(settings.address): \(version)\(described(answer.terms))")]
    for warning in answer.terms?.warnings(for: settings) ?? [] {
      findings.append(Finding(check, .warning, warning.text, hint: warning.hint))
    }
    if let limit = answer.terms?.maximumPacketSize, limit < settings.maximumPacketSize / 2 {
      findings.append(
        Finding(
          check, .warning,
          "the broker takes packets of \(limit) bytes at most; a feed's max_payload_bytes allows larger payloads",
          hint: "raise max_packet_size (mosquitto), or lower max_payload_bytes"))
    }
    if let dropped = answer.figures["$SYS/broker/publish/messages/dropped"].flatMap(Int.init), dropped > 0 {
      findings.append(
        Finding(
          check, .warning, "the broker has dropped \(dropped) messages since its start (queues of clients were full)",
          hint: "raise max_queued_messages, or find the client that does not come back"))
    }
    return findings
  }

  private func described(_ terms: BrokerTerms?) -> String {
    guard let terms else { return ", MQTT 3.1.1" }
    var parts = ["in flight \(terms.receiveMaximum)", "QoS up to \(terms.maximumQoS)"]
    if let size = terms.maximumPacketSize { parts.append("packets up to \(size) bytes") }
    if let expiry = terms.sessionExpiryS { parts.append("session kept \(expiry) s") }
    if !terms.hasRetained { parts.append("no retained messages") }
    return "; says in MQTT 5: " + parts.joined(separator: ", ")
  }

  // MARK: the connection

  private struct Answer {
    var isConnected = false
    var terms: BrokerTerms?
    var error = "no answer"
    var figures: [String: String] = [:]
  }

  private func ask(_ version: MQTTSettings.Version) -> Answer {
    var mine = settings
    mine.version = version
    mine.clientID = "crossdock-doctor-\(String(RandomBytes.word(), radix: 36))"
    mine.isTransient = true
    mine.sessionExpiryS = 0
    mine.statusTopic = nil
    mine.keepaliveS = 5
    mine.subscriptions = ["version", "uptime", "publish/messages/dropped"].map {
      MQTTSettings.Subscription(filter: "$SYS/broker/\($0)", qos: 0)
    }
    var answer = Answer()
    let start = Self.nowMs()
    do throws(CrossdockError) {
      let connection = try MQTTConnection(mine, log: log, nowMs: start)
      var until = start + Self.patienceMs
      while Self.nowMs() < until, answer.figures.count < mine.subscriptions.count {
        turn(connection, &answer, &until)
        if answer.error != "no answer", !answer.isConnected { break }
      }
      answer.terms = connection.terms
      connection.stop()
    } catch {
      answer.error = error.reason
    }
    return answer
  }

  private func turn(_ connection: MQTTConnection, _ answer: inout Answer, _ until: inout Int64) {
    connection.tick(nowMs: Self.nowMs())
    var polls = PollSet()
    if let fd = connection.socket { polls.add(fd, wantsWrite: connection.wantsWrite) }
    polls.wait(timeoutMs: 20)
    var figures: [(String, String)] = []
    connection.read { message in
      figures.append(
        (String(decoding: message.topic, as: UTF8.self), String(decoding: message.payload.prefix(200), as: UTF8.self)))
      return figures.count < Self.maxFigures
    }
    for (topic, text) in figures { answer.figures[topic] = text }
    for event in connection.takeEvents() {
      switch event {
      case .connected: answer.isConnected = true
      case .lost(let reason): answer.error = reason
      case .subscribed: until = min(until, Self.nowMs() + Self.figuresMs)
      case .published, .refusedSubscription, .forgotten: break
      }
    }
    if connection.wantsWrite { connection.write() }
  }

  private static func nowMs() -> Int64 { SystemClock.monotonicNs() / 1_000_000 }
}

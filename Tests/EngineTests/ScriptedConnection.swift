import MQTTFeed
import Records

/// A connection that hands over what a test puts into it, and tells what was acknowledged.
final class ScriptedConnection: FeedConnection {
  struct Delivery {
    var topic: String
    var payload: String
    var packetID: UInt16
  }

  let settings: MQTTSettings
  private(set) var session: SessionState
  private(set) var lastError: String?
  var knownFilters: [String] = []
  var inbox: [Delivery] = []
  private(set) var acknowledged: [UInt16] = []
  private(set) var ticks = 0
  private var queued: [UInt16] = []
  private var events: [MQTTConnection.Event] = []

  init(_ settings: MQTTSettings, nowMs: Int64) {
    self.settings = settings
    session = SessionState(nowMs: nowMs, backoffMinMs: 1, backoffMaxMs: 1)
  }

  var grantedFilters: [String] { settings.subscriptions.map(\.filter) }
  var inFlight: Int { 1000 }
  var wantsWrite: Bool { !queued.isEmpty }

  func connect(sessionPresent: Bool, nowMs: Int64) {
    session.connected(nowMs: nowMs)
    events.append(.connected(sessionPresent: sessionPresent))
  }

  func read(_ receive: @escaping (Message) -> Bool) {
    while let next = inbox.first {
      inbox.removeFirst()
      queued.append(next.packetID)
      let wantsMore = Array(next.topic.utf8).withUnsafeBytes { topic in
        Array(next.payload.utf8).withUnsafeBytes { payload in
          receive(Message(topic: topic, payload: payload, packetID: next.packetID, qos: 1, isRetained: false))
        }
      }
      if !wantsMore { return }
    }
  }

  func write() {
    acknowledged += queued
    queued.removeAll()
  }

  func tick(nowMs: Int64, isHolding: Bool) {
    ticks += 1
  }

  func takeEvents() -> [MQTTConnection.Event] {
    defer { events.removeAll() }
    return events
  }

  func publish(topic: String, payload: [UInt8], isRetained: Bool) -> Int32? { nil }
  func pause(_ reason: String) {}
  func resume(nowMs: Int64) {}
  func stop() {
    write()
  }
}

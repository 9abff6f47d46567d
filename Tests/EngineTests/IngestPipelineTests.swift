import Configuration
import Foundation
import Journal
import Logging
import MQTTFeed
import Platform
import Records
import Testing

@testable import Engine

/// The pipeline without sockets: messages in, a committed journal out.
@Suite struct IngestPipelineTests {
  private let folder = NSTemporaryDirectory() + "crossdock-engine-\(UUID().uuidString)"
  private let clock = SystemClock()

  private func configuration(feed more: String = "") throws -> AgentConfiguration {
    try smallConfiguration(
      folder: folder,
      feed: """
        topic = "{site}/{asset}/t"
        qos = 1
        decoder = "json"
        fields = { v = "/v" }
        dedupe = ["/id"]
        max_payload_bytes = 2000
        \(more)
        """)
  }

  private func open(feed: String = "", at now: ClockReading? = nil) throws -> IngestPipeline {
    try Files.createFolder(folder)
    let setup = EngineSetup(configuration: try configuration(feed: feed), log: .init(label: "test"))
    let now = now ?? clock.now()
    return try setup.makePipeline(try setup.openJournal(now: now, boot: BootID.current()), now: now)
  }

  private func send(
    _ pipeline: IngestPipeline, _ topic: String, _ payload: String, id: UInt16, at now: ClockReading? = nil
  ) {
    Array(topic.utf8).withUnsafeBytes { topic in
      Array(payload.utf8).withUnsafeBytes { payload in
        pipeline.receive(
          Message(topic: topic, payload: payload, packetID: id, qos: 1, isRetained: false), connection: 0,
          now: now ?? clock.now())
      }
    }
  }

  private func commit(_ pipeline: IngestPipeline) throws {
    pipeline.seal(now: clock.now())
    try pipeline.journal.commit(pipeline.batch, pipeline.transaction, now: clock.now())
    pipeline.clear()
  }

  @Test func everyMessageIsCountedInExactlyOnePlace() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pipeline = try open()
    pipeline.sessionStarted(connection: 0, isPresent: true)
    send(pipeline, "s/a/t", "{\"v\":1,\"id\":1}", id: 1)
    send(pipeline, "s/a/t", "{\"v\":1,\"id\":1}", id: 2)
    send(pipeline, "s/a/t", "nonsense", id: 3)
    send(pipeline, "s/a/t", "{\"v\":\"" + String(repeating: "x", count: 3000) + "\"}", id: 4)
    send(pipeline, "other", "{}", id: 5)
    try commit(pipeline)
    let counters = pipeline.journal.counters
    #expect(counters[0].received == 4)
    #expect(counters[0].stored == 1 && counters[0].duplicate == 1 && counters[0].quarantined == 1)
    #expect(counters[0].oversize == 1)
    for counter in counters { #expect(counter.isBalanced) }
    #expect(counters[1].received == 1 && counters[1].quarantined == 1)
    let last = Dictionary(uniqueKeysWithValues: pipeline.journal.streamStates.map { ($0.definition.name, $0.last) })
    #expect(last == ["t": 1, "_quarantine": 2, "_tombstones": 1])
  }

  @Test func redeliveryAndDuplicatesAreKnownAfterARestart() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var pipeline = try open()
    for n in 1...5 { send(pipeline, "s/a/t", "{\"v\":\(n),\"id\":\(n)}", id: UInt16(n)) }
    try commit(pipeline)
    pipeline = try open()
    pipeline.sessionStarted(connection: 0, isPresent: true)
    for n in 4...7 { send(pipeline, "s/a/t", "{\"v\":\(n),\"id\":\(n)}", id: UInt16(n)) }
    // The same fact under a new packet id: a duplicate of the device's, known by its key.
    send(pipeline, "s/a/t", "{\"v\":1,\"id\":1}", id: 8)
    try commit(pipeline)
    let counters = pipeline.journal.counters[0]
    #expect(counters.stored == 7 && counters.redelivered == 2 && counters.duplicate == 1)
    #expect(pipeline.journal.streamStates[0].last == 7)
  }

  /// The wall clock leaps about; only the clock since boot counts.
  @Test func duplicateIsAFactOnceItsWindowIsOver() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func at(_ seconds: Int64, wall: Int64 = 0) -> ClockReading {
      ClockReading(
        wallNs: 1_800_000_000_000_000_000 + wall * 1_000_000_000, monotonicNs: seconds * 1_000_000_000,
        isSynchronised: false)
    }
    var pipeline = try open(feed: "dedupe_window_s = 60", at: at(100))
    send(pipeline, "s/a/t", "{\"id\":1}", id: 1, at: at(100))
    send(pipeline, "s/a/t", "{\"id\":1}", id: 2, at: at(160, wall: 1_000_000))
    send(pipeline, "s/a/t", "{\"id\":1}", id: 3, at: at(161, wall: -1_000_000))
    send(pipeline, "s/a/t", "{\"id\":1}", id: 4, at: at(162))
    try commit(pipeline)
    var counters = pipeline.journal.counters[0]
    #expect(counters.stored == 2 && counters.duplicate == 2)

    // A restart, of the box even: its clock begins at 0, and the window begins anew.
    pipeline = try open(feed: "dedupe_window_s = 60", at: at(5))
    pipeline.sessionStarted(connection: 0, isPresent: false)
    send(pipeline, "s/a/t", "{\"id\":1}", id: 5, at: at(65))
    send(pipeline, "s/a/t", "{\"id\":1}", id: 6, at: at(66))
    try commit(pipeline)
    counters = pipeline.journal.counters[0]
    #expect(counters.stored == 3 && counters.duplicate == 3)
    #expect(counters.isBalanced)
  }

  @Test func holdDoublesItsPauseUpToTheBound() {
    var hold = HoldState(after: nil, reason: "full", nowMs: 0)
    var pauses = [hold.retryAtMs]
    for _ in 0..<7 {
      hold = HoldState(after: hold, reason: "full", nowMs: 0)
      pauses.append(hold.retryAtMs)
    }
    #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
  }
}

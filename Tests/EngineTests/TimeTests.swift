import Foundation
import Journal
import MQTTFeed
import Records
import Testing

@testable import Engine

/// Clocks that are wrong, step, leap and stand still: nothing is ordered, expired or paired by wall time alone.
@Suite struct TimeTests {
  private static let present: Int64 = 1_790_000_000_000_000_000
  private static let second: Int64 = 1_000_000_000

  /// An agent whose clocks are handed in.
  private final class Box {
    let folder = NSTemporaryDirectory() + "crossdock-time-\(UUID().uuidString)"
    var now: ClockReading
    var boot = "first"
    private(set) var engine: Engine?
    private(set) var connection: ScriptedConnection?
    private var packetID: UInt16 = 0

    init(wallNs: Int64, monotonicNs: Int64, isSynchronised: Bool) {
      now = ClockReading(wallNs: wallNs, monotonicNs: monotonicNs, isSynchronised: isSynchronised)
    }

    deinit {
      try? FileManager.default.removeItem(atPath: folder)
    }

    func start() throws {
      engine = nil
      let text = """
        [agent]
        id = "a"
        data_dir = "\(folder)"
        [mqtt.floor]
        host = "127.0.0.1"
        [[stream]]
        name = "t"
        class = "scan"
        [[feed]]
        name = "f"
        connection = "floor"
        topic = "{asset}/t"
        qos = 1
        stream = "t"
        decoder = "json"
        time = "/ts"
        dedupe = ["/id"]
        """
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      (engine, connection) = try Engine.scripted(text, now: now, boot: boot)
      turn()
    }

    /// The clocks go on together.
    func pass(_ ns: Int64) {
      now.wallNs += ns
      now.monotonicNs += ns
    }

    func turn() {
      pass(TimeTests.second / 1000)
      engine?.turn(now: now) { _ in connection?.inbox.isEmpty == false }
    }

    /// One message of a device, as one batch.
    func send(_ payload: String, packetID: UInt16? = nil) {
      self.packetID = packetID ?? self.packetID + 1
      connection?.inbox.append(.init(topic: "motor/t", payload: payload, packetID: self.packetID))
      turn()
    }

    func records() throws -> [StoredRecord] {
      try JournalReader(path: "\(folder)/journal.db").read(stream: "t", after: 0, maxRecords: 1000, maxBytes: 1 << 20)
    }

    var counters: FeedCounters { engine?.counters[0] ?? FeedCounters() }
  }

  @Test func startIn1970IsStoredFlaggedAndOrderedAndTheStepChangesNothing() throws {
    let box = Box(wallNs: 5 * Self.second, monotonicNs: 5 * Self.second, isSynchronised: false)
    try box.start()
    box.send("{\"id\":1}")
    // The device knows the time better than the box.
    box.send("{\"id\":2,\"ts\":\"2026-09-21T00:00:00Z\"}")
    let elapsed = box.now.monotonicNs
    box.now.wallNs = Self.present
    box.now.isSynchronised = true
    box.send("{\"id\":3}")
    // What was known before the step is known after it.
    box.send("{\"id\":1}")
    let records = try box.records()
    #expect(records.map(\.sequence) == [1, 2, 3])
    #expect(records.map { $0.flags.contains(.clockUnsynchronised) } == [true, true, false])
    #expect(records[0].ingestTimeNs < 10 * Self.second && records[2].ingestTimeNs >= Self.present)
    #expect(records[1].eventTimeNs == Timestamp.parse("2026-09-21T00:00:00Z"))
    #expect(records[2].monotonicNs - elapsed == Self.second / 1000)
    #expect(records.map(\.monotonicNs) == records.map(\.monotonicNs).sorted())
    #expect(Set(records.map(\.boot)).count == 1)
    #expect(box.counters.stored == 3 && box.counters.duplicate == 1 && box.counters.isBalanced)
    #expect(box.connection?.acknowledged == [1, 2, 3, 4])
  }

  @Test func leapBackwardsByAnHourNeitherReordersNorForgetsNorStopsAnything() throws {
    let box = Box(wallNs: Self.present, monotonicNs: 100 * Self.second, isSynchronised: true)
    try box.start()
    box.send("{\"id\":1}")
    box.send("{\"id\":2}")
    let ticks = try #require(box.connection?.ticks)
    box.now.wallNs -= 3600 * Self.second
    box.send("{\"id\":2}")
    box.send("{\"id\":3}")
    let records = try box.records()
    #expect(records.map(\.sequence) == [1, 2, 3])
    #expect(records[2].ingestTimeNs < records[0].ingestTimeNs)
    #expect(records.map(\.monotonicNs) == records.map(\.monotonicNs).sorted())
    #expect(box.counters.duplicate == 1)
    // What happens by time goes on: nobody waits for the hour to pass again.
    box.pass(Self.second)
    box.turn()
    #expect(try #require(box.connection?.ticks) > ticks)
    #expect(try #require(box.engine).nextWakeMs <= box.now.monotonicMs + EngineLimits.tickMs)
    // A reader that goes by ingest time gets the records after the leap too, and the sequence stays the order.
    let after = try JournalReader(path: "\(box.folder)/journal.db").read(
      stream: "t", after: 2, maxRecords: 10, maxBytes: 1 << 20)
    #expect(after.map(\.sequence) == [3])
  }

  @Test func suspendedBoxGoesOnWhereItWas() throws {
    let box = Box(wallNs: Self.present, monotonicNs: 100 * Self.second, isSynchronised: true)
    try box.start()
    box.send("{\"id\":1}")
    // The monotonic clock counts suspended time.
    box.pass(8 * 3600 * Self.second)
    let ticks = try #require(box.connection?.ticks)
    box.send("{\"id\":1}")
    box.send("{\"id\":2}")
    let records = try box.records()
    #expect(records.map(\.sequence) == [1, 2])
    #expect(records[1].monotonicNs - records[0].monotonicNs >= 8 * 3600 * Self.second)
    #expect(box.counters.duplicate == 1)
    // One tick is due, not the hundred thousand that were slept through.
    #expect(try #require(box.connection?.ticks) == ticks + 1)
  }

  @Test func newBootIsToldApartAndWhatIsSentAgainIsRecognised() throws {
    let box = Box(wallNs: Self.present, monotonicNs: 100_000 * Self.second, isSynchronised: true)
    try box.start()
    box.send("{\"id\":1}")
    box.send("{\"id\":2}")
    // The power was away; there is no battery.
    box.boot = "second"
    box.now = ClockReading(wallNs: 7 * Self.second, monotonicNs: 7 * Self.second, isSynchronised: false)
    try box.start()
    box.send("{\"id\":2}", packetID: 2)
    box.send("{\"id\":3}", packetID: 3)
    let records = try box.records()
    #expect(records.map(\.sequence) == [1, 2, 3])
    #expect(records[0].boot == records[1].boot && records[1].boot != records[2].boot)
    #expect(records[2].monotonicNs < records[1].monotonicNs)
    #expect(box.counters.redelivered == 1 && box.counters.duplicate == 0)
  }
}

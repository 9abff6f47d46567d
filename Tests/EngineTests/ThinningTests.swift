import Configuration
import Foundation
import Logging
import MQTTFeed
import Platform
import Records
import Testing

@testable import Engine
@testable import Journal

/// `when_full = "thin"`: what stands for thinned records says exactly what they said.
@Suite struct ThinningTests {
  private let folder = NSTemporaryDirectory() + "crossdock-thinning-\(UUID().uuidString)"

  private struct Summary {
    var count = 0
    var (min, max, sum) = (Double.infinity, -Double.infinity, 0.0)

    mutating func add(_ value: Double) {
      count += 1
      (min, max, sum) = (Swift.min(min, value), Swift.max(max, value), sum + value)
    }
  }

  private struct Thinned: Decodable {
    struct Field: Decodable {
      var min: Double
      var max: Double
      var mean: Double
      var count: Int
    }
    var stream: String
    var source: String
    var count: Int
    var fields: [String: Field]
  }

  private struct Window: Hashable {
    var source: String
    var number: Int
  }

  private func open() throws -> IngestPipeline {
    let configuration = try smallConfiguration(
      folder: folder,
      stream: """
        max_size = "64KiB"
        when_full = "thin"
        thin_window_s = 10
        """,
      feed: """
        topic = "{site}/{asset}/t"
        decoder = "json"
        fields = { v = "/v", w = "/w" }
        """)
    try Files.createFolder(folder)
    let setup = EngineSetup(configuration: configuration, log: .init(label: "test"))
    let pipeline = try setup.makePipeline(try setup.openJournal(now: clock(0), boot: "b"), now: clock(0))
    pipeline.journal.thinner = { stream, records in StreamThinning.thin(stream, records, feeds: pipeline.feeds) }
    return pipeline
  }

  private func clock(_ seconds: Double) -> ClockReading {
    ClockReading(
      wallNs: 1_900_000_000_000_000_000 + Int64(seconds * 1e9), monotonicNs: 1_000_000_000_000 + Int64(seconds * 1e9),
      isSynchronised: true)
  }

  @Test func thinnedWindowsSayExactlyWhatTheirRecordsSaid() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pipeline = try open()
    let journal = pipeline.journal
    var values: [(source: String, seconds: Double, v: Double, w: Double?)] = []
    for n in 0..<12_000 {
      let seconds = Double(n) / 50
      // A number that is not always there, and noise so that it takes its room.
      let (v, w) = (sin(Double(n)) * 1e3 + Double(n * 7919 % 1000) / 7, n % 3 == 0 ? nil : Double(n * 31 % 977))
      let source = "hall/m\(n % 4)"
      values.append((source, seconds, v, w))
      let payload = "{\"v\":\(v),\"w\":\(w.map { "\($0)" } ?? "null"),\"x\":\"\(UInt64.random(in: 0...UInt64.max))\"}"
      Array("\(source)/t".utf8).withUnsafeBytes { topic in
        Array(payload.utf8).withUnsafeBytes { payload in
          pipeline.receive(
            Message(topic: topic, payload: payload, packetID: 0, qos: 0, isRetained: false), connection: 0,
            now: clock(seconds))
        }
      }
      guard n % 20 == 19 else { continue }
      pipeline.seal(now: clock(seconds))
      try journal.commit(pipeline.batch, pipeline.transaction, now: clock(seconds))
      pipeline.clear()
      while journal.needsMaintenance(now: clock(seconds)) { try journal.maintain(now: clock(seconds)) }
    }
    let state = try #require(journal.streamStates.first { $0.definition.name == "t" })
    #expect(state.last == 12_000)
    #expect(state.first > 5000 && state.storedBytes <= 64 << 10)
    #expect(state.dropped == ["thinned": state.first - 1])
    try compare(values.prefix(Int(state.first - 1)), state)
  }

  private func compare(
    _ thinned: ArraySlice<(source: String, seconds: Double, v: Double, w: Double?)>, _ state: StreamState
  ) throws {
    var expected: [Window: [String: Summary]] = [:]
    var counts: [Window: Int] = [:]
    for value in thinned {
      let window = Window(source: value.source, number: Int(value.seconds / 10))
      counts[window, default: 0] += 1
      expected[window, default: [:]]["v", default: Summary()].add(value.v)
      if let w = value.w { expected[window, default: [:]]["w", default: Summary()].add(w) }
    }
    let reader = try JournalReader(path: folder + "/journal.db")
    var found: [Window: [String: Summary]] = [:]
    var foundCounts: [Window: Int] = [:]
    for record in try reader.read(stream: "_thinned", after: 0, maxRecords: 100_000, maxBytes: .max) {
      // Foundation's untyped numbers are not exact.
      let thinned = try JSONDecoder().decode(Thinned.self, from: Data(record.body))
      let window = Window(
        source: record.source, number: Int((record.eventTimeNs - 1_900_000_000_000_000_000) / 10_000_000_000))
      #expect(thinned.stream == "t" && thinned.source == record.source)
      foundCounts[window, default: 0] += thinned.count
      // A window that lies in two segments has two records: together they say it.
      for (name, field) in thinned.fields {
        var sum = found[window]?[name] ?? Summary()
        (sum.min, sum.max) = (min(sum.min, field.min), max(sum.max, field.max))
        sum.sum += field.mean * Double(field.count)
        sum.count += field.count
        found[window, default: [:]][name] = sum
      }
    }
    #expect(foundCounts == counts)
    for (window, fields) in expected {
      for (name, want) in fields {
        let got = try #require(found[window]?[name])
        #expect(
          got.count == want.count && got.min == want.min && got.max == want.max,
          "\(window) \(name): \(got), not \(want)")
        #expect(abs(got.sum - want.sum) <= 1e-9 * max(1, abs(want.max) * Double(want.count)), "\(window) \(name)")
      }
    }
    var next: UInt64 = 1
    for record in try reader.read(stream: "_tombstones", after: 0, maxRecords: 100_000, maxBytes: .max) {
      let json = try #require(try JSONSerialization.jsonObject(with: Data(record.body)) as? [String: Any])
      #expect(json["reason"] as? String == "thinned" && (json["first"] as? NSNumber)?.uint64Value == next)
      next = ((json["last"] as? NSNumber)?.uint64Value ?? 0) + 1
    }
    #expect(next == state.first)
  }

  /// Records whose feed is gone cannot be read again: they count, without numbers.
  @Test func whatCannotBeReadAgainIsCounted() throws {
    let stream = StreamDefinition(
      name: "t", streamClass: .telemetry, columns: ["v"], retention: Retention(whenFull: .thin))
    let records = (1...5).map {
      ThinnedRecord(sequence: $0, feed: 0, source: "a", eventTimeNs: Int64($0) - 3, body: Array("{".utf8))
    }
    let made = StreamThinning.thin(stream, records, feeds: [])
    // Before and after 1970 are two windows.
    #expect(made.count == 2)
    let bodies = try made.map { try JSONSerialization.jsonObject(with: Data($0.body)) as? [String: Any] }
    #expect(bodies.map { $0?["count"] as? Int } == [2, 3])
    #expect(bodies.map { ($0?["fields"] as? [String: Any])?.count } == [0, 0])
  }
}

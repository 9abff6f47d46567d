import Foundation
import Platform
import Records
import Seeded
import Testing

@testable import Journal

/// Packed records take little, and readers never notice.
@Suite struct PackingTests {
  private typealias Fixture = RetentionFixture

  /// 150 bytes as sensors send them: time, device, value, unit, and what else comes along.
  private func telemetry(_ n: Int, _ random: inout SeededNumbers) -> String {
    let value = 20 + 5 * (Double(n) / 300).rounded() / 10 + Double(random.below(1000)) / 1000
    let time = 1_900_000_000 + n / 10
    return """
      {"ts":"2030-03-17T\(String(format: "%02d:%02d:%02d", time / 3600 % 24, time / 60 % 60, time % 60)).\(100 + random.below(900))Z",\
      "id":"conveyor-\(n % 12)/motor-\(n % 3)","value":\(String(format: "%.3f", value)),"unit":"degC","quality":"good","seq":\(n)\
      ,"line":"hall-3"}
      """
  }

  @Test func typicalTelemetryTakesAQuarterOfItsJSON() throws {
    let fixture = try Fixture([Fixture.stream("t")])
    var random = SeededNumbers(5)
    var raw = 0
    let sources = (0..<12).map { fixture.journal.intern("hall-3/conveyor-\($0)") }
    for commit in 0..<1000 {
      let batch = RecordBatch()
      for n in (commit * 20)..<(commit * 20 + 20) {
        let body = Array(telemetry(n, &random).utf8)
        raw += body.count
        batch.appendBody(body)
        let jitter = Int64(random.below(3_000_000))
        batch.finishRecord(
          stream: 0, source: sources[n % 12], eventTimeNs: fixture.now.wallNs / 1_000_000 * 1_000_000 - 4_000_000,
          ingestTimeNs: fixture.now.wallNs + jitter, monotonicNs: fixture.now.monotonicNs + jitter, flags: [])
      }
      fixture.now.wallNs += 20_000_000
      fixture.now.monotonicNs += 20_000_000
      fixture.journal.assignSequences(batch, from: 0)
      try fixture.journal.commit(batch, JournalTransaction(), now: fixture.now)
      try fixture.journal.maintain(now: fixture.now)
    }
    try fixture.journal.packAll(now: fixture.now)
    let packed = fixture.state("t").storedBytes
    print(
      "typicalTelemetry: \(raw / 20_000) bytes a record of JSON, \(packed / 20_000) packed, a \(Double(packed) / Double(raw))"
    )
    #expect((130...170).contains(raw / 20_000))
    #expect(packed * 4 <= Int64(raw))
  }

  private func everything(_ reader: JournalReader, _ stream: String, page: Int) throws -> [StoredRecord] {
    var all: [StoredRecord] = []
    while true {
      let records = try reader.read(stream: stream, after: all.last?.sequence ?? 0, maxRecords: page, maxBytes: 1 << 20)
      guard !records.isEmpty else { return all }
      all += records
    }
  }

  @Test func readersSeeTheSameBeforeDuringAndAfterPacking() throws {
    let fixture = try Fixture([Fixture.stream("a"), Fixture.stream("b", .scan)])
    for _ in 0..<60 {
      try fixture.store(7, stream: 0, maintaining: false)
      try fixture.store(3, stream: 1, maintaining: false)
    }
    let (reader, other) = (try fixture.files.reader(), try fixture.files.reader())
    let before = ["a": try everything(reader, "a", page: 50), "b": try everything(reader, "b", page: 7)]
    #expect(before["a"]?.map(\.sequence) == Array(1...420))
    var isPacking = true
    var rounds = 0
    while isPacking {
      let packed = fixture.journal.maintenance.logBytes
      try fixture.journal.changing { () throws(CrossdockError) in
        try fixture.journal.pack(atMost: 4096, now: fixture.now)
      }
      isPacking = fixture.journal.maintenance.logBytes < packed
      rounds += 1
      for stream in ["a", "b"] {
        #expect(try everything(reader, stream, page: 1 + rounds * 13 % 90) == before[stream])
        // From where this one has come so far, which may lie in `log` or in a segment by now.
        let after = UInt64(rounds * 17 % 180)
        #expect(
          try other.read(stream: stream, after: after, maxRecords: 40, maxBytes: .max)
            == Array((before[stream] ?? []).dropFirst(Int(after)).prefix(40)))
      }
    }
    #expect(rounds > 5)
    #expect(fixture.state("a").storedBytes > 0)
    try fixture.reopen()
    for stream in ["a", "b"] {
      #expect(try everything(try fixture.files.reader(), stream, page: 100) == before[stream])
    }
  }
}

import Foundation
import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

/// Random lives under random rules, with kills, against an in-memory model: what is stored is what the model has, and what is not
/// is named.
@Suite struct RetentionModelTests {
  private typealias Fixture = RetentionFixture

  @Test(arguments: 0..<8)
  func randomLivesUnderRulesEqualTheModel(life: Int) throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed &+ UInt64(life) &* 7919)
    let definitions = (0..<(2 + random.below(5))).map { number in
      Fixture.stream(
        "s\(number)", StreamClass(rawValue: UInt8(random.below(5)))!,
        maxBytes: random.below(2) == 0 ? Int64(64 + random.below(400)) << 10 : nil,
        maxAgeMs: random.below(3) == 0 ? Int64(60_000 + random.below(600_000)) : nil,
        whenFull: random.below(4) == 0 ? .reject : .dropOldest)
    }
    let classes: [StreamClass: Int64] = random.below(2) == 0 ? [.telemetry: Int64(100 + random.below(300)) << 10] : [:]
    let fixture = try Fixture(definitions, maxBytes: (1 << 20) << Int64(random.below(2)), classes: classes)
    var model = Array(repeating: [String](), count: definitions.count)
    var confirmed = Array(repeating: UInt64(0), count: definitions.count)
    for step in 0..<150 {
      let place = "seed \(seed) life \(life) step \(step)"
      fixture.pass(
        Int64(random.below(20)), wall: random.below(40) == 0 ? Int64(random.below(1 << 28)) - (1 << 27) : nil)
      let stream = random.below(definitions.count)
      switch random.below(12) {
      case 0: try fixture.reopen()
      case 1: try kill(fixture)
      case 2, 3, 4: try fixture.maintain()
      case 5:
        let sequence = UInt64(random.below(model[stream].count + 1))
        confirmed[stream] = max(confirmed[stream], sequence)
        try fixture.confirm("s\(stream)", sequence)
      default:
        // While the journal rejects, nothing is read.
        guard fixture.journal.rejectReason == nil else { continue }
        let bodies = (0..<(1 + random.below(60))).map { random.body(of: random.below(400), "\(step)-\($0)") }
        try fixture.journal.store(bodies, stream: UInt16(stream), at: fixture.now)
        model[stream] += bodies
        fixture.checkSize()
        if random.below(3) > 0 { try fixture.maintain() }
      }
      for (number, definition) in definitions.enumerated() where definition.retention.whenFull == .reject {
        #expect(fixture.state("s\(number)").first <= confirmed[number] + 1, "\(place)")
      }
    }
    try compare(fixture, model, "seed \(seed) life \(life)")
  }

  /// Goes on with a copy of the files as they are now, which is what a kill leaves.
  private func kill(_ fixture: RetentionFixture) throws {
    let copy = fixture.files.folder + "-killed"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    let files = ["", "-wal"].filter { Files.exists(fixture.files.path + $0) }
    for suffix in files {
      try FileManager.default.copyItem(atPath: fixture.files.path + suffix, toPath: "\(copy)/journal.db\(suffix)")
    }
    try fixture.reopen(after: {
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: fixture.files.path + suffix) }
      for suffix in files {
        try FileManager.default.copyItem(atPath: "\(copy)/journal.db\(suffix)", toPath: fixture.files.path + suffix)
      }
    })
  }

  private func compare(_ fixture: RetentionFixture, _ model: [[String]], _ place: String) throws {
    #expect(try SQLiteConnection(path: fixture.files.path, mode: .readOnly).text("PRAGMA integrity_check") == "ok")
    #expect(fixture.journal.newEpochReason == nil || fixture.journal.newEpochReason == "created")
    let reader = try fixture.files.reader()
    for (number, bodies) in model.enumerated() {
      let state = fixture.state("s\(number)")
      #expect(state.last == UInt64(bodies.count), "\(place)")
      let stored = try reader.read(stream: "s\(number)", after: 0, maxRecords: 1_000_000, maxBytes: .max)
      #expect(stored.map(\.sequence) == Array(state.first..<(state.last + 1)), "\(place)")
      #expect(
        stored.map { String(decoding: $0.body, as: UTF8.self) } == Array(bodies.dropFirst(Int(state.first) - 1)),
        "\(place)")
      if fixture.state("_tombstones").first == 1 { try fixture.accountForWhatIsGone("s\(number)") }
    }
  }
}

extension Journal {
  func store(_ bodies: [String], stream: UInt16, at now: ClockReading) throws {
    let batch = RecordBatch()
    let source = intern("site/line/asset")
    for body in bodies {
      batch.appendBody(Array(body.utf8))
      batch.finishRecord(
        stream: stream, source: source, eventTimeNs: now.wallNs, ingestTimeNs: now.wallNs, monotonicNs: now.monotonicNs,
        flags: [])
    }
    assignSequences(batch, from: 0)
    try commit(batch, JournalTransaction(), now: now)
  }
}

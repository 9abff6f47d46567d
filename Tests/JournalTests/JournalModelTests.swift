import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

/// Random life of a journal against an in-memory model.
@Suite struct JournalModelTests {
  @Test(arguments: 0..<6)
  func randomLivesEqualTheModel(life: Int) throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed &+ UInt64(life) &* 7919)
    let fixture = JournalFixture()
    let maxBytes = Int64(1 << 20) << Int64(random.below(3))
    var journal = try fixture.open(maxBytes: maxBytes)
    var model: [[String]] = [[], [], []]
    for step in 0..<120 {
      switch random.below(10) {
      case 0: journal = try fixture.open(maxBytes: maxBytes)
      case 1, 2: try journal.maintain(now: fixture.clock.now())
      default:
        let batch = RecordBatch()
        let source = journal.intern("source-\(random.below(50))")
        var added: [(Int, String)] = []
        for i in 0..<(1 + random.below(80)) {
          let stream = random.below(3)
          let body = random.body(of: random.below(400), "\(step)-\(i)")
          batch.add(body, stream: UInt16(stream), source: source)
          added.append((stream, body))
        }
        journal.assignSequences(batch, from: 0)
        if random.below(8) == 0 {
          journal.abandonSequences()
        } else {
          try journal.commit(batch, JournalTransaction(), now: fixture.clock.now())
          for (stream, body) in added { model[stream].append(body) }
        }
      }
      #expect(fixture.bytesOnDisk <= maxBytes)
    }
    try compare(fixture, journal, model)
  }

  private func compare(_ fixture: JournalFixture, _ journal: Journal, _ model: [[String]]) throws {
    let check = try SQLiteConnection(path: fixture.path, mode: .readOnly).text("PRAGMA integrity_check")
    #expect(check == "ok")
    let reader = try fixture.reader()
    for (number, bodies) in model.enumerated() {
      let state = journal.streamStates[number]
      #expect(state.last == UInt64(bodies.count))
      let stored = try reader.read(
        stream: state.definition.name, after: 0, maxRecords: 1_000_000, maxBytes: .max)
      #expect(stored.map(\.sequence) == Array(state.first..<(state.last + 1)))
      #expect(stored.map { String(decoding: $0.body, as: UTF8.self) } == Array(bodies[Int(state.first - 1)...]))
    }
    let classes = journal.streamStates.prefix(3).map { ($0.definition.streamClass, $0.first > 1, $0.records) }
    for (streamClass, isEvicted, _) in classes where isEvicted {
      // A class gives something up only when every lower one has nothing left.
      for (lower, _, records) in classes where lower < streamClass {
        #expect(records < 400, "\(lower) before \(streamClass)")
      }
    }
  }
}

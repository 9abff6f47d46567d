import Foundation
import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

/// Reading several streams in their order of arrival, against a plain list.
@Suite struct ArrivalsTests {
  private struct Entry: Equatable {
    var stream: Int
    var sequence: UInt64
    var body: String
  }

  private static let names = JournalFixture.streams.map(\.name)

  @Test(arguments: 0..<6)
  func everyWayOfReadingGivesWhatArrivedInItsOrder(life: Int) throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed &+ UInt64(life) &* 7919)
    let restarts = life % 2 == 1
    let fixture = JournalFixture()
    var journal = try fixture.open(maxBytes: 1 << 20)
    var model: [Entry] = []
    var next: [UInt64] = [1, 1, 1]
    var follower = Follower(reader: try fixture.reader())
    for step in 0..<150 {
      switch random.below(12) {
      case 0: journal = try fixture.open(maxBytes: 1 << 20)
      case 1, 2: try journal.maintain(now: fixture.clock.now())
      case 3, 4, 5, 6:
        // As after a restart, where only the arrival is known: what went meanwhile is not counted then.
        if restarts, random.below(3) == 0 { try follower.restart() }
        _ = try follower.read(limit: 1 + random.below(120), maxBytes: 1 + random.below(60_000))
      default:
        let batch = RecordBatch()
        let source = journal.intern("source-\(random.below(9))")
        for i in 0..<(1 + random.below(80)) {
          let stream = random.below(3)
          let body = random.body(of: random.below(900), "\(step)-\(i)")
          batch.add(body, stream: UInt16(stream), source: source)
          model.append(Entry(stream: stream, sequence: next[stream], body: body))
          next[stream] += 1
        }
        journal.assignSequences(batch, from: 0)
        try journal.commit(batch, JournalTransaction(), now: fixture.clock.now())
      }
    }
    while try follower.read(limit: 77, maxBytes: 9000) {}
    check(follower.read, restarts ? nil : follower.missed, model)
  }

  /// A reader beside the writer, which is sometimes slower than what the cap lets go.
  private struct Follower {
    let reader: JournalReader
    private var position: Int64 = 0
    private var after: [UInt64] = [0, 0, 0]
    private(set) var read: [Entry] = []
    private(set) var missed: UInt64 = 0

    init(reader: JournalReader) { self.reader = reader }

    mutating func restart() throws { after = try reader.sequences(of: names, arrivedUpTo: position) }

    /// False: there was nothing.
    mutating func read(limit: Int, maxBytes: Int) throws -> Bool {
      let found = try reader.arrivals(of: names, arrivedAfter: position, after: after, limit: limit, maxBytes: maxBytes)
      #expect(found.records.count <= limit)
      let bytes = found.records.reduce(0) { $0 + $1.record.body.count }
      #expect(found.records.count <= 1 || bytes - (found.records.last?.record.body.count ?? 0) <= maxBytes)
      missed += found.missed
      after = found.after
      for record in found.records {
        #expect(record.arrival > position)
        position = record.arrival
        after[record.stream] = record.record.sequence
        let body = String(decoding: record.record.body, as: UTF8.self)
        read.append(Entry(stream: record.stream, sequence: record.record.sequence, body: body))
      }
      return !found.records.isEmpty
    }
  }

  /// What was read is the model without what was evicted before it was read, in the model's order.
  private func check(_ read: [Entry], _ missed: UInt64?, _ model: [Entry]) {
    for stream in 0..<3 {
      let got = read.filter { $0.stream == stream }
      let all = model.filter { $0.stream == stream }
      #expect(zip(got, got.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
      for entry in got { #expect(all[Int(entry.sequence) - 1].body == entry.body) }
      #expect(all.isEmpty || got.last?.sequence == UInt64(all.count))
    }
    if let missed { #expect(read.count + Int(missed) == model.count) }
    // Across streams, too.
    var place = model.startIndex
    var isInOrder = true
    for entry in read {
      guard let found = model[place...].firstIndex(of: entry) else {
        isInOrder = false
        break
      }
      place = found + 1
    }
    #expect(isInOrder)
  }

  /// What lies before the damage is given; then it is named, whichever stream it is in, and nothing behind it is given before.
  @Test func damageIsNamedWhenEverythingBeforeItWasGiven() throws {
    let fixture = JournalFixture()
    let journal = try fixture.open()
    var random = SeededNumbers(4)
    for commit in 0..<40 {
      try journal.store((0..<20).map { random.body(of: 400, "v\(commit)-\($0)") }, stream: 0)
      try journal.store((0..<5).map { random.body(of: 100, "s\(commit)-\($0)") }, stream: 1)
    }
    try journal.packAll(now: fixture.clock.now())
    let database = try SQLiteConnection(path: fixture.path, mode: .readOnly)
    let row = try database.prepare("SELECT key, substr(block, 1, 400) FROM segment ORDER BY key LIMIT 1 OFFSET 1")
    #expect(try row.step())
    let (key, head) = (row.integer(0), Data(row.bytes(1)))
    let first = UInt64(key & ((1 << 48) - 1))
    row.reset()
    let place = try #require(try Data(contentsOf: URL(fileURLWithPath: fixture.path)).range(of: head))
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
    try handle.seek(toOffset: UInt64(place.lowerBound + 100))
    try handle.write(contentsOf: Data([head[100] ^ 1]))
    try handle.close()
    let reader = try fixture.reader()
    var (position, after, last): (Int64, [UInt64], [UInt64]) = (0, [0, 0], [0, 0])
    let error = #expect(throws: CrossdockError.self) {
      while true {
        let found = try reader.arrivals(
          of: ["vibration", "scans"], arrivedAfter: position, after: after, limit: 50, maxBytes: .max)
        try #require(!found.records.isEmpty)
        after = found.after
        for record in found.records {
          #expect(record.record.sequence == last[record.stream] + 1)
          last[record.stream] = record.record.sequence
          after[record.stream] = record.record.sequence
          position = record.arrival
        }
      }
    }
    #expect(error?.fault == .damaged)
    #expect(last[0] == first - 1)
    withExtendedLifetime(journal) {}
  }
}

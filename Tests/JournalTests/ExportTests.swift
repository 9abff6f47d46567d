import Foundation
import Platform
import Records
import SQLite
import Seeded
import Segments
import Testing

@testable import Journal

@Suite struct ExportTests {
  private func restore(_ fixture: JournalFixture, _ names: [String] = ["out"]) throws -> (
    JournalFixture, JournalRestore
  ) {
    let target = JournalFixture()
    let restored = try JournalRestore(
      try names.map { try fixture.segments($0) }, into: target.folder, limits: .unbounded, now: fixture.clock.now())
    return (target, restored)
  }

  private func damage(_ fixture: JournalFixture, segment number: Int) throws -> ClosedRange<UInt64> {
    let database = try SQLiteConnection(path: fixture.path, mode: .readWrite)
    let row = try database.prepare("SELECT key, last FROM segment ORDER BY key LIMIT 1 OFFSET \(number)")
    #expect(try row.step())
    let (key, last) = (row.integer(0), UInt64(row.integer(1)))
    row.reset()
    try database.execute(
      "UPDATE segment SET block = CAST(substr(block, 1, 50) || x'00' || substr(block, 52) AS BLOB) WHERE key = \(key)")
    return UInt64(key & ((1 << 48) - 1))...last
  }

  @Test func exportAndRestoreGiveTheSameRecordsInANewEpoch() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let done = try fixture.export()
    #expect(done.first { $0.name == "vibration" }?.records == 3000)
    #expect(done.allSatisfy { $0.isWhole && $0.gaps.isEmpty })
    let (target, restored) = try restore(fixture)
    #expect(restored.agent == "dock-1")
    #expect(restored.records == 6000)
    let epoch = try fixture.reader().epoch
    #expect(restored.epoch.counter == epoch.counter + 1)
    for stream in ["vibration", "scans"] {
      let (old, new) = (try fixture.all(stream), try target.all(stream))
      #expect(old.map(\.body) == new.map(\.body))
      #expect(old.map(\.source) == new.map(\.source))
      #expect(old.map(\.eventTimeNs) == new.map(\.eventTimeNs))
      #expect(old.map(\.ingestTimeNs) == new.map(\.ingestTimeNs))
      #expect(old.map(\.monotonicNs) == new.map(\.monotonicNs))
      #expect(old.map(\.flags) == new.map(\.flags))
      #expect(new.map(\.sequence) == Array(1...3000))
    }
    #expect(try JournalVerification(path: target.path).problems == [])
    let journal = try target.open()
    #expect(journal.newEpochReason == nil)
    #expect(journal.epoch == restored.epoch)
    try journal.store(["{}"], stream: 0)
    // This boot is none of those that the records came from.
    let boots = try target.all("vibration").map(\.boot)
    #expect(boots.last != boots.first)
  }

  @Test func segmentsOfAStreamFollowEachOther() throws {
    let fixture = JournalFixture()
    try fixture.fill(records: 20_000, maxBytes: 2 << 20)
    let done = try fixture.export(["vibration"])
    let first = try #require(try fixture.all("vibration").first?.sequence)
    #expect(done[0].gaps == [1...(first - 1)])
    #expect(done[0].isWhole)
    var follows: UInt64 = 0
    for entry in try fixture.segments().entries {
      #expect(entry.header.follows == follows)
      follows = entry.header.last
    }
    #expect(follows == 20_000)
  }

  @Test func damagedBlockIsDeclaredMissingAndTheRestIsThere() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let range = try damage(fixture, segment: 1)
    let done = try fixture.export(["vibration"])
    #expect(!done[0].isWhole)
    #expect(done[0].damaged == [range])
    #expect(done[0].gaps == [range])
    #expect(done[0].records == 3000 - UInt64(range.count))
    let (target, restored) = try restore(fixture)
    #expect(restored.streams == [.init(name: "vibration", records: done[0].records, missing: UInt64(range.count))])
    #expect(try target.all("vibration").count == Int(done[0].records))
  }

  @Test func streamWhoseEndIsMissingEndsWithADeclaration() throws {
    let fixture = JournalFixture()
    let journal = try fixture.open()
    try journal.store((0..<100).map { "{\"n\":\($0)}" }, stream: 0)
    try journal.packAll(now: fixture.clock.now())
    try SQLiteConnection(path: fixture.path, mode: .readWrite).execute(
      "DELETE FROM segment; UPDATE stream SET missing_records = 100 WHERE name = 'vibration'")
    let done = try fixture.export(["vibration"])
    #expect(done[0].records == 0)
    #expect(done[0].gaps == [1...100])
    #expect(done[0].isWhole)
    let header = try #require(try fixture.segments().entries.first?.header)
    #expect((header.follows, header.first, header.last, header.count) == (0, 101, 100, 0))
  }

  @Test func emptyJournalIsRestoredWithItsStreams() throws {
    let fixture = JournalFixture()
    _ = try fixture.open()
    try fixture.export()
    let (target, restored) = try restore(fixture)
    #expect(restored.records == 0)
    #expect(try target.reader().streams().map(\.records).allSatisfy { $0 == 0 })
    #expect(try JournalVerification(path: target.path).problems == [])
    #expect(try target.open().newEpochReason == nil)
  }

  @Test func sinceASequenceOrATimeBeginsThere() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    #expect(try fixture.export(["scans"], from: .sequence(2990))[0].records == 11)
    #expect(try fixture.segments().entries[0].header.follows == 2989)
    #expect(try fixture.export(["scans"], from: .sequence(9999))[0].records == 0)
    let journal = try fixture.open()
    let batch = RecordBatch()
    let source = journal.intern("late")
    for n in 0..<5 { batch.add("{\"n\":\(n)}", stream: 1, source: source, at: 1_900_000_000_000_000_000) }
    journal.assignSequences(batch, from: 0)
    try journal.commit(batch, JournalTransaction(), now: fixture.clock.now())
    let since = JournalExport.Start.ingestTimeNs(1_900_000_000_000_000_001)
    #expect(try fixture.export(["scans"], from: since)[0].records == 5)
  }

  @Test func setAsideFileCanBeExported() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    try SQLiteConnection(path: fixture.path, mode: .readWrite).execute("DELETE FROM epoch WHERE counter > 1")
    Journal.markDamaged(fixture.path, reason: "a test")
    #expect(try fixture.open().newEpochReason != nil)
    let done = try fixture.export(["vibration", "scans"], path: fixture.path + ".damaged-1")
    #expect(done.map(\.records) == [3000, 3000])
  }

  /// Pages of the file destroyed: what is left is exported, whatever was hit, and no record is another than before.
  @Test func destroyedPagesLoseTheirRecordsAndNoOthers() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let origin = JournalFixture()
    try origin.fill(seed: seed)
    let bodies = Set(try origin.all("vibration").map(\.body))
    for round in 0..<30 {
      let fixture = try origin.copy()
      let pages = Int(try #require(Files.size(fixture.path))) / 4096
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
      try handle.seek(toOffset: UInt64(4096 * (20 + random.below(pages - 20))))
      try handle.write(contentsOf: Data(repeating: 0x5A, count: 4096))
      try handle.close()
      let done = try fixture.export(["vibration"])[0]
      let gaps = done.gaps.reduce(0) { $0 + $1.count }
      // Of a page at the end of `log` nothing says how many records it had: what comes before it is accounted for.
      let last = try fixture.segments().entries.last?.header.last ?? 0
      #expect(done.records + UInt64(gaps) == last && (2800...3000).contains(last), "seed \(seed) round \(round)")
      for entry in try fixture.segments().entries {
        for record in try fixture.segments().records(entry) { #expect(bodies.contains(record.body), "seed \(seed)") }
      }
    }
  }

  // MARK: bad files

  @Test func fileThatIsDamagedAnywhereIsRefusedWithThePlace() throws {
    let fixture = JournalFixture()
    try fixture.fill(records: 400)
    try fixture.export(["scans"])
    let whole = try Files.read("\(fixture.folder)/out", limit: 1 << 24)
    for offset in stride(from: 0, to: whole.count, by: max(1, whole.count / 97)) {
      var bytes = whole
      bytes[offset] ^= 1
      try Files.replace("\(fixture.folder)/bad", with: bytes)
      let error = #expect(throws: CrossdockError.self, "offset \(offset)") { try fixture.segments("bad") }
      #expect(error?.exitCode == .badInput)
      #expect(error?.reason.hasPrefix("byte ") == true)
    }
    try Files.replace("\(fixture.folder)/bad", with: whole + whole.dropLast(7))
    let error = #expect(throws: CrossdockError.self) { try fixture.segments("bad") }
    #expect(
      error?.description
        == """
        cannot read the segments: \(fixture.folder)/bad: byte \(whole.count): the last segment is cut off: \(whole.count) bytes, \(whole.count - 7) are there
          hint: nothing was imported; copy the file again, or export again
        """)
  }

  @Test func restoreRefusesAFolderWithAJournalAndTwoAgents() throws {
    let (one, other) = (JournalFixture(), JournalFixture())
    try one.fill(records: 100)
    try one.export()
    let journal = try other.open(agent: "dock-2")
    try journal.store(["{}"], stream: 0)
    try other.export()
    let taken = #expect(throws: CrossdockError.self) {
      try JournalRestore([one.segments()], into: other.folder, limits: .unbounded, now: one.clock.now())
    }
    #expect(taken?.exitCode == .cannotWrite)
    let mixed = #expect(throws: CrossdockError.self) {
      try JournalRestore(
        [one.segments(), other.segments()], into: JournalFixture().folder, limits: .unbounded, now: one.clock.now())
    }
    #expect(mixed?.exitCode == .badInput)
    #expect(mixed?.reason == "byte 0: a segment of agent \"dock-2\" beside those of \"dock-1\"")
  }

  @Test func fileThatIsGivenTwiceIsRestoredOnce() throws {
    let fixture = JournalFixture()
    try fixture.fill(records: 400)
    try fixture.export()
    let (target, restored) = try restore(fixture, ["out", "out"])
    #expect(restored.records == 800)
    #expect(try target.all("scans").count == 400)
  }

  // MARK: beside a writer

  /// The last segment grows, rows move and the oldest go while a walk is under way: each record is seen once.
  @Test func writerThatPacksMeanwhileHidesNoRecord() throws {
    let fixture = JournalFixture()
    var random = SeededNumbers(11)
    let journal = try fixture.open()
    for _ in 0..<150 { try journal.store((0..<10).map { _ in random.body(of: 4000) }, stream: 0) }
    try journal.packAll(now: fixture.clock.now())
    try journal.store([random.body(of: 100)], stream: 0)
    let file = try JournalFile(path: fixture.path)
    let slot = try #require(file.slots.first)
    let codec = BlockCodec()
    var (seen, pages): ([UInt64], Int) = ([], 0)
    let reached = try StreamScan(database: file.database, stream: slot.id).forEach(after: 0) {
      pages += 1
    } _: { (row, after) throws(CrossdockError) in
      try codec.decode(row.block, stream: slot.id, first: row.first, last: row.last, after: after) {
        record throws(CrossdockError) in
        seen.append(record.sequence)
        if seen.count.isMultiple(of: 200) {
          // Beside the reader's transaction, as a running agent would.
          do {
            try journal.store([random.body(of: 4000)], stream: 0)
            try journal.packAll(now: fixture.clock.now())
          } catch { Issue.record(error) }
        }
        return true
      }
    }
    #expect(pages > 1)
    #expect(seen == Array(1...reached))
    #expect(reached >= 1501)
  }
}

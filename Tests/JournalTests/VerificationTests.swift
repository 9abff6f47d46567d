import Foundation
import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

@Suite struct VerificationTests {
  @Test func soundJournalHasNoProblem() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let found = try JournalVerification(path: fixture.path)
    #expect(found.problems == [])
    #expect(found.isSound)
    #expect(found.records == 6000)
  }

  @Test func journalThatHasEvictedHasNoProblem() throws {
    let fixture = JournalFixture()
    try fixture.fill(records: 20_000, maxBytes: 2 << 20)
    let found = try JournalVerification(path: fixture.path)
    #expect(found.problems == [])
    let inspection = try JournalInspection(JournalFile(path: fixture.path))
    #expect(inspection.streams.first { $0.name == "vibration" }?.evicted ?? 0 > 0)
  }

  /// Whatever is flipped: it is found, or every record is as it was.
  @Test func flippedBitIsFoundOrHarmless() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let origin = JournalFixture()
    try origin.fill(seed: seed)
    let records = try ["vibration", "scans"].map { try origin.all($0) }
    var found = 0
    for round in 0..<100 {
      let fixture = try origin.copy()
      let offset = random.below(Int(try #require(Files.size(fixture.path))))
      try fixture.flip(fixture.path, at: offset)
      let verification = try JournalVerification(path: fixture.path)
      if verification.isSound {
        #expect(
          try ["vibration", "scans"].map { try fixture.all($0) } == records,
          "seed \(seed) round \(round) offset \(offset)")
      } else {
        found += 1
      }
    }
    #expect(found > 50, "seed \(seed): most of the file is records")
  }

  /// A flipped child pointer makes a page of the tree turn up twice: its blocks repeat what was seen, whole and with their checksums.
  /// Counting their new records went below zero, which ended the program.
  @Test func blockThatTurnsUpAgainIsAProblemAndNotTheEnd() throws {
    let fixture = JournalFixture()
    do {
      let journal = try fixture.open()
      for _ in 0..<3 { try journal.store(["{}", "{}"], stream: 0) }
    }
    try SQLiteConnection(path: fixture.path, mode: .createReadWrite).execute(
      "INSERT INTO log SELECT id + 1000, stream, first, last, NULL, block FROM log WHERE first = 1")
    let found = try JournalVerification(path: fixture.path)
    #expect(found.records == 6)
    #expect(found.problems.contains { $0.text.hasPrefix("the block repeats sequences") }, "\(found.problems)")
  }

  /// A row's numbers are not under a checksum of their own: any number may stand there.
  @Test func rowsWithAbsurdNumbersAreProblems() throws {
    let fixture = JournalFixture()
    do {
      let journal = try fixture.open()
      for _ in 0..<3 { try journal.store(["{}", "{}"], stream: 0) }
    }
    let database = try SQLiteConnection(path: fixture.path, mode: .createReadWrite)
    try database.execute("UPDATE log SET first = -5, last = 9223372036854775807 WHERE first = 1")
    try database.execute("UPDATE log SET last = 9223372036854775807 WHERE first = 3")
    try database.execute("UPDATE stream SET packed_through = 9223372036854775807 WHERE id = 1")
    let found = try JournalVerification(path: fixture.path)
    #expect(!found.isSound)
    #expect(found.records == 2)
  }

  @Test func damagedBlockIsNamedWithItsSequencesAndNothingElse() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let row = try segment(of: fixture, number: 1)
    try damage(fixture, key: row.key)
    let found = try JournalVerification(path: fixture.path)
    #expect(
      found.problems == [
        JournalProblem(stream: "vibration", first: row.first, last: row.last, "the block's checksum does not match")
      ])
    #expect(found.problems.first?.line == "vibration \(row.first)-\(row.last): the block's checksum does not match")
    #expect(found.records == 6000 - (row.last + 1 - row.first))
  }

  @Test func segmentThatIsGoneIsNamed() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let row = try segment(of: fixture, number: 1)
    try change(fixture, "DELETE FROM segment WHERE key = \(row.key)")
    #expect(
      try JournalVerification(path: fixture.path).problems.map(\.line) == [
        "vibration \(row.first)-\(row.last): the records are missing; 0 of this stream are known to be"
      ])
  }

  @Test(arguments: [
    (
      "UPDATE feed SET received = received + 1 WHERE name = 'a'",
      "the counters of feed a do not add up: 1 received, 0 stored, 0 quarantined, 0 dropped"
    ),
    ("UPDATE cursor SET sequence = 3001", "vibration: cursor uplink:central stands at 3001, the stream ends at 3000"),
    ("UPDATE source SET name = 'other' WHERE id = 1", "the name of source 1 is damaged"),
    ("DELETE FROM epoch", "there is no epoch"),
    ("UPDATE agent SET id = 'do5k-7'", "its agent's id is damaged"),
    ("INSERT INTO reply VALUES(1, 'c', 't', 1, 4000)", "reply 1 is of no record"),
    ("INSERT INTO log VALUES(99999, 77, 1, 1, NULL, x'00')", "1 rows of log are of no stream"),
    ("INSERT INTO delivery VALUES(9, 'c', x'00')", "1 rows of delivery are no whole entries"),
  ])
  func brokenInvariantIsNamed(sql: String, line: String) throws {
    let fixture = JournalFixture()
    try fixture.fill()
    try change(fixture, sql)
    #expect(try JournalVerification(path: fixture.path).problems.map(\.line) == [line])
  }

  @Test(arguments: [0, 1, 100, 4096, 10_000])
  func fileThatWasCutOffIsReportedWhateverIsLeft(bytes: Int) throws {
    let fixture = JournalFixture()
    try fixture.fill(records: 400)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
    try handle.truncate(atOffset: UInt64(bytes))
    try handle.close()
    guard bytes > 0 else {
      let error = #expect(throws: CrossdockError.self) { try JournalVerification(path: fixture.path) }
      #expect(error?.exitCode == .badInput)
      return
    }
    #expect(try !JournalVerification(path: fixture.path).isSound)
  }

  @Test func brokenWriteAheadLogIsReported() throws {
    let fixture = JournalFixture()
    let journal = try fixture.open()
    for commit in 0..<20 { try journal.store(["{\"n\":\(commit)}"], stream: 0) }
    let copy = try fixture.copy()
    try copy.flip(copy.path + "-wal", at: 32 + 4120 * 3 + 100)
    let found = try JournalVerification(path: copy.path)
    #expect(found.problems.first?.text == "the write-ahead log is damaged at frame 3, and there are commits behind it")
    withExtendedLifetime(journal) {}
  }

  // MARK: rows of the file

  private func segment(of fixture: JournalFixture, number: Int) throws -> (key: Int64, first: UInt64, last: UInt64) {
    let database = try SQLiteConnection(path: fixture.path, mode: .readOnly)
    let row = try database.prepare("SELECT key, last FROM segment ORDER BY key LIMIT 1 OFFSET \(number)")
    #expect(try row.step())
    return (row.integer(0), UInt64(row.integer(0) & ((1 << 48) - 1)), UInt64(row.integer(1)))
  }

  private func damage(_ fixture: JournalFixture, key: Int64) throws {
    try change(
      fixture,
      "UPDATE segment SET block = CAST(substr(block, 1, 50) || x'00' || substr(block, 52) AS BLOB) WHERE key = \(key)")
  }

  private func change(_ fixture: JournalFixture, _ sql: String) throws {
    try SQLiteConnection(path: fixture.path, mode: .readWrite).execute(sql)
  }
}

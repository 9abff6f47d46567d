import Foundation
import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

/// A journal whose bytes are not what was written.
@Suite struct DamageTests {
  private let recordsPerStream = 3000

  /// Two streams, some of it packed and some not; killed, as it were, with its write-ahead log, or put away.
  private func build(_ fixture: JournalFixture, isPutAway: Bool, seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let journal = try fixture.open()
    for commit in 0..<(recordsPerStream / 20) {
      try journal.store((0..<20).map { random.body(of: 120 + random.below(60), "v\(commit)-\($0)") }, stream: 0)
      try journal.store((0..<20).map { random.body(of: 60, "s\(commit)-\($0)") }, stream: 1)
      if commit % 10 == 0 { try journal.maintain(now: fixture.clock.now()) }
    }
    if !isPutAway {
      // A copy of the files as they are now, which is what a kill leaves.
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: fixture.path + ".killed" + suffix)
      }
    }
  }

  private func flip(_ path: String, at offset: Int) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(offset))
    let byte = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data([byte ^ UInt8(1 << (offset % 8))]))
  }

  @Test(arguments: [true, false])
  func bytesFlippedAtHundredRandomPlacesOpenEveryTimeAndAreAccountedFor(isPutAway: Bool) throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let origin = JournalFixture()
    try build(origin, isPutAway: isPutAway, seed: seed)
    let source = isPutAway ? origin.path : origin.path + ".killed"
    var (salvages, missing) = (0, 0)
    for round in 0..<100 {
      let fixture = JournalFixture()
      var files: [String] = []
      for suffix in ["", "-wal"] where Files.exists(source + suffix) {
        try FileManager.default.copyItem(atPath: source + suffix, toPath: fixture.path + suffix)
        if Files.size(fixture.path + suffix) ?? 0 > 0 { files.append(fixture.path + suffix) }
      }
      let file = files[random.below(files.count)]
      let offset = random.below(Int(try #require(Files.size(file))))
      try flip(file, at: offset)
      let place = "seed \(seed) round \(round): \(file.hasSuffix("wal") ? "log" : "database") offset \(offset)"
      let account = try accountFor(fixture, place, isLastCommitOpen: file.hasSuffix("wal"))
      if account.isSalvaged { salvages += 1 }
      missing += account.missing
    }
    print("DamageTests: \(salvages) of 100 salvaged, \(missing) records named as missing")
  }

  private func accountFor(
    _ fixture: JournalFixture, _ place: String, isTailKnown: Bool = true, isLastCommitOpen: Bool = false
  ) throws -> (isSalvaged: Bool, missing: Int) {
    let journal = try fixture.open()
    try journal.store(["{\"after\":1}"], stream: 2)
    let reader = try fixture.reader()
    var named: [String: Int] = [:]
    for tombstone in try reader.read(stream: "_tombstones", after: 0, maxRecords: 100_000, maxBytes: .max) {
      let json = try #require(try JSONSerialization.jsonObject(with: Data(tombstone.body)) as? [String: Any])
      named[json["stream"] as? String ?? "", default: 0] += (json["count"] as? NSNumber)?.intValue ?? 0
    }
    var missing = 0
    for stream in ["vibration", "scans"] {
      var (after, found) = (UInt64(0), 0)
      while true {
        let records = try reader.read(stream: stream, after: after, maxRecords: 1000, maxBytes: .max)
        guard let last = records.last else { break }
        for record in records { #expect(record.body.first == UInt8(ascii: "{"), "\(place)") }
        found += records.count
        after = last.sequence
      }
      if isTailKnown {
        // A broken last transaction of the write-ahead log looks as one that a power cut tore: it was never acknowledged then.
        let isLastCommit = isLastCommitOpen && stream == "scans" && found == recordsPerStream - 20
        #expect(
          found + named[stream, default: 0] == recordsPerStream || isLastCommit,
          "\(place): \(stream) \(found) found, \(named)")
      }
      missing += recordsPerStream - found
    }
    return (journal.newEpochReason != nil, missing)
  }

  @Test(arguments: [0.3, 0.9, 0.99])
  func truncatedFileGivesWhatIsLeft(part: Double) throws {
    let fixture = JournalFixture()
    try build(fixture, isPutAway: true, seed: 5)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
    try handle.truncate(atOffset: UInt64(Double(try #require(Files.size(fixture.path))) * part))
    try handle.close()
    let account = try accountFor(fixture, "truncated to \(part)", isTailKnown: false)
    #expect(account.isSalvaged)
  }

  @Test func destroyedFirstPageLosesNoRecord() throws {
    let fixture = JournalFixture()
    try build(fixture, isPutAway: true, seed: 3)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
    try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
    try handle.close()
    let account = try accountFor(fixture, "first page")
    #expect(account.isSalvaged)
    #expect(account.missing == 0)
  }

  /// Not "another agent's", which is refused: no restart would help against that.
  @Test func damagedIdOfTheAgentIsDamageAndLosesNoRecord() throws {
    let fixture = JournalFixture()
    try build(fixture, isPutAway: true, seed: 4)
    try SQLiteConnection(path: fixture.path, mode: .readWrite).execute("UPDATE agent SET id = 'do5k-1'")
    let account = try accountFor(fixture, "the agent's id")
    #expect(account.isSalvaged)
    #expect(account.missing == 0)
  }

  /// A reader meets a damaged block while the writer works: cut out where it is lost, written anew where the writer still has it.
  @Test(arguments: [true, false])
  func blockThatAReaderMetIsCutOutOrWrittenAnew(isInCache: Bool) throws {
    let fixture = JournalFixture()
    let journal = try fixture.open()
    var random = SeededNumbers(9)
    for commit in 0..<30 { try journal.store((0..<20).map { random.body(of: 400, "\(commit)-\($0)") }, stream: 0) }
    try journal.packAll(now: fixture.clock.now())
    let whole = try fixture.all("vibration")
    let database = try SQLiteConnection(path: fixture.path, mode: .readOnly)
    let row = try database.prepare("SELECT key, last, substr(block, 1, 400) FROM segment ORDER BY key LIMIT 1 OFFSET 1")
    #expect(try row.step())
    let (key, last, head) = (row.integer(0), UInt64(row.integer(1)), Data(row.bytes(2)))
    let first = UInt64(key & ((1 << 48) - 1))
    row.reset()
    let place = try #require(try Data(contentsOf: URL(fileURLWithPath: fixture.path)).range(of: head))
    try flip(fixture.path, at: place.lowerBound + 100)
    let error = #expect(throws: CrossdockError.self) {
      try fixture.reader().read(stream: "vibration", after: first - 1, maxRecords: 10, maxBytes: .max)
    }
    #expect(error?.fault == .damaged)
    if !isInCache { journal.database.releaseMemory() }
    journal.suspect(stream: "vibration", after: first - 1)
    #expect(journal.needsMaintenance(now: fixture.clock.now()))
    try journal.maintain(now: fixture.clock.now())
    let kept = try fixture.all("vibration")
    let tombstones = try fixture.all("_tombstones").map { String(decoding: $0.body, as: UTF8.self) }
    if isInCache {
      #expect(kept == whole)
      #expect(tombstones == [])
    } else {
      #expect(kept == whole.filter { !(first...last).contains($0.sequence) })
      #expect(tombstones.count == 1)
      #expect(tombstones.first?.contains("\"first\":\(first),\"last\":\(last)") == true)
    }
    withExtendedLifetime(journal) {}
    #expect(try JournalVerification(path: fixture.path).problems == [])
  }

  /// A batch has its numbers before its commit. What the commit finds damaged while it packs is named before the batch's own
  /// tombstones, which move up.
  @Test func damageFoundByACommitDoesNotDisturbTheTombstonesOfItsBatch() throws {
    let fixture = JournalFixture()
    let journal = try fixture.open(maxBytes: 1 << 20)
    var random = SeededNumbers(17)
    try journal.store((0..<50).map { _ in random.body(of: 180) }, stream: 0)
    try SQLiteConnection(path: fixture.path, mode: .readWrite).execute(
      "UPDATE log SET block = CAST(substr(block, 1, 40) || x'00' || substr(block, 42) AS BLOB) WHERE first = 1")
    let own = try #require(journal.streamNumber("_tombstones"))
    let source = journal.intern("site/line/asset")
    let commits = 30
    for n in 0..<commits {
      let batch = RecordBatch()
      for _ in 0..<50 { batch.add(random.body(of: 180), stream: 0, source: source) }
      batch.add(
        "{\"stream\":\"feed:a\",\"first\":0,\"last\":0,\"count\":\(n),\"reason\":\"oversize\"}", stream: own,
        source: source)
      journal.assignSequences(batch, from: 0)
      try journal.commit(batch, JournalTransaction(), now: fixture.clock.now())
    }
    let reader = try fixture.reader()
    let tombstones = try reader.read(stream: "_tombstones", after: 0, maxRecords: 999, maxBytes: .max)
    let reasons = try tombstones.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.body)) as? [String: Any])["reason"] as? String
    }
    #expect(tombstones.map(\.sequence) == Array(1...UInt64(tombstones.count)))
    #expect(reasons.filter { $0 == "damaged" }.count == 1)
    #expect(reasons.filter { $0 == "oversize" }.count == commits)
  }
}

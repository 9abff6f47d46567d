import Foundation
import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

@Suite struct JournalTests {
  let fixture = JournalFixture()

  @Test func committedRecordsAreReadBackAfterReopening() throws {
    do {
      let journal = try fixture.open()
      #expect(journal.newEpochReason == "created")
      try journal.store(["{\"n\":1}", "{\"n\":2}"], stream: 0)
      try journal.store(["{\"n\":3}"], stream: 0)
      try journal.store(["{\"code\":\"x\"}"], stream: 1)
    }
    let journal = try fixture.open()
    #expect(journal.newEpochReason == nil)
    let reader = try fixture.reader()
    #expect(reader.epoch == journal.epoch)
    let records = try reader.read(stream: "vibration", after: 1, maxRecords: 10, maxBytes: 1000)
    #expect(records.map(\.sequence) == [2, 3])
    #expect(records.map { String(decoding: $0.body, as: UTF8.self) } == ["{\"n\":2}", "{\"n\":3}"])
    #expect(records.allSatisfy { $0.source == "site/line/asset" })
    #expect(try reader.streams().first { $0.definition.name == "scans" }?.last == 1)
    try journal.store(["{\"n\":4}"], stream: 0)
    #expect(try reader.read(stream: "vibration", after: 3, maxRecords: 10, maxBytes: 1000).map(\.sequence) == [4])
  }

  @Test func readerStopsAtItsByteBoundButGivesAtLeastOne() throws {
    let journal = try fixture.open()
    try journal.store([String(repeating: "x", count: 500), "y", "z"], stream: 0)
    let reader = try fixture.reader()
    #expect(try reader.read(stream: "vibration", after: 0, maxRecords: 10, maxBytes: 10).count == 1)
    #expect(try reader.read(stream: "vibration", after: 1, maxRecords: 10, maxBytes: 10).count == 2)
    #expect(try reader.read(stream: "vibration", after: 0, maxRecords: 2, maxBytes: 1000).count == 2)
  }

  @Test func failedCommitChangesNothingAndCanBeRepeated() throws {
    let journal = try fixture.open()
    try journal.store(["{\"n\":1}"], stream: 0)
    // A trigger makes SQLite refuse in the middle of the transaction, as a full disk would.
    let saboteur = try SQLiteConnection(path: fixture.path, mode: .readWrite)
    try saboteur.execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON log WHEN NEW.stream = 2 BEGIN SELECT RAISE(ABORT, 'refused'); END")
    let batch = RecordBatch()
    let source = journal.intern("late/source")
    batch.add("{\"n\":2}", stream: 0, source: source)
    batch.add("{\"code\":1}", stream: 1, source: source)
    journal.assignSequences(batch, from: 0)
    var transaction = JournalTransaction()
    var delta = FeedCounters()
    delta.received = 2
    delta.stored = 2
    transaction.counters = [(0, delta)]
    transaction.deliveries = [("floor", [UInt8](repeating: 7, count: 20))]
    transaction.cursors = [CursorUpdate(name: "uplink:x", stream: "vibration", sequence: 1)]
    #expect(throws: CrossdockError.self) { try journal.commit(batch, transaction, now: fixture.clock.now()) }
    let reader = try fixture.reader()
    #expect(try reader.streams()[0].last == 1)
    #expect(try reader.cursor(named: "uplink:x", stream: "vibration") == 0)
    #expect(journal.counters[0].received == 0)
    #expect(try journal.deliveries(of: "floor").isEmpty)
    try saboteur.execute("DROP TRIGGER refuse")
    try journal.commit(batch, transaction, now: fixture.clock.now())
    #expect(try reader.streams()[0].last == 2)
    #expect(try reader.read(stream: "scans", after: 0, maxRecords: 9, maxBytes: 99)[0].source == "late/source")
    #expect(try reader.cursor(named: "uplink:x", stream: "vibration") == 1)
    #expect(journal.counters[0].received == 2)
    #expect(try journal.deliveries(of: "floor").count == 2)
  }

  @Test(arguments: [Int64(1) << 20, 3 << 20, 8 << 20])
  func capIsHonouredByDroppingTheLowestClassFirst(maxBytes: Int64) throws {
    let journal = try fixture.open(maxBytes: maxBytes)
    var random = SeededNumbers(11)
    try journal.store(["{\"alert\":1}"], stream: 2)
    try journal.store((0..<20).map { _ in random.body(of: 180) }, stream: 1)
    let batches = Int(maxBytes) / 200 / 100 * 3
    for _ in 0..<batches {
      try journal.store((0..<100).map { _ in random.body(of: 180) }, stream: 0)
      #expect(fixture.bytesOnDisk <= maxBytes)
    }
    let states = Dictionary(uniqueKeysWithValues: journal.streamStates.map { ($0.definition.name, $0) })
    #expect(states["alerts"]?.first == 1)
    #expect(states["scans"]?.first == 1)
    let telemetry = try #require(states["vibration"])
    #expect(telemetry.first > 1)
    #expect(telemetry.last == UInt64(batches * 100))
    // Every sequence that is gone is named by exactly one tombstone.
    let reader = try fixture.reader()
    let tombstones = try reader.read(stream: "_tombstones", after: 0, maxRecords: 10_000, maxBytes: 10 << 20)
    var next: UInt64 = 1
    for tombstone in tombstones {
      let json = try JSONSerialization.jsonObject(with: Data(tombstone.body)) as? [String: Any]
      #expect(json?["stream"] as? String == "vibration")
      #expect(json?["reason"] as? String == "journal_full")
      #expect((json?["first"] as? NSNumber)?.uint64Value == next)
      let last = try #require((json?["last"] as? NSNumber)?.uint64Value)
      #expect((json?["count"] as? NSNumber)?.uint64Value == last - next + 1)
      next = last + 1
    }
    #expect(next == telemetry.first)
    #expect(journal.evictedRecords == telemetry.first - 1)
  }

  @Test func damagedFileIsSetAsideAndANewEpochBegins() throws {
    let before = try fixture.open().epoch
    try Data("this is not a database, whatever its name says".utf8).write(to: URL(fileURLWithPath: fixture.path))
    let journal = try fixture.open()
    #expect(journal.epoch != before)
    #expect(journal.newEpochReason?.hasPrefix("damaged journal set aside as journal.db.damaged-1") == true)
    #expect(Files.exists(fixture.path + ".damaged-1"))
    let tombstones = try fixture.reader().read(stream: "_tombstones", after: 0, maxRecords: 9, maxBytes: 999)
    #expect(tombstones.count == 1)
    try journal.store(["{}"], stream: 0)
  }

  /// The crash campaign found it (seed 67250, sync-5-before-torn): a file of which only a part of the first page reached the disk
  /// was reported as a damaged journal, though nothing had ever been in it.
  @Test(arguments: [10, 20, 512, 3072])
  func creationThatWasCutShortBeginsAnew(bytes: Int) throws {
    try SQLiteConnection(path: fixture.path, mode: .createReadWrite).execute("PRAGMA journal_mode = WAL")
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: fixture.path))
    #expect(try handle.seekToEnd() == 4096)
    try handle.truncate(atOffset: UInt64(bytes))
    try handle.close()
    let journal = try fixture.open()
    #expect(journal.newEpochReason == "created")
    #expect(!Files.exists(fixture.path + ".damaged-1"))
    try journal.store(["{}"], stream: 0)
  }

  /// The same length, of a journal that was one: its header says so.
  @Test func journalCutOffInItsFirstPageIsSetAside() throws {
    do {
      let journal = try fixture.open()
      try journal.store(["{}"], stream: 0)
    }
    try SQLiteConnection(path: fixture.path, mode: .createReadWrite).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: fixture.path))
    try handle.truncate(atOffset: 3072)
    try handle.close()
    let journal = try fixture.open()
    #expect(journal.newEpochReason?.hasPrefix("damaged journal set aside as journal.db.damaged-1: 3072 bytes") == true)
  }

  @Test func anotherAgentsJournalAndAForeignDatabaseAreRefused() throws {
    _ = try fixture.open(agent: "dock-1")
    let error = #expect(throws: CrossdockError.self) { try fixture.open(agent: "dock-2") }
    #expect(error?.reason == "it belongs to agent \"dock-1\", this agent is \"dock-2\"")
    let other = JournalFixture()
    try SQLiteConnection(path: other.path, mode: .createReadWrite).execute("CREATE TABLE t(a)")
    let foreign = #expect(throws: CrossdockError.self) { try other.open() }
    #expect(foreign?.reason == "a SQLite database, but not a Crossdock journal")
  }

  @Test func streamThatLeftTheConfigurationKeepsItsRecords() throws {
    try fixture.open().store(["{\"n\":1}"], stream: 1)
    let journal = try Journal(
      folder: fixture.folder, agent: "dock-1", streams: [JournalFixture.streams[0]], feeds: [],
      limits: JournalLimits(maxBytes: 1 << 20), now: fixture.clock.now())
    #expect(journal.streamNumber("vibration") == 0)
    #expect(journal.streamStates.first { $0.definition.name == "scans" }?.records == 1)
    #expect(try fixture.reader().read(stream: "scans", after: 0, maxRecords: 9, maxBytes: 99).count == 1)
  }

  @Test func deliveryWindowKeepsTheNewestEntriesAcrossReopening() throws {
    var journal = try fixture.open(maxBytes: 2 << 20)
    let limit = journal.limits.deliveryWindow
    let perCommit = 100
    var sent = 0
    while sent < limit * 2 {
      var transaction = JournalTransaction()
      var entries: [UInt8] = []
      for n in sent..<(sent + perCommit) {
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: n).littleEndian) { entries += $0 }
        withUnsafeBytes(of: UInt64(n).littleEndian) { entries += $0 }
      }
      transaction.deliveries = [("floor", entries)]
      try journal.commit(RecordBatch(), transaction, now: fixture.clock.now())
      sent += perCommit
      if sent == limit / perCommit * perCommit { journal = try fixture.open(maxBytes: 2 << 20) }
    }
    let kept = try journal.deliveries(of: "floor")
    #expect(kept.count >= limit && kept.count < limit + limit / 8 + 2 * perCommit)
    #expect(kept.last?.hash == UInt64(sent - 1))
    #expect(kept.map(\.hash) == Array(UInt64(sent - kept.count)..<UInt64(sent)))
  }

  @Test func pendingRepliesSurviveUntilConfirmed() throws {
    let journal = try fixture.open()
    let batch = RecordBatch()
    batch.add("{\"route\":1}", stream: 1, source: journal.intern("h1"))
    journal.assignSequences(batch, from: 0)
    var transaction = JournalTransaction()
    transaction.replies = [.init(connection: "floor", topic: "crossdock/h1/route", recordIndex: 0)]
    try journal.commit(batch, transaction, now: fixture.clock.now())
    let reopened = try fixture.open()
    let pending = try reopened.pendingReplies(after: 0, limit: 10)
    #expect(pending.map(\.topic) == ["crossdock/h1/route"])
    #expect(pending.map { String(decoding: $0.body, as: UTF8.self) } == ["{\"route\":1}"])
    transaction = JournalTransaction()
    transaction.confirmedReplies = pending.map(\.id)
    try reopened.commit(RecordBatch(), transaction, now: fixture.clock.now())
    #expect(try reopened.pendingReplies(after: 0, limit: 10).isEmpty)
  }
}

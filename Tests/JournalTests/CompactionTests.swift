import Foundation
import Platform
import Records
import SQLite
import Testing

@testable import Journal

@Suite struct CompactionTests {
  private func compact(_ fixture: JournalFixture) throws -> JournalCompaction {
    try JournalCompaction(folder: fixture.folder, limits: .unbounded, now: fixture.clock.now())
  }

  @Test func fileIsShorterAndHasTheSameRecords() throws {
    let fixture = JournalFixture()
    try fixture.fill(records: 9000)
    let before = try ["vibration", "scans"].map { try fixture.all($0) }
    let epoch = try fixture.reader().epoch
    let done = try compact(fixture)
    #expect(done.skipped == nil)
    #expect(done.recordsPacked > 0)
    #expect(done.bytesAfter < done.bytesBefore)
    #expect(fixture.bytesOnDisk == done.bytesAfter)
    #expect(try ["vibration", "scans"].map { try fixture.all($0) } == before)
    let found = try JournalInspection(JournalFile(path: fixture.path))
    #expect((found.hotRecords, found.freePages) == (0, 0))
    #expect(found.feeds.first { $0.name == "b" }?.counters.received == 10)
    #expect(found.deliveryWindows.map(\.entries) == [3])
    #expect(try JournalVerification(path: fixture.path).problems == [])
    let journal = try fixture.open()
    #expect(journal.epoch == epoch)
    #expect(journal.newEpochReason == nil)
    try journal.store(["{\"after\":1}"], stream: 0)
    #expect(try fixture.all("vibration").last?.sequence == 9001)
  }

  /// A destroyed first page is written anew from a fresh journal's: the tables must begin where they do there.
  @Test func tablesKeepTheirPlacesSoThatADestroyedFirstPageLosesNothing() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    _ = try compact(fixture)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
    try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
    try handle.close()
    #expect(try fixture.open().newEpochReason != nil)
    #expect(try fixture.all("scans").count == 3000)
    #expect(try fixture.all("vibration").count == 2000)
  }

  @Test func damagedJournalIsLeftAlone() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let database = try SQLiteConnection(path: fixture.path, mode: .readWrite)
    try database.execute("UPDATE cursor SET sequence = 9999")
    let error = #expect(throws: CrossdockError.self) { try compact(fixture) }
    #expect(
      error?.description
        == """
        cannot compact the journal: \(fixture.path): it is damaged: vibration: cursor uplink:central stands at 9999, the stream ends at 3000
          hint: `crossdock journal repair` first
        """)
    #expect(error?.exitCode == .badInput)
  }
}

import Foundation
import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

@Suite struct RepairTests {
  private func repair(_ fixture: JournalFixture, agent: String? = nil) throws -> JournalRepair {
    try JournalRepair(folder: fixture.folder, agent: agent, limits: .unbounded, now: fixture.clock.now())
  }

  private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  @Test func soundJournalIsNotChanged() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let before = try contents(fixture.path)
    let repair = try self.repair(fixture)
    #expect(repair.wasSound)
    #expect(repair.result.isSound)
    #expect(try contents(fixture.path) == before)
  }

  @Test func damagedBlockIsCutOutAndTheEpochStays() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let epoch = try fixture.reader().epoch
    let database = try SQLiteConnection(path: fixture.path, mode: .readWrite)
    try database.execute(
      "UPDATE segment SET block = CAST(substr(block, 1, 50) || x'00' || substr(block, 52) AS BLOB) WHERE key = (SELECT min(key) FROM segment)"
    )
    let repair = try self.repair(fixture)
    #expect(!repair.wasSound)
    #expect(repair.result.problems == [])
    #expect(repair.epoch == epoch)
    #expect(repair.aside == nil)
    #expect(repair.missing.count == 1)
    let kept = try fixture.all("vibration")
    #expect(kept.count < 3000)
    #expect(kept.first.map { $0.sequence > 1 } == true)
    #expect(try fixture.all("scans").count == 3000)
    #expect(try self.repair(fixture).wasSound)
  }

  @Test func whatTheStartDoesNotLookForIsSalvagedToo() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    try SQLiteConnection(path: fixture.path, mode: .readWrite).execute("UPDATE cursor SET sequence = 9999")
    let repair = try self.repair(fixture)
    #expect(repair.result.problems == [])
    #expect(repair.aside == fixture.path + ".damaged-1")
    #expect(repair.epoch?.counter == 2)
    #expect(Files.exists(fixture.path + ".damaged-1"))
  }

  @Test func destroyedFirstPageNeedsTheAgentsNameAndLosesNothing() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
    try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
    try handle.close()
    let error = #expect(throws: CrossdockError.self) { try self.repair(fixture) }
    #expect(
      error?.description
        == """
        cannot repair the journal: \(fixture.path): it does not say whose it is
          hint: say so: --agent ID, or --config FILE
        """)
    #expect(error?.exitCode == .wrongUsage)
    let repair = try self.repair(fixture, agent: "dock-1")
    #expect(repair.result.problems == [])
    // A third of vibration was confirmed: central has it.
    #expect(try fixture.all("vibration").count == 2000)
    #expect(try fixture.all("scans").count == 3000)
  }

  @Test func bytesFlippedAtRandomPlacesAreRepairedEveryTime() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let origin = JournalFixture()
    try origin.fill(seed: seed)
    for round in 0..<40 {
      let fixture = try origin.copy()
      for _ in 0...(round % 4) {
        try fixture.flip(fixture.path, at: random.below(Int(try #require(Files.size(fixture.path)))))
      }
      let repair = try self.repair(fixture, agent: "dock-1")
      #expect(repair.result.problems == [], "seed \(seed) round \(round)")
      let journal = try fixture.open()
      try journal.store(["{\"after\":1}"], stream: 2)
    }
  }
}

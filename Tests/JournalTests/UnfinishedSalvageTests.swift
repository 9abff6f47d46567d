import Foundation
import Platform
import Testing

@testable import Journal

/// A start that was cut off while it salvaged: the simulation found that the next one began with an empty journal.
@Suite struct UnfinishedSalvageTests {
  @Test func salvageThatWasCutOffIsTakenUpAgain() throws {
    let fixture = JournalFixture()
    try fixture.open().store((0..<50).map { "{\"n\":\($0)}" }, stream: 1)
    // As it was cut off: the old file is aside, the new one has just been created.
    let aside = "journal.db.damaged-1"
    try Files.replace("\(fixture.path).salvaging", with: Array("\(aside)\nsome damage".utf8))
    try Files.rename(fixture.path, to: "\(fixture.folder)/\(aside)")
    try Files.replace(fixture.path, with: [])
    let journal = try fixture.open()
    #expect(journal.newEpochReason?.contains("some damage") == true)
    #expect(try fixture.reader().read(stream: "scans", after: 0, maxRecords: 100, maxBytes: .max).count == 50)
    #expect(!Files.exists("\(fixture.path).salvaging"))
    #expect(try fixture.open().epoch == journal.epoch)
  }

  @Test func salvageThatWasCutOffBeforeTheFileWasAsideIsTakenUpAgain() throws {
    let fixture = JournalFixture()
    try fixture.open().store((0..<50).map { "{\"n\":\($0)}" }, stream: 1)
    try Files.replace("\(fixture.path).salvaging", with: Array("journal.db.damaged-1\nsome damage".utf8))
    let journal = try fixture.open()
    #expect(journal.newEpochReason?.contains("some damage") == true)
    #expect(try fixture.reader().read(stream: "scans", after: 0, maxRecords: 100, maxBytes: .max).count == 50)
    #expect(Files.exists("\(fixture.path).damaged-1"))
  }
}

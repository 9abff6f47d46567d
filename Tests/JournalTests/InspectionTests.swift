import Foundation
import Platform
import Records
import Testing

@testable import Journal

@Suite struct InspectionTests {
  @Test func figuresAreThoseOfWhatWasStored() throws {
    let fixture = JournalFixture()
    try fixture.fill()
    let found = try JournalInspection(JournalFile(path: fixture.path))
    #expect(found.agent == "dock-1")
    #expect(found.lives.map(\.reason) == ["created"])
    #expect(found.lives.first?.epoch == (try fixture.reader().epoch))
    let vibration = try #require(found.streams.first { $0.name == "vibration" })
    #expect((vibration.first, vibration.last, vibration.records, vibration.missing) == (1, 3000, 3000, 0))
    #expect(vibration.hotRecords > 0)
    #expect(vibration.coldRecords > 0)
    #expect(vibration.hotRecords + vibration.coldRecords == 3000)
    #expect(vibration.cursors.map(\.name) == ["uplink:central"])
    #expect(vibration.cursors.first?.lag == 2000)
    let records = try fixture.all("vibration")
    #expect(vibration.oldestIngestNs == records.first?.ingestTimeNs)
    #expect(vibration.newestIngestNs == records.last?.ingestTimeNs)
    let bodies = records.prefix(Int(vibration.coldRecords)).reduce(0) { $0 + $1.body.count }
    #expect(vibration.coldRawBytes == UInt64(bodies))
    #expect(vibration.coldStoredBytes < vibration.coldRawBytes)
    #expect(found.coldRecords + found.hotRecords == 6000)
    let feed = try #require(found.feeds.first { $0.name == "b" })
    #expect(feed.counters.received == 10)
    #expect(feed.counters.isBalanced)
    #expect(found.deliveryWindows.map(\.entries) == [3])
    #expect(found.checkpoints.map(\.bytes) == [3])
  }

  @Test func jsonHasTheKeysThatOthersRead() throws {
    let fixture = JournalFixture()
    try fixture.fill(records: 400)
    let text = try JournalInspection(JournalFile(path: fixture.path)).json()
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
    let keys: Set = ["agent", "epoch", "file_bytes", "wal_bytes", "pages", "free_pages", "streams", "cold", "hot"]
    #expect(keys.isSubset(of: json.keys))
    #expect(Set((json["cold"] as? [String: Any] ?? [:]).keys) == ["records", "raw_bytes", "stored_bytes"])
    #expect(Set((json["hot"] as? [String: Any] ?? [:]).keys) == ["records", "bytes"])
    let stream = try #require((json["streams"] as? [[String: Any]])?.first)
    let streamKeys: Set = [
      "name", "class", "first", "last", "records", "missing", "hot_records", "hot_bytes", "cold_records",
      "cold_raw_bytes", "cold_stored_bytes", "segments",
    ]
    #expect(streamKeys.isSubset(of: stream.keys))
  }

  @Test func noFileIsAServiceThatIsNotThere() throws {
    let error = #expect(throws: CrossdockError.self) { try JournalFile(path: "/nowhere/journal.db") }
    #expect(
      error?.description
        == "cannot read the journal: /nowhere/journal.db: there is none\n  hint: name the data folder, or the file itself"
    )
    #expect(error?.exitCode == .unavailable)
  }

  @Test func garbageIsBadInput() throws {
    let fixture = JournalFixture()
    try Files.replace(fixture.path, with: [UInt8](repeating: 0x5A, count: 8192))
    let error = #expect(throws: CrossdockError.self) { try JournalFile(path: fixture.path) }
    #expect(
      error?.description
        == """
        cannot read the journal: \(fixture.path): file is not a database (SQLite 26)
          hint: `crossdock journal repair` saves what can be read, with the agent stopped
        """)
    #expect(error?.exitCode == .badInput)
  }
}

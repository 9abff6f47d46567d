import Foundation
import Records
import Seeded
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
      (946_684_800_000_000_000, "2000-01-01T00:00:00Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00Z"), (1_795_420_800_123_000_000, "2026-11-23T08:00:00.123Z"),
      (1_795_420_800_123_456_000, "2026-11-23T08:00:00.123456Z"),
      (1_795_420_800_000_000_001, "2026-11-23T08:00:00.000000001Z"),
      (3_155_760_000_000_000_000, "2070-01-01T00:00:00Z"), (.max, "2262-04-11T23:47:16.854775807Z"),
      (.min, "1677-09-21T00:12:43.145224192Z"),
    ] as [(Int64, String)]) func textAndTimeAreOneToOne(_ ns: Int64, _ text: String)
  {
    #expect(Timestamp.text(ns) == text)
    #expect(Timestamp.parse(text) == ns)
  }

  @Test(
    arguments: [
      ("2026-11-23T09:00:00+01:00", 1_795_420_800), ("2026-11-23T09:00:00+0100", 1_795_420_800),
      ("2026-11-22T20:30:00-11:30", 1_795_420_800), ("2026-11-23 08:00:00", 1_795_420_800),
      ("2026-11-23t08:00:00z", 1_795_420_800), ("2016-12-31T23:59:60Z", 1_483_228_800),
      ("2026-11-23T08:00:00.0000000009Z", 1_795_420_800), ("2024-02-29T00:00:00Z", 1_709_164_800),
    ] as [(String, Int64)]) func otherFormsAreRead(_ text: String, _ seconds: Int64)
  {
    #expect(Timestamp.parse(text) == seconds * 1_000_000_000)
  }

  @Test(arguments: [
    "", "2026-11-23", "2026-11-23T08:00", "2026-11-23T08:00:00.", "2026-11-23T08:00:00.Z", "2026-11-23T08:00:00ZZ",
    "2026-11-23T24:00:00Z", "2026-11-23T08:60:00Z", "2026-11-23T08:00:61Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-00T00:00:00Z",
    "2026-11-23T08:00:00+1",
    "2026-11-23T08:00:00+01", "2026-11-23T08:00:00+24:00", "2026-11-23T08:00:00+01:60", "2026/11/23T08:00:00Z",
    "-026-11-23T08:00:00Z", "20 6-11-23T08:00:00Z", "2263-01-01T00:00:00Z", "1677-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "2262-04-11T23:47:16.854775808Z", "2262-04-11T23:47:17Z", "2026-11-23T08:00:00é",
  ]) func otherTextIsRefused(_ text: String) {
    #expect(Timestamp.parse(text) == nil)
  }

  @Test func everyDayOfThreeCenturiesAgreesWithFoundation() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    var day = try #require(
      calendar.date(from: DateComponents(year: 1900, month: 1, day: 1, hour: 13, minute: 7, second: 5)))
    for _ in 0..<110_000 {
      let parts = calendar.dateComponents([.year, .month, .day], from: day)
      let ns = Int64(day.timeIntervalSince1970) * 1_000_000_000
      let text = Timestamp.text(ns)
      try #require(text == String(format: "%04d-%02d-%02dT13:07:05Z", parts.year!, parts.month!, parts.day!))
      try #require(Timestamp.parse(text) == ns)
      day += 86_400
    }
  }

  @Test func randomTimesReadBack() throws {
    var random = SeededNumbers()
    for _ in 0..<20_000 {
      let ns = Int64(bitPattern: random.next())
      try #require(Timestamp.parse(Timestamp.text(ns)) == ns)
    }
  }
}

import Decoding
import Records
import Testing

@Suite struct EventTimeTests {
  private static let second: Int64 = 1_000_000_000

  static func decode(
    _ value: String, _ format: TimeFormat = .auto, at clock: ClockReading = DecodedMessage.now
  ) throws -> (ns: Int64, flags: RecordFlags) {
    let message = try DecodedMessage(
      "{\"ts\":\(value)}", DecoderOptions(format: .json, time: "/ts", timeFormat: format), at: clock)
    return (message.eventTimeNs(), message.flags())
  }

  /// 2026-11-23T07:00:00.25Z in every form.
  static let forms: [(String, TimeFormat)] = [
    ("\"2026-11-23T07:00:00.25Z\"", .auto), ("\"2026-11-23T08:00:00.250+01:00\"", .rfc3339),
    ("\"2026-11-23 07:00:00.25\"", .auto), ("1795417200.25", .auto), ("1795417200250", .auto),
    ("1795417200250000", .auto), ("1795417200250000000", .auto), ("\"1795417200250\"", .auto),
    ("1795417200.25", .unixS), ("\"1795417200.25\"", .unixS), ("1.79541720025e9", .unixS), ("1795417200250", .unixMs),
    ("1795417200250000", .unixUs), ("1795417200250000000", .unixNs), ("\"1795417200250000000\"", .unixNs),
  ]

  @Test(arguments: forms) func everyFormGivesTheSameTime(_ value: String, _ format: TimeFormat) throws {
    let time = try Self.decode(value, format)
    #expect(time.ns == 1_795_417_200_250_000_000)
    #expect(time.flags == [])
  }

  @Test func nanosecondsAreExact() throws {
    #expect(try Self.decode("1795417200.123456789", .unixS).ns == 1_795_417_200_123_456_789)
    #expect(try Self.decode("1795417200123456789").ns == 1_795_417_200_123_456_789)
    #expect(try Self.decode("1795417200.1234567891234", .unixS).ns == 1_795_417_200_123_456_789)
  }

  @Test(arguments: [
    ("\"1970-01-01T00:00:00Z\"", TimeFormat.auto), ("0", .auto), ("1", .unixS), ("-5", .unixMs),
    ("\"yesterday\"", .auto),
    ("\"\"", .auto), ("true", .auto), ("[1795417200]", .auto), ("1795417200", .rfc3339),
    ("\"2026-11-23T07:00:00Z\"", .unixS), ("\"2070-01-01T00:00:00Z\"", .auto), ("3155760000", .unixS),
    ("1e300", .auto), ("99999999999999999999", .unixNs), ("1795417200", .unixMs), ("\"1999-12-31T23:59:59Z\"", .auto),
  ]) func timeOutOfBoundsBecomesIngestTimeWithAFlag(_ value: String, _ format: TimeFormat) throws {
    let time = try Self.decode(value, format)
    #expect(time.ns == DecodedMessage.nowNs)
    #expect(time.flags == .eventTimeClamped)
  }

  @Test func boundsAreInclusive() throws {
    let oldest = try Self.decode("\"2000-01-01T00:00:00Z\"")
    #expect(oldest.ns == EventTime.earliestNs && oldest.flags == [])
    let latest = DecodedMessage.nowNs + EventTime.maxAheadNs
    #expect(try Self.decode("\(latest)", .unixNs) == (latest, []))
    #expect(try Self.decode("\(latest + 1)", .unixNs).flags == .eventTimeClamped)
  }

  @Test(arguments: ["null", "{}"]) func noTimeIsMissingNotClamped(_ value: String) throws {
    let message = try DecodedMessage(
      value == "null" ? "{\"ts\":null}" : "{}", DecoderOptions(format: .json, time: "/ts"))
    #expect(message.eventTimeNs() == DecodedMessage.nowNs)
    #expect(message.flags() == .eventTimeMissing)
  }

  /// A box that wakes up in 1970 believes a device that says 2026 or 2070, not one that says 1970 or 2100.
  @Test func unsynchronisedBoxKeepsAPlausibleDeviceTime() throws {
    let lost = ClockReading(wallNs: 60 * Self.second, monotonicNs: 60 * Self.second, isSynchronised: false)
    for text in ["2026-11-23T07:00:00Z", "2070-01-01T00:00:00Z"] {
      let time = try Self.decode("\"\(text)\"", at: lost)
      #expect(time.ns == Timestamp.parse(text))
      #expect(time.flags == .clockUnsynchronised)
    }
    for text in ["1970-01-01T00:01:00Z", "2100-01-01T00:00:00Z"] {
      let time = try Self.decode("\"\(text)\"", at: lost)
      #expect(time.ns == lost.wallNs)
      #expect(time.flags == [.clockUnsynchronised, .eventTimeClamped])
    }
  }

  /// A box that says 2026, with nobody to confirm it, believes a device some years ahead, not one that says 2070.
  @Test func unsynchronisedBoxThatMayBeRightBoundsTheDeviceTime() throws {
    let box = ClockReading(wallNs: DecodedMessage.nowNs, monotonicNs: 60 * Self.second, isSynchronised: false)
    let latest = box.wallNs + EventTime.maxAheadUnsynchronisedNs
    #expect(try Self.decode("\(latest)", .unixNs, at: box) == (latest, .clockUnsynchronised))
    for text in ["\(latest + 1)", "3155760000000000000"] {
      let time = try Self.decode(text, .unixNs, at: box)
      #expect(time.ns == box.wallNs)
      #expect(time.flags == [.clockUnsynchronised, .eventTimeClamped])
    }
  }
}

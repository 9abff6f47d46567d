// When a record happened, as its device says, and whether to believe it.
//
// The device's time is kept when it lies between `earliestNs` and a bound: `maxAheadNs` beyond the box's own clock while
// that is synchronised, `maxAheadUnsynchronisedNs` beyond it while it is not but may be right, and `latestNs` while it is
// certainly wrong (the box believes that it is 1970: then the device knows better). A time out of bounds, and text that is
// no time, gives ingest time and `eventTimeClamped`: the facts are kept. No time, or null: ingest time and
// `eventTimeMissing`.
import Records

package enum EventTime {
  /// 2000-01-01T00:00:00Z: no message is older.
  package static let earliestNs: Int64 = 946_684_800_000_000_000
  /// 2025-01-01T00:00:00Z: a box whose clock stands before it lost its time; the program is younger.
  package static let earliestBoxNs: Int64 = 1_735_689_600_000_000_000
  /// How far a device's clock may run ahead of a box that nobody synchronises: ten years.
  package static let maxAheadUnsynchronisedNs: Int64 = 315_576_000_000_000_000
  /// 2100-01-01T00:00:00Z: the bound while the box's own clock is certainly wrong.
  package static let latestNs: Int64 = 4_102_444_800_000_000_000
  /// How far a device's clock may run ahead of a synchronised box.
  package static let maxAheadNs: Int64 = 3_600_000_000_000

  /// From these magnitudes on a bare number counts milliseconds, microseconds, nanoseconds: between them lie the years
  /// 1973 to 5138 of each unit.
  private static let fromMs: UInt64 = 100_000_000_000
  private static let fromUs: UInt64 = 100_000_000_000_000
  private static let fromNs: UInt64 = 100_000_000_000_000_000

  /// The time to store, and what is to be known about it.
  static func resolve(_ deviceNs: Int64?, at clock: ClockReading) -> (ns: Int64, flags: RecordFlags) {
    guard let deviceNs, deviceNs >= earliestNs else { return (clock.wallNs, .eventTimeClamped) }
    let isPlausible =
      clock.isSynchronised || clock.wallNs >= earliestBoxNs
      ? deviceNs <= clock.wallNs.addingClamped(clock.isSynchronised ? maxAheadNs : maxAheadUnsynchronisedNs)
      : deviceNs < latestNs
    return isPlausible ? (deviceNs, RecordFlags(rawValue: 0)) : (clock.wallNs, .eventTimeClamped)
  }

  /// Nanoseconds since 1970; nil when the text is no time of this format.
  /// - Parameter isNumber: the text is known to be a JSON number.
  static func parse(
    _ text: UnsafePointer<UInt8>, _ range: Range<Int>, isNumber: Bool, _ format: TimeFormat
  ) -> Int64? {
    let isNumber = isNumber || (format != .rfc3339 && DecimalNumber.isNumber(text, range.lowerBound, range.upperBound))
    guard isNumber else {
      guard format == .auto || format == .rfc3339 else { return nil }
      return Timestamp.parse(UnsafeRawBufferPointer(start: text + range.lowerBound, count: range.count))
    }
    func scaled(_ power: Int) -> Int64? {
      DecimalNumber.scaled(text, range.lowerBound, range.upperBound, byPowerOfTen: power)
    }
    switch format {
    case .rfc3339: return nil
    case .unixS: return scaled(9)
    case .unixMs: return scaled(6)
    case .unixUs: return scaled(3)
    case .unixNs: return scaled(0)
    case .auto:
      guard let whole = scaled(0) else { return nil }
      switch whole.magnitude {
      case ..<fromMs: return scaled(9)
      case ..<fromUs: return scaled(6)
      case ..<fromNs: return scaled(3)
      default: return whole
      }
    }
  }
}

extension Int64 {
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

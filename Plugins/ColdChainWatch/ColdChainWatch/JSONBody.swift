/// A JSON object, member by member. Numbers have at most three decimals: no sensor of temperature is better.
struct JSONBody {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  var text: [UInt8] { bytes + [UInt8(ascii: "}")] }

  mutating func add(_ key: StaticString, _ value: String) {
    name(key)
    quote(value)
  }

  mutating func add(_ key: StaticString, _ value: some BinaryInteger) {
    name(key)
    bytes += Array("\(value)".utf8)
  }

  /// Nothing for nil.
  mutating func add(_ key: StaticString, _ value: Double?) {
    guard let value, value.isFinite, abs(value) < 1e12 else { return }
    name(key)
    let thousandths = Int64((value * 1000).rounded())
    let (whole, rest) = abs(thousandths).quotientAndRemainder(dividingBy: 1000)
    bytes += Array("\(thousandths < 0 ? "-" : "")\(whole)".utf8)
    guard rest != 0 else { return }
    var digits = Array("\(1000 + rest)".utf8.dropFirst())
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    bytes += [UInt8(ascii: ".")] + digits
  }

  /// Seconds since 1970 in ns as RFC 3339, to the millisecond.
  mutating func add(_ key: StaticString, timeNs: Int64) {
    name(key)
    let milliseconds = timeNs / 1_000_000 - (timeNs % 1_000_000 < 0 ? 1 : 0)
    let days = milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000
    let rest = milliseconds - days * 86_400_000
    let (year, month, day) = Self.civil(days)
    func padded(_ value: Int64, _ width: Int) -> String {
      let text = "\(value)"
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    let time = "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2))"
    bytes += Array("\"\(date)T\(time).\(padded(rest % 1000, 3))Z\"".utf8)
  }

  private mutating func name(_ key: StaticString) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    quote("\(key)")
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func quote(_ text: String) {
    let hex = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case ..<0x20: bytes += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Days since 1970-01-01 to the proleptic Gregorian calendar, counted in eras of 400 years that begin in March.
  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

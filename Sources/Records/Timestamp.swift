/// RFC 3339 from and to nanoseconds since 1970-01-01 UTC, with no calendar library: the civil-date arithmetic is Howard
/// Hinnant's (days_from_civil, civil_from_days), valid for years 0001 to 9999.
package enum Timestamp {
  /// `2026-11-23T08:00:00.123456789Z`, with as many fractional digits as the value needs (0, 3, 6 or 9).
  package static func text(_ ns: Int64) -> String {
    let seconds = ns.floorDivided(by: 1_000_000_000)
    let remainder = Int(ns % 1_000_000_000)
    let fraction = remainder < 0 ? remainder + 1_000_000_000 : remainder
    let days = seconds.floorDivided(by: 86_400)
    let second = Int(seconds - days * 86_400)
    let (year, month, day) = civil(fromDays: Int(days))
    var out = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T"
    out += "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))"
    if fraction != 0 {
      if fraction % 1_000_000 == 0 {
        out += ".\(pad(fraction / 1_000_000, 3))"
      } else if fraction % 1000 == 0 {
        out += ".\(pad(fraction / 1000, 6))"
      } else {
        out += ".\(pad(fraction, 9))"
      }
    }
    return out + "Z"
  }

  /// Parses `YYYY-MM-DD[Tt ]hh:mm:ss[.fraction][Z|±hh:mm|±hhmm]`; without an offset the time is UTC. A leap second (`:60`)
  /// counts as the second after. Nil for anything else, and outside Int64 nanoseconds (1677 to 2262).
  package static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard text.count >= 19, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: "t") || text[10] == 0x20,
      text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":")
    else { return nil }
    // 100 and more when one of the two is no digit.
    @inline(__always) func two(_ at: Int) -> Int {
      let (tens, ones) = (text[at] &- 0x30, text[at + 1] &- 0x30)
      return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : 10_000
    }
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8))
    let (hour, minute, second) = (two(11), two(14), two(17))
    guard year < 10_000, (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year), hour < 24,
      minute < 60, second <= 60
    else { return nil }
    var at = 19
    var fraction: Int64 = 0
    if at < text.count, text[at] == UInt8(ascii: ".") {
      at += 1
      let start = at
      var scale: Int64 = 100_000_000
      while at < text.count, text[at] &- 0x30 < 10 {
        fraction += Int64(text[at] &- 0x30) * scale
        scale /= 10
        at += 1
      }
      guard at > start else { return nil }
    }
    guard let offset = offsetSeconds(text, at) else { return nil }
    let seconds = Int64(days(fromCivil: year, month, day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - offset
    // Wider than the result: the first and the last second of the range are not whole.
    return Int64(exactly: Int128(seconds) * 1_000_000_000 + Int128(fraction))
  }

  package static func parse(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
  }

  private static func offsetSeconds(_ text: UnsafeRawBufferPointer, _ at: Int) -> Int64? {
    if at == text.count { return 0 }
    switch text[at] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"): return at + 1 == text.count ? 0 : nil
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      let hasColon = text.count == at + 6 && text[at + 3] == UInt8(ascii: ":")
      guard hasColon || text.count == at + 5, let hours = digits(text, at + 1, 2),
        let minutes = digits(text, at + (hasColon ? 4 : 3), 2), hours < 24, minutes < 60
      else { return nil }
      let seconds = Int64(hours * 3600 + minutes * 60)
      return text[at] == UInt8(ascii: "-") ? -seconds : seconds
    default: return nil
    }
  }

  private static func digits(_ text: UnsafeRawBufferPointer, _ at: Int, _ count: Int) -> Int? {
    guard at + count <= text.count else { return nil }
    var value = 0
    for i in at..<(at + count) {
      let digit = Int(text[i]) - 48
      guard (0...9).contains(digit) else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  private static func daysIn(month: Int, year: Int) -> Int {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
  }

  private static func days(fromCivil year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int) -> (Int, Int, Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func pad(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

/// A time as RFC 3339 in UTC with milliseconds, by the calendar of Howard Hinnant's "chrono-compatible low-level date algorithms".
package enum UTCText {
  package static func of(_ timeNs: Int64) -> String {
    let exactMs = timeNs / 1_000_000 - (timeNs % 1_000_000 < 0 ? 1 : 0)
    let seconds = exactMs / 1000 - (exactMs % 1000 < 0 ? 1 : 0)
    let days = seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0)
    let ofDay = seconds - days * 86_400
    let (year, month, day) = date(days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(ofDay / 3600, 2)):"
      + "\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2)).\(padded(exactMs - seconds * 1000, 3))Z"
  }

  private static func date(_ days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

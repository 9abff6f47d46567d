import Decoding
import Glibc
import JSONText
import Records

/// The input as a time, as a number and as the text of a quoted number. Second opinions: the standard library's reader of
/// doubles, the C library's calendar, and `Timestamp.text`.
enum NumberEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    let text = Array(bytes)
    var answer = 0
    if let ns = Timestamp.parse(bytes) {
      answer = Int(ns)
      try require(Timestamp.parse(Timestamp.text(ns)) == ns, "\(ns) is written as \(Timestamp.text(ns))")
      try compareWithCalendar(text, ns)
    }
    let options = DecoderOptions(format: .json, fields: [.init("x", at: "/0")], samples: "")
    let decoded = DecodedInput([UInt8(ascii: "[")] + text + [UInt8(ascii: "]")], options)
    if case .records = decoded.outcome, let tree = try? JSONValue.parse(text), case .number = tree {
      let expected = Double(String(decoding: text.filter { $0 > 0x20 }, as: UTF8.self)) ?? .nan
      try require(
        decoded.batch.columns[0].bitPattern == expected.bitPattern, "\(decoded.batch.columns[0]): \(expected)")
      try require(decoded.batch.samples == [Float(expected)], "sample \(decoded.batch.samples): \(expected)")
      answer ^= Int(truncatingIfNeeded: expected.bitPattern)
    }
    let quoted = DecodedInput(Array("[\"".utf8) + text + Array("\"]".utf8), options)
    if case .records = quoted.outcome, quoted.batch.columns[0].isFinite {
      let expected = Double(String(decoding: text, as: UTF8.self))
      try require(quoted.batch.columns[0].bitPattern == expected?.bitPattern, "quoted: \(quoted.batch.columns[0])")
    }
    for format in TimeFormat.allCases {
      let timed = DecoderOptions(format: .json, time: "/0", timeFormat: format)
      answer ^= DecodedInput([UInt8(ascii: "[")] + text + [UInt8(ascii: "]")], timed).batch.count
      answer ^= DecodedInput(Array("[\"".utf8) + text + Array("\"]".utf8), timed).batch.count
    }
    return answer
  }

  /// Of a text that was accepted: its fields through timegm.
  private static func compareWithCalendar(_ text: [UInt8], _ ns: Int64) throws(FuzzFinding) {
    func number(_ at: Int, _ count: Int) -> Int32 {
      text[at..<(at + count)].reduce(0) { $0 * 10 + Int32($1 &- 0x30) }
    }
    var fields = tm()
    (fields.tm_year, fields.tm_mon, fields.tm_mday) = (number(0, 4) - 1900, number(5, 2) - 1, number(8, 2))
    (fields.tm_hour, fields.tm_min, fields.tm_sec) = (number(11, 2), number(14, 2), number(17, 2))
    var seconds = timegm(&fields)
    if let sign = text.dropFirst(19).firstIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
      let minutes = Int(number(sign + 1, 2)) * 60 + Int(number(text.count - 2, 2))
      seconds -= (text[sign] == UInt8(ascii: "-") ? -60 : 60) * minutes
    }
    let whole = ns / 1_000_000_000 - (ns % 1_000_000_000 < 0 ? 1 : 0)
    try require(Int64(seconds) == whole, "\(whole) s, by the C library \(seconds)")
  }
}

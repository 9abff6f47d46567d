/// Where the fields of one row stand.
struct CSVField {
  /// Without the quotes of a quoted field.
  var start: Int
  var end: Int
  var isQuoted = false
  /// It holds `""`, each of which means one quote.
  var hasDoubledQuotes = false

  static let empty = CSVField(start: 0, end: 0)
}

/// Splits a text into rows and fields (RFC 4180): rows end with LF or CRLF, a quoted field may hold both, `""` is a quote.
/// A quote inside an unquoted field is an ordinary character; empty lines are skipped; spaces belong to the field.
struct CSVRowReader {
  private let text: UnsafePointer<UInt8>
  private let end: Int
  private let delimiter: UInt8
  private let maxColumns: Int
  private(set) var at: Int

  init(_ text: UnsafePointer<UInt8>, count: Int, delimiter: UInt8, maxColumns: Int) {
    self.text = text
    end = count
    self.delimiter = delimiter
    self.maxColumns = maxColumns
    at = 0
    // A byte order mark, as spreadsheets write it.
    if count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { at = 3 }
  }

  /// Skips empty lines; false at the end of the text.
  mutating func hasRow() -> Bool {
    while at < end {
      if text[at] == 0x0A {
        at += 1
      } else if text[at] == 0x0D, at + 1 < end, text[at + 1] == 0x0A {
        at += 2
      } else {
        return true
      }
    }
    return false
  }

  /// Replaces `fields` by those of the next row.
  mutating func read(into fields: inout [CSVField]) -> DecodeFault? {
    fields.removeAll(keepingCapacity: true)
    while true {
      guard fields.count < maxColumns else { return DecodeFault(.tooManyColumns, at: at) }
      if at < end, text[at] == UInt8(ascii: "\"") {
        if let fault = readQuoted(into: &fields) { return fault }
      } else {
        let start = at
        while at < end, text[at] != delimiter, text[at] != 0x0A { at += 1 }
        let isCRLF = at < end && text[at] == 0x0A && at > start && text[at - 1] == 0x0D
        fields.append(CSVField(start: start, end: isCRLF ? at - 1 : at))
      }
      guard at < end else { return nil }
      at += 1
      if text[at - 1] == 0x0A { return nil }
    }
  }

  /// Leaves `at` at the delimiter, the LF or the end.
  private mutating func readQuoted(into fields: inout [CSVField]) -> DecodeFault? {
    let quote = at
    at += 1
    var field = CSVField(start: at, end: at, isQuoted: true)
    while true {
      while at < end, text[at] != UInt8(ascii: "\"") { at += 1 }
      guard at < end else { return DecodeFault(.unterminatedQuote, at: quote) }
      if at + 1 < end, text[at + 1] == UInt8(ascii: "\"") {
        field.hasDoubledQuotes = true
        at += 2
      } else {
        break
      }
    }
    field.end = at
    at += 1
    if at + 1 < end, text[at] == 0x0D, text[at + 1] == 0x0A { at += 1 }
    guard at == end || text[at] == delimiter || text[at] == 0x0A else { return DecodeFault(.textAfterQuote, at: at) }
    fields.append(field)
    return nil
  }
}

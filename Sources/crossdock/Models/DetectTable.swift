#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Records

  /// The rows of a CSV file for `crossdock detect`: the first column is passed through, the others are numbers. Comma,
  /// semicolon or tab, as the header has it. A cell that is empty, `nan` or infinite is no measurement: NaN. What is no number is an
  /// error with its place.
  final class DetectTable {
    typealias Text = UnsafeBufferPointer<UInt8>

    private static let maximumColumns = 4096
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let lines: LineReader
    private let delimiter: UInt8
    private let fieldCount: Int
    /// Where a field goes among the values; -1: nowhere.
    private let places: [Int]
    /// The standard input: each row may be waited for.
    let isStream: Bool
    let timeName: String
    let names: [String]
    private(set) var values: [Double]
    private(set) var texts: [Text]
    private(set) var time = Text(start: nil, count: 0)

    /// - Parameters:
    ///   - chosen: names of the value columns; empty: all of them
    ///   - ignored: names of columns that are left out
    init(path: String, chosen: [String], ignored: [String]) throws(CrossdockError) {
      isStream = path == "-"
      lines = try LineReader(path: path)
      guard var header = try lines.next() else {
        throw lines.error(line: 1, "the file is empty", hint: "the first line names the columns: timestamp,value")
      }
      if header.starts(with: Self.byteOrderMark) { header = Text(rebasing: header[3...]) }
      delimiter = Self.likelyDelimiter(header)
      var fields: [String] = []
      Self.split(header, delimiter) { fields.append(String(decoding: Self.bare($1), as: UTF8.self)) }
      guard fields.count <= Self.maximumColumns else {
        throw lines.error("\(fields.count) columns, at most \(Self.maximumColumns) are read")
      }
      guard fields.count > 1 else {
        throw lines.error("one column: a time and at least one value are wanted", hint: "timestamp,value")
      }
      for name in chosen + ignored where !fields.contains(name) {
        throw lines.error(
          "there is no column \"\(name)\"", hint: "the columns are: \(fields.prefix(40).joined(separator: ", "))")
      }
      var names: [String] = []
      var places = [Int](repeating: -1, count: fields.count)
      for i in 1..<fields.count
      where !ignored.contains(fields[i]) && (chosen.isEmpty || chosen.contains(fields[i])) {
        guard Double(fields[i]) == nil else {
          throw lines.error(
            column: nil, "a number where the name of a column is wanted: \"\(fields[i])\"",
            hint: "the first line names the columns: timestamp,value")
        }
        places[i] = names.count
        names.append(fields[i])
      }
      guard !names.isEmpty else { throw lines.error("no column of values is left") }
      fieldCount = fields.count
      timeName = fields[0]
      self.places = places
      self.names = names
      values = [Double](repeating: .nan, count: names.count)
      texts = [Text](repeating: Text(start: nil, count: 0), count: names.count)
    }

    /// The next row into `time`, `texts` (valid until the next call) and `values`; false at the end. Empty lines are passed over.
    func next() throws(CrossdockError) -> Bool {
      while let line = try lines.next() {
        if line.isEmpty { continue }
        var count = 0
        var wrong = -1
        Self.split(line, delimiter) { field, text in
          count += 1
          guard field < fieldCount else { return }
          if field == 0 { time = text }
          guard places[field] >= 0 else { return }
          let bare = Self.bare(text)
          texts[places[field]] = text
          if let value = bare.isEmpty ? .nan : DecimalText.parse(bare) {
            values[places[field]] = value.isFinite ? value : .nan
          } else if wrong < 0 {
            wrong = field
          }
        }
        guard count == fieldCount else {
          throw lines.error("the row has \(count) fields, the header has \(fieldCount)")
        }
        guard wrong < 0 else {
          let text = String(decoding: texts[places[wrong]].prefix(40), as: UTF8.self)
          throw lines.error(
            "field \(wrong + 1), \"\(names[places[wrong]])\", is no number: \"\(text)\"",
            hint: "leave it empty, or write nan, where nothing was measured")
        }
        return true
      }
      return false
    }

    private static func likelyDelimiter(_ header: Text) -> UInt8 {
      let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
      return candidates.first { header.contains($0) } ?? candidates[0]
    }

    /// Without spaces and quotation marks around it.
    private static func bare(_ text: Text) -> Text {
      var (start, end) = (0, text.count)
      while start < end, text[start] == 0x20 { start += 1 }
      while end > start, text[end - 1] == 0x20 { end -= 1 }
      if end - start >= 2, text[start] == UInt8(ascii: "\""), text[end - 1] == UInt8(ascii: "\"") {
        (start, end) = (start + 1, end - 1)
      }
      return Text(rebasing: text[start..<end])
    }

    /// A delimiter between quotation marks is none.
    private static func split(_ line: Text, _ delimiter: UInt8, _ body: (Int, Text) -> Void) {
      var (field, start, isQuoted) = (0, 0, false)
      for at in 0..<line.count {
        if line[at] == UInt8(ascii: "\"") {
          isQuoted.toggle()
        } else if line[at] == delimiter, !isQuoted {
          body(field, Text(rebasing: line[start..<at]))
          (field, start) = (field + 1, at + 1)
        }
      }
      body(field, Text(rebasing: line[start...]))
    }
  }
#endif

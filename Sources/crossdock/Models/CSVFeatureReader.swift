#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Records
  import SignalFeatures

  /// CSV (RFC 4180) with a header, or with the columns' names given: comma, semicolon, tab or runs of spaces.
  final class CSVFeatureReader {
    /// What becomes of a field.
    private struct Role {
      var input = -1
      /// Another input of the same column, in `more`.
      var hasMore = false
      var isAsset = false
      var isTime = false
      var kept = -1
    }

    private static let maximumColumns = 4096
    private static let space = UInt8(ascii: " ")

    private let lines: LineReader
    private let specification: FeatureSpecification
    private let options: FeatureInput.Options
    private var delimiter = UInt8(ascii: ",")
    private var roles: [Role] = []
    /// By input.
    private let categories: [[FeatureSpecification.Category]]
    private var more: [(column: Int, input: Int)] = []
    /// Fields of the line that have quotes, taken apart.
    private var unquoted = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)
    private var unquotedCount = 0

    init(
      path: String, _ specification: FeatureSpecification, _ options: FeatureInput.Options
    ) throws(CrossdockError) {
      lines = try LineReader(path: path)
      self.specification = specification
      self.options = options
      categories = specification.inputs.map(\.categories)
      guard specification.waveform == nil else {
        throw CrossdockError(
          "read the records", at: path, reason: "the specification is of waveforms, and this file has columns",
          hint: "waveforms are read from .f32 and .i16 files and from exports (.ndjson)", exitCode: .badInput)
      }
    }

    deinit {
      unquoted.deallocate()
    }

    // MARK: header

    private func readHeader() throws(CrossdockError) -> Bool {
      guard options.columns.isEmpty else {
        delimiter = options.delimiter ?? UInt8(ascii: ",")
        try assign(options.columns)
        return true
      }
      guard var header = try lines.next() else { throw lines.error(line: 1, "the file is empty: no header") }
      if header.starts(with: [0xEF, 0xBB, 0xBF]) { header = UnsafeBufferPointer(rebasing: header[3...]) }
      delimiter = options.delimiter ?? Self.likelyDelimiter(header)
      makeRoom(header.count)
      var names: [String] = []
      try split(header) { _, field throws(CrossdockError) in names.append(String(decoding: field, as: UTF8.self)) }
      try assign(names)
      return true
    }

    private static func likelyDelimiter(_ header: FeatureRecord.Text) -> UInt8 {
      let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
      let counts = candidates.map { candidate in header.reduce(0) { $0 + ($1 == candidate ? 1 : 0) } }
      let most = counts.max() ?? 0
      return most == 0 ? candidates[0] : candidates[counts.firstIndex(of: most) ?? 0]
    }

    private func assign(_ names: [String]) throws(CrossdockError) {
      guard names.count <= Self.maximumColumns else {
        throw lines.error("\(names.count) columns, at most \(Self.maximumColumns) are read")
      }
      roles = Array(repeating: Role(), count: names.count)
      for (i, input) in specification.inputs.enumerated()
      where !options.constants.contains(where: { $0.input == i }) {
        let column = try column(input.column, names, "the input \"\(input.name)\"")
        if roles[column].input >= 0 {
          roles[column].hasMore = true
          more.append((column, i))
        } else {
          roles[column].input = i
        }
      }
      if let by = options.by { roles[try column(by, names, "--by")].isAsset = true }
      if let time = options.time { roles[try column(time, names, "--time")].isTime = true }
      for (i, name) in options.kept.enumerated() {
        let column = try column(name, names, "--keep")
        guard roles[column].kept < 0 else { throw lines.error("--keep \(name) is given twice") }
        roles[column].kept = i
      }
    }

    private func column(_ name: String, _ names: [String], _ what: String) throws(CrossdockError) -> Int {
      guard let column = names.firstIndex(of: name) else {
        let list = "the columns are: \(names.prefix(40).joined(separator: ", "))"
        throw lines.error(
          line: 1, "there is no column \"\(name)\" for \(what)",
          hint: Suggestion.nearest(to: name, of: names).map { "did you mean \($0)? \(list)" } ?? list)
      }
      guard names.lastIndex(of: name) == column else {
        throw lines.error(line: 1, "the column \"\(name)\" for \(what) is there twice")
      }
      return column
    }

    // MARK: rows

    func read(into record: FeatureRecord, _ body: (FeatureRecord) throws -> Void) throws {
      guard try readHeader() else { return }
      if specification.usesTime, options.time == nil { throw Self.needsTime }
      record.asset = .init(start: nil, count: 0)
      record.time = nil
      record.samples = nil
      record.isTimeTrusted = true
      record.sequence = 0
      while let line = try lines.next() {
        if line.isEmpty { continue }
        makeRoom(line.count)
        var count = 0
        try split(line) { [self] column, field throws(CrossdockError) in
          // A delimiter at the end of the line is no field.
          if column < roles.count || !field.isEmpty { count += 1 }
          guard column < roles.count else { return }
          try take(field, column, record)
        }
        guard count == roles.count else {
          throw lines.error("the row has \(count) fields, the header has \(roles.count)")
        }
        record.sequence += 1
        try body(record)
      }
    }

    private func makeRoom(_ count: Int) {
      unquotedCount = 0
      guard unquoted.count < count else { return }
      unquoted.deallocate()
      unquoted = .allocate(capacity: 2 * count)
    }

    static var needsTime: CrossdockError {
      CrossdockError(
        "read the records", at: "--time", reason: "the specification has windows or checks by time",
        hint: "name the column of the time: --time COLUMN", exitCode: .wrongUsage)
    }

    @inline(__always)
    private func take(
      _ field: FeatureRecord.Text, _ column: Int, _ record: FeatureRecord
    ) throws(CrossdockError) {
      let role = roles[column]
      if role.input >= 0 {
        record.values[role.input] = FeatureInput.number(field, categories[role.input])
        if role.hasMore {
          for other in more where other.column == column {
            record.values[other.input] = FeatureInput.number(field, categories[other.input])
          }
        }
      }
      if role.isAsset { record.asset = field }
      if role.kept >= 0 { record.kept[role.kept] = field }
      guard role.isTime else { return }
      guard
        let ns = Timestamp.parse(UnsafeRawBufferPointer(field))
          ?? DecimalText.nanoseconds(field, unitNs: options.timeUnitNs)
      else {
        throw lines.error(
          "the field \(column + 1) is no time: \"\(String(decoding: field.prefix(40), as: UTF8.self))\"",
          hint: "as in 2026-11-23T08:00:00Z, 2026-11-23 08:00:00 or a number (see --time-unit)")
      }
      record.time = field
      record.timeNs = ns
    }

    /// Fields without the spaces around them.
    @inline(__always)
    private func split(
      _ line: FeatureRecord.Text, _ body: (Int, FeatureRecord.Text) throws(CrossdockError) -> Void
    ) throws(CrossdockError) {
      guard let base = line.baseAddress else { return }
      var at = 0
      var column = 0
      let isSpaced = delimiter == Self.space
      while true {
        while at < line.count, base[at] == Self.space { at += 1 }
        if isSpaced, at == line.count { return }
        let start = at
        if at < line.count, base[at] == UInt8(ascii: "\"") {
          try body(column, try quoted(line, &at))
        } else {
          while at < line.count, base[at] != delimiter { at += 1 }
          var end = at
          while end > start, base[end - 1] == Self.space { end -= 1 }
          try body(column, UnsafeBufferPointer(start: base + start, count: end - start))
        }
        column += 1
        guard at < line.count else { return }
        at += 1
      }
    }

    /// Leaves `at` at the delimiter or the end.
    private func quoted(_ line: FeatureRecord.Text, _ at: inout Int) throws(CrossdockError) -> FeatureRecord.Text {
      let place = at
      let first = unquotedCount
      at += 1
      while true {
        guard at < line.count else { throw lines.error(column: place + 1, "the quotation is not closed on its line") }
        if line[at] == UInt8(ascii: "\"") {
          at += 1
          guard at < line.count, line[at] == UInt8(ascii: "\"") else { break }
        }
        unquoted[unquotedCount] = line[at]
        unquotedCount += 1
        at += 1
      }
      while at < line.count, line[at] == Self.space, delimiter != Self.space { at += 1 }
      guard at == line.count || line[at] == delimiter else {
        throw lines.error(column: at + 1, "text after the closing quotation mark")
      }
      return UnsafeBufferPointer(rebasing: unquoted[first..<unquotedCount])
    }
  }
#endif

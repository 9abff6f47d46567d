// Each row is one record; its body is a JSON object with the columns' names.
//
// Values: an unquoted field that is a JSON number (spaces around it aside) stays a number, an empty unquoted field is
// null, all else is a string: `007` and `"12"` keep their text. Numeric columns for models also read quoted numbers.
// Every row has as many fields as there are columns. The steady state (the same header again) allocates nothing.
import Records

/// One row being turned into a record; its storage is reused.
private struct CSVRow {
  var fields: [CSVField] = []
  var body: [UInt8] = []
  var columns: [Double] = []
}

final class CSVRecordDecoder {
  private let options: DecoderOptions
  private var columns: CSVColumns?
  /// The header row that `columns` was made from.
  private var header: [UInt8] = []
  private var spare = CSVRow()

  init(_ options: DecoderOptions) throws(CrossdockError) {
    self.options = options
    func wrong(_ place: String, _ reason: String) -> CrossdockError {
      CrossdockError("use the csv decoder", at: place, reason: reason, exitCode: .badConfiguration)
    }
    let csv = options.csv
    guard options.samples == nil else { throw wrong("samples", "a CSV has no arrays") }
    guard csv.delimiter != UInt8(ascii: "\""), csv.delimiter >= 0x09, csv.delimiter < 0x80,
      csv.delimiter != 0x0A, csv.delimiter != 0x0D
    else { throw wrong("delimiter", "it is one ASCII character, not a quote or a line end") }
    guard !csv.hasHeader, !csv.columns.isEmpty else { return }
    guard Set(csv.columns).count == csv.columns.count else { throw wrong("columns", "two have the same name") }
    guard csv.columns.count <= csv.maxColumns else { throw wrong("columns", "more than \(csv.maxColumns)") }
    for place in options.fields.map(\.place) + options.dedupe + (options.time.map { [$0] } ?? [])
    where !csv.columns.contains(place) {
      throw wrong(place, "there is no such column; there are \(csv.columns.joined(separator: ", "))")
    }
    columns = CSVColumns(names: csv.columns.map { Array($0.utf8) }, options)
  }

  func decode(_ payload: UnsafeRawBufferPointer, into target: borrowing RecordTarget, _ keys: inout [UInt64?])
    -> DecodeOutcome
  {
    var row = CSVRow()
    swap(&row, &spare)
    defer { swap(&row, &spare) }
    return decode(payload, into: target, &keys, &row)
  }

  private func decode(
    _ payload: UnsafeRawBufferPointer, into target: borrowing RecordTarget, _ keys: inout [UInt64?], _ row: inout CSVRow
  ) -> DecodeOutcome {
    let text = payload.baseAddress!.assumingMemoryBound(to: UInt8.self)
    if let offset = UTF8Sequence.firstFault(text, payload.count) {
      return .undecodable(DecodeFault(.invalidUTF8, at: offset))
    }
    var reader = CSVRowReader(
      text, count: payload.count, delimiter: options.csv.delimiter, maxColumns: options.csv.maxColumns)
    if options.csv.hasHeader {
      guard reader.hasRow() else { return .undecodable(DecodeFault(.noRows, at: payload.count)) }
      let start = reader.at
      if let fault = reader.read(into: &row.fields) { return .undecodable(fault) }
      if let fault = useHeader(payload, start..<reader.at, row.fields) { return .undecodable(fault) }
    }
    var rows = 0
    var expanded = 0
    while reader.hasRow() {
      let start = reader.at
      guard rows < options.csv.maxRows else { return .undecodable(DecodeFault(.tooManyRows, at: start)) }
      if let fault = reader.read(into: &row.fields) { return .undecodable(fault) }
      if columns == nil || (rows == 0 && hasNumberedColumns) { numberColumns(row.fields.count) }
      guard let columns, columns.keys.count == row.fields.count else {
        return .undecodable(DecodeFault(.unequalRows, at: start))
      }
      expanded += columns.keyBytes
      guard expanded <= options.csv.maxExpandedBytes else {
        return .undecodable(DecodeFault(.expandedTooFar, at: start))
      }
      append(payload, columns, &row, to: target, &keys)
      expanded += row.body.count - columns.keyBytes
      rows += 1
    }
    return rows > 0 ? .records(rows) : .undecodable(DecodeFault(.noRows, at: payload.count))
  }

  private func append(
    _ payload: UnsafeRawBufferPointer, _ columns: borrowing CSVColumns, _ row: inout CSVRow,
    to target: borrowing RecordTarget,
    _ keys: inout [UInt64?]
  ) {
    let text = payload.baseAddress!.assumingMemoryBound(to: UInt8.self)
    Self.makeBody(payload, columns, &row)
    row.columns.removeAll(keepingCapacity: true)
    for column in columns.fields { row.columns.append(column.map { Self.number(text, row.fields[$0]) } ?? .nan) }
    let time = eventTime(text, columns.time.map { row.fields[$0] }, at: target.clock)
    row.body.withUnsafeBytes { body in
      row.columns.withUnsafeBufferPointer {
        target.finish(body: body, columns: $0, eventTimeNs: time.ns, time.flags)
      }
    }
    if !columns.dedupe.isEmpty { keys.append(Self.dedupeKey(payload, columns, row.fields, target.source)) }
  }

  private static func makeBody(_ payload: UnsafeRawBufferPointer, _ columns: borrowing CSVColumns, _ row: inout CSVRow)
  {
    let text = payload.baseAddress!.assumingMemoryBound(to: UInt8.self)
    row.body.removeAll(keepingCapacity: true)
    for (index, field) in row.fields.enumerated() {
      row.body.append(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
      row.body.append(contentsOf: columns.keys[index])
      let trimmed = Self.trimmed(text, field)
      if !field.isQuoted, field.start == field.end {
        row.body.append(contentsOf: "null".utf8)
      } else if !field.isQuoted, DecimalNumber.isNumber(text, trimmed.lowerBound, trimmed.upperBound) {
        row.body.append(contentsOf: payload[trimmed])
      } else {
        let content = UnsafeRawBufferPointer(rebasing: payload[field.start..<field.end])
        CSVJSON.appendString(content, isDoubled: field.hasDoubledQuotes, to: &row.body)
      }
    }
    row.body.append(UInt8(ascii: "}"))
  }

  private func eventTime(
    _ text: UnsafePointer<UInt8>, _ field: CSVField?, at clock: ClockReading
  ) -> (ns: Int64, flags: RecordFlags) {
    guard let field else { return (clock.wallNs, .eventTimeMissing) }
    let trimmed = Self.trimmed(text, field)
    if trimmed.isEmpty { return (clock.wallNs, .eventTimeMissing) }
    return EventTime.resolve(EventTime.parse(text, trimmed, isNumber: false, options.timeFormat), at: clock)
  }

  private static func dedupeKey(
    _ payload: UnsafeRawBufferPointer, _ columns: borrowing CSVColumns, _ fields: [CSVField], _ source: UInt32
  ) -> UInt64? {
    var key = DedupeKey(source: source)
    for column in columns.dedupe {
      guard let column, fields[column].start < fields[column].end else { return nil }
      key.add(UnsafeRawBufferPointer(rebasing: payload[fields[column].start..<fields[column].end]))
    }
    return key.value
  }

  private static func trimmed(_ text: UnsafePointer<UInt8>, _ field: CSVField) -> Range<Int> {
    let (start, end) = ColumnNumber.trimmed(text, field.start..<field.end)
    return start..<end
  }

  private static func number(_ text: UnsafePointer<UInt8>, _ field: CSVField) -> Double {
    ColumnNumber.of(text, field.start..<field.end)
  }

  // MARK: columns

  private var hasNumberedColumns: Bool { !options.csv.hasHeader && options.csv.columns.isEmpty }

  /// Columns without names are as many as the first row of the message has.
  private func numberColumns(_ count: Int) {
    guard columns?.keys.count != count else { return }
    columns = CSVColumns(names: (1...count).map { Array(String($0).utf8) }, options)
  }

  private func useHeader(_ payload: UnsafeRawBufferPointer, _ line: Range<Int>, _ fields: [CSVField]) -> DecodeFault? {
    if columns != nil, payload[line].elementsEqual(header) { return nil }
    columns = nil
    var names: [[UInt8]] = []
    var seen: Set<[UInt8]> = []
    for field in fields {
      guard field.end - field.start <= options.csv.maxNameBytes else {
        return DecodeFault(.columnNameTooLong, at: field.start)
      }
      var name: [UInt8] = []
      var at = field.start
      while at < field.end {
        name.append(payload[at])
        at += field.hasDoubledQuotes && payload[at] == UInt8(ascii: "\"") ? 2 : 1
      }
      guard seen.insert(name).inserted else { return DecodeFault(.duplicateColumn, at: field.start) }
      names.append(name)
    }
    columns = CSVColumns(names: names, options)
    header = Array(payload[line])
    return nil
  }
}

/// A value with the place that a message about it names.
struct Located<Value> {
  var value: Value
  var position: SourcePosition
}

/// Reads one table of the file by its option table. Every method reports what is wrong and then gives nil, so that reading
/// goes on to the next key; nil without a report means that the key is not there and has no default.
struct SectionReader {
  let table: TOMLTable
  let options: OptionTable
  let context: ReadingContext
  /// The header with its name filled in: `[mqtt.floor]`.
  let header: String

  var position: SourcePosition { table.position }

  init(_ table: TOMLTable, _ options: OptionTable, _ context: ReadingContext, header: String? = nil) {
    self.table = table
    self.options = options
    self.context = context
    self.header = header ?? options.header
    let misspelled = table.entries.filter { options.row($0.key) == nil }.compactMap(reportUnknown)
    for row in options.rows where row.isRequired && table.entry(row.key) == nil && !misspelled.contains(row.key) {
      context.error(table.position, "missing key \"\(row.key)\" in \(self.header)")
    }
  }

  /// The key that was meant, which then does not count as missing: one mistake, one message.
  private func reportUnknown(_ entry: TOMLTable.Entry) -> String? {
    let meant = EditDistance.nearest(to: entry.key, among: options.rows.map(\.key))
    let hint = options.refused[entry.key] ?? meant.map { "did you mean \"\($0)\"?" } ?? ""
    context.error(entry.keyPosition, "unknown key \"\(printable(entry.key))\" in \(header)", hint: hint)
    return meant
  }

  func isGiven(_ row: OptionRow) -> Bool { table.entry(row.key) != nil }

  func isEmptyArray(_ row: OptionRow) -> Bool {
    guard case .array(let elements) = table.entry(row.key)?.node.value else { return false }
    return elements.isEmpty
  }

  /// The value that stands in the file, or the default.
  func node(_ row: OptionRow) -> TOMLNode? {
    if let entry = table.entry(row.key) { return entry.node.isUnreadable ? nil : entry.node }
    return row.defaultText.map(Self.node(ofDefault:))
  }

  static func node(ofDefault text: String) -> TOMLNode {
    guard case .success(let table) = TOMLTable.parse(Array("value = \(text)".utf8)), let entry = table.entry("value")
    else { preconditionFailure("a default that is not TOML: \(text)") }
    return entry.node
  }

  func wrongType(_ row: OptionRow, _ node: TOMLNode, expected: String, hint: String = "") {
    context.error(node.position, "\"\(row.key)\" must be \(expected), found \(node.typeName)", hint: hint)
  }

  // MARK: - Texts

  func string(_ row: OptionRow) -> Located<String>? {
    guard let node = node(row) else { return nil }
    guard case .string(let text) = node.value else {
      wrongType(row, node, expected: "a string", hint: "put it into quotes")
      return nil
    }
    return context.substituted(text, at: node.position).map { Located(value: $0, position: node.position) }
  }

  /// A string that may not be empty and holds no NUL, which no C library takes.
  func name(_ row: OptionRow) -> Located<String>? {
    guard let text = string(row) else { return nil }
    guard !text.value.isEmpty, !text.value.utf8.contains(0) else {
      context.error(text.position, "\"\(row.key)\" \(text.value.isEmpty ? "is empty" : "contains a NUL character")")
      return nil
    }
    return text
  }

  func choice<Choice: RawRepresentable>(_ row: OptionRow, _ type: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    choice(row).flatMap(Choice.init(rawValue:))
  }

  func choice(_ row: OptionRow) -> String? {
    guard case .choice(let choices) = row.kind, let text = string(row) else { return nil }
    guard choices.contains(text.value) else {
      let list = choices.map { "\"\($0)\"" }.joined(separator: ", ")
      let suggestion = EditDistance.suggestion(for: text.value, among: choices)
      context.error(
        text.position, "\"\(row.key)\" is \"\(printable(text.value))\"; it must be one of \(list)", hint: suggestion)
      return nil
    }
    return text.value
  }

  func strings(_ row: OptionRow) -> [Located<String>]? {
    guard let node = node(row) else { return nil }
    guard case .array(let elements) = node.value else {
      wrongType(row, node, expected: "an array of strings", hint: "put it into brackets: [\"…\"]")
      return nil
    }
    var out: [Located<String>] = []
    for element in elements {
      guard case .string(let text) = element.value else {
        wrongType(row, element, expected: "an array of strings")
        continue
      }
      guard let text = context.substituted(text, at: element.position) else { continue }
      out.append(Located(value: text, position: element.position))
    }
    return out.count == elements.count ? out : nil
  }

  /// An inline table of strings, in the order of the text.
  func pairs(_ row: OptionRow) -> [(name: Located<String>, text: Located<String>)]? {
    guard let node = node(row) else { return nil }
    guard case .table(let table) = node.value else {
      wrongType(row, node, expected: "an inline table", hint: "write { name = \"…\" }")
      return nil
    }
    var out: [(name: Located<String>, text: Located<String>)] = []
    for entry in table.entries {
      guard case .string(let text) = entry.node.value else {
        if !entry.node.isUnreadable {
          context.error(
            entry.node.position, "\"\(row.key).\(printable(entry.key))\" must be a string, found \(entry.node.typeName)"
          )
        }
        continue
      }
      guard let text = context.substituted(text, at: entry.node.position) else { continue }
      out.append(
        (
          Located(value: entry.key, position: entry.keyPosition), Located(value: text, position: entry.node.position)
        ))
    }
    return out.count == table.entries.count ? out : nil
  }

  func boolean(_ row: OptionRow) -> Bool? {
    guard let node = node(row) else { return nil }
    guard case .boolean(let value) = node.value else {
      wrongType(row, node, expected: "true or false")
      return nil
    }
    return value
  }
}

import CTomlPlusPlus

/// A value of a TOML document with its place.
struct TOMLNode {
  indirect enum Value {
    case table(TOMLTable)
    case array([TOMLNode])
    case string(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    case date
  }

  var value: Value
  var position: SourcePosition

  /// The type in words, for "must be an integer, found a string".
  var typeName: String {
    switch value {
    case .table: "a table"
    case .array: "an array"
    case .string: "a string"
    case .integer: "an integer"
    case .number: "a number with a fraction"
    case .boolean: "a boolean"
    case .date: "a date or time"
    }
  }

  /// What `SyntaxRecovery` puts in the place of a value that cannot be parsed: its problem is reported already.
  static let unreadable = "\u{1}unreadable"

  var isUnreadable: Bool {
    if case .string(Self.unreadable) = value { return true }
    return false
  }
}

/// A table's entries in the order of the text.
struct TOMLTable {
  struct Entry {
    var key: String
    var keyPosition: SourcePosition
    var node: TOMLNode
  }

  var entries: [Entry]
  var position: SourcePosition

  func entry(_ key: String) -> Entry? { entries.first { $0.key == key } }
}

struct TOMLSyntaxError: Error {
  var position: SourcePosition
  var message: String
}

extension TOMLTable {
  /// Parses a whole document with toml++; the first syntax error ends it.
  static func parse(_ text: [UInt8]) -> Result<TOMLTable, TOMLSyntaxError> {
    let document = text.withUnsafeBytes { bytes in
      crossdock_toml_parse(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard let document else {
      return .failure(TOMLSyntaxError(position: SourcePosition(line: 1, column: 1), message: "memory ran out"))
    }
    defer { crossdock_toml_free(document) }
    if let error = document.pointee.error {
      let line = Int(document.pointee.error_line)
      let column = Int(document.pointee.error_column)
      return .failure(
        TOMLSyntaxError(
          position: SourcePosition(line: max(1, line), column: max(1, column)), message: String(cString: error)))
    }
    let nodes = UnsafeBufferPointer(start: document.pointee.nodes, count: document.pointee.node_count)
    guard case .table(let root) = TOMLNode(nodes, at: 0).value else { preconditionFailure("the root is a table") }
    return .success(root)
  }
}

extension TOMLNode {
  fileprivate init(_ nodes: UnsafeBufferPointer<crossdock_toml_node>, at index: Int) {
    let node = nodes[index]
    position = SourcePosition(line: Int(node.line), column: Int(node.column))
    switch Int(node.kind) {
    case CROSSDOCK_TOML_TABLE:
      let entries = Self.children(nodes, of: index).map { child in
        TOMLTable.Entry(
          key: Self.text(nodes[child].key, nodes[child].key_count),
          keyPosition: SourcePosition(line: Int(nodes[child].key_line), column: Int(nodes[child].key_column)),
          node: TOMLNode(nodes, at: child))
      }
      value = .table(TOMLTable(entries: entries, position: position))
    case CROSSDOCK_TOML_ARRAY: value = .array(Self.children(nodes, of: index).map { TOMLNode(nodes, at: $0) })
    case CROSSDOCK_TOML_STRING: value = .string(Self.text(node.text, node.text_count))
    case CROSSDOCK_TOML_INTEGER: value = .integer(node.integer)
    case CROSSDOCK_TOML_NUMBER: value = .number(node.number)
    case CROSSDOCK_TOML_BOOLEAN: value = .boolean(node.integer != 0)
    default: value = .date
    }
  }

  private static func children(_ nodes: UnsafeBufferPointer<crossdock_toml_node>, of index: Int) -> [Int] {
    var children: [Int] = []
    var child = index + 1
    while child < Int(nodes[index].next) {
      children.append(child)
      child = Int(nodes[child].next)
    }
    return children
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

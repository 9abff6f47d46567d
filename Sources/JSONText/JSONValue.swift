/// A JSON document as a tree, for the control plane, for layouts and orders: wherever a document is read once and whole.
/// The ingest path does not use it (see `Decoding`).
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  /// Members in the order of the text. Duplicate keys are refused by the parser.
  case object([(key: String, value: JSONValue)])

  package static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let x), .bool(let y)): x == y
    case (.number(let x), .number(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.array(let x), .array(let y)): x == y
    case (.object(let x), .object(let y)):
      x.count == y.count && zip(x, y).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  package subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }
  package var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }
  /// The number when it is whole and fits.
  package var integer: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }
  package var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }
  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }
  package var object: [(key: String, value: JSONValue)]? {
    if case .object(let members) = self { members } else { nil }
  }
}

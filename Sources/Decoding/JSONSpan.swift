package enum JSONKind: UInt8, Sendable {
  case missing, null, bool, number, string, array, object
}

/// Where a value stands in the scanned text; a string with its quotes.
package struct JSONSpan: Sendable, Equatable {
  package var start: Int32
  package var end: Int32
  package var kind: JSONKind
  /// Of a string: it has escapes, so that its bytes are not its text.
  package var isEscaped = false

  package static let missing = JSONSpan(start: 0, end: 0, kind: .missing)
  package var range: Range<Int> { Int(start)..<Int(end) }
  /// What is between the quotes of a string; the whole of anything else.
  package var content: Range<Int> { kind == .string ? (Int(start) + 1)..<(Int(end) - 1) : range }
}

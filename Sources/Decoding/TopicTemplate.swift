// A feed's topic with names for some of its levels: `{site}/{line}/{asset}/vibration`. `{name}` stands for one whole level,
// `+` for one without a name, `#` (last only) for the rest. The MQTT filter has `+` in place of each name.
//
// Invariants: `levels` describes the filter from left to right; the bytes of all literal levels lie in `literals`; a
// placeholder's number is its index in `placeholders`. Matching allocates nothing.
package import Records

package struct TopicTemplate: Sendable {
  /// Names in one template.
  package static let maxPlaceholders = 16
  /// MQTT's own bound of a topic (MQTT 5, 1.5.4).
  package static let maxBytes = 65_535

  struct Level: Sendable {
    enum Kind: UInt8 { case literal, placeholder, any, rest }
    var kind: Kind
    /// Of a literal: its bytes in `literals`.
    var start: Int = 0
    var end: Int = 0
    /// Of a placeholder.
    var number: Int = 0
  }

  /// As written.
  package let text: String
  /// What to subscribe to; begins with `$share/NAME/` where the template does.
  package let filter: String
  /// The names, in order.
  package let placeholders: [String]
  let levels: [Level]
  let literals: [UInt8]

  /// - Throws: `CrossdockError` with the character (from 1) that makes no sense.
  package init(parsing text: String) throws(CrossdockError) {
    var parser = TopicTemplateParser(text: text)
    try parser.parse()
    self.text = text
    filter = parser.filter
    placeholders = parser.placeholders
    levels = parser.levels
    literals = parser.literals
  }

  package func matches(_ topic: UnsafeRawBufferPointer) -> Bool {
    match(topic) { _, _ in }
  }

  /// Whether the topic fits, by MQTT's rules (MQTT 5, 4.7): a level may be empty, `a/#` fits `a`, and a wildcard at the
  /// beginning does not fit a topic that begins with `$`.
  /// - Parameter capture: called with each placeholder's number and its bytes, before it is known that the rest fits.
  func match(_ topic: UnsafeRawBufferPointer, capture: (Int, Range<Int>) -> Void) -> Bool {
    if topic.first == UInt8(ascii: "$"), levels[0].kind != .literal { return false }
    var at = 0
    for level in levels {
      if level.kind == .rest { return true }
      guard at <= topic.count else { return false }
      var end = at
      while end < topic.count, topic[end] != UInt8(ascii: "/") { end += 1 }
      switch level.kind {
      case .literal: guard isLiteral(level, topic, at, end) else { return false }
      case .placeholder: capture(level.number, at..<end)
      case .any, .rest: break
      }
      at = end + 1
    }
    return at == topic.count + 1
  }

  private func isLiteral(_ level: Level, _ topic: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> Bool {
    guard level.end - level.start == to - from else { return false }
    for i in 0..<(to - from) where literals[level.start + i] != topic[from + i] { return false }
    return true
  }
}

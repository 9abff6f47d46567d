package import Records

/// How a record's source is named after the topic: literal text and the placeholders of the feed's topic.
/// Without a template of its own: the placeholders joined by `/`; a topic without placeholders is its own source.
package struct SourceTemplate: Sendable {
  private enum Part: Sendable {
    case literal([UInt8])
    case placeholder(Int)
    /// `{topic}`: the whole topic; a placeholder of that name goes before it.
    case topic
  }

  private let topic: TopicTemplate
  private let parts: [Part]

  /// - Throws: `CrossdockError` with the character (from 1) that makes no sense.
  package init(parsing text: String?, of topic: TopicTemplate) throws(CrossdockError) {
    self.topic = topic
    if let text {
      parts = try Self.parse(text, topic)
    } else {
      var joined: [Part] = []
      for number in topic.placeholders.indices {
        if number > 0 { joined.append(.literal([UInt8(ascii: "/")])) }
        joined.append(.placeholder(number))
      }
      parts = joined
    }
  }

  /// Replaces `source` by the name for this topic; false, and `source` is empty, when the topic is not of this feed.
  package func render(_ topic: UnsafeRawBufferPointer, into source: inout [UInt8]) -> Bool {
    source.removeAll(keepingCapacity: true)
    return withUnsafeTemporaryAllocation(of: Range<Int>.self, capacity: TopicTemplate.maxPlaceholders) { captured in
      guard self.topic.match(topic, capture: { captured.initializeElement(at: $0, to: $1) }) else { return false }
      if parts.isEmpty { source.append(contentsOf: topic) }
      for part in parts {
        switch part {
        case .literal(let bytes): source.append(contentsOf: bytes)
        case .placeholder(let number): source.append(contentsOf: topic[captured[number]])
        case .topic: source.append(contentsOf: topic)
        }
      }
      return true
    }
  }

  private static func parse(_ text: String, _ topic: TopicTemplate) throws(CrossdockError) -> [Part] {
    func wrong(_ character: Int, _ reason: String) -> CrossdockError {
      CrossdockError(
        "use the source", at: "\"\(text)\"", reason: "character \(character): \(reason)", exitCode: .badConfiguration)
    }
    guard !text.isEmpty else { throw wrong(1, "a source needs a name") }
    var parts: [Part] = []
    var rest = Substring(text)
    var character = 1
    while let letter = rest.first {
      if letter == "}" { throw wrong(character, "} without {") }
      guard letter == "{" else {
        let literal = rest.prefix { $0 != "{" && $0 != "}" }
        parts.append(.literal(Array(literal.utf8)))
        rest = rest.dropFirst(literal.count)
        character += literal.count
        continue
      }
      guard let close = rest.firstIndex(of: "}") else { throw wrong(character, "{ without }") }
      let name = rest[rest.index(after: rest.startIndex)..<close]
      if let number = topic.placeholders.firstIndex(of: String(name)) {
        parts.append(.placeholder(number))
      } else if name == "topic" {
        parts.append(.topic)
      } else {
        let names = topic.placeholders.map { "{\($0)}" }.joined(separator: ", ")
        throw wrong(character, "the topic has no {\(name)}" + (names.isEmpty ? "" : "; it has \(names)"))
      }
      rest = rest[rest.index(after: close)...]
      character += name.count + 2
    }
    return parts
  }
}

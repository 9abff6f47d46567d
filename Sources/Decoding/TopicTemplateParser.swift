import Records

/// Reads a `TopicTemplate`, level by level.
struct TopicTemplateParser {
  private let text: String
  private(set) var filter = ""
  private(set) var placeholders: [String] = []
  private(set) var levels: [TopicTemplate.Level] = []
  private(set) var literals: [UInt8] = []

  init(text: String) {
    self.text = text
  }

  mutating func parse() throws(CrossdockError) {
    guard !text.isEmpty else { throw wrong(1, "a topic is needed") }
    guard text.utf8.count <= TopicTemplate.maxBytes else {
      throw wrong(TopicTemplate.maxBytes, "a topic has at most \(TopicTemplate.maxBytes) bytes")
    }
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)
    var character = 1
    var written: [String] = []
    if parts[0] == "$share" {
      guard parts.count >= 3, !parts[1].isEmpty, !parts[1].contains(where: { "+#{}".contains($0) }) else {
        throw wrong(1, "a shared subscription is written $share/NAME/TOPIC")
      }
      written = parts.prefix(2).map(String.init)
      character += parts[0].count + parts[1].count + 2
      parts.removeFirst(2)
    }
    for (number, part) in parts.enumerated() {
      let level = try level(part, at: character, isLast: number == parts.count - 1)
      levels.append(level)
      written.append(level.kind == .placeholder ? "+" : String(part))
      character += part.count + 1
    }
    filter = written.joined(separator: "/")
  }

  private mutating func level(
    _ part: Substring, at character: Int, isLast: Bool
  ) throws(CrossdockError) -> TopicTemplate.Level {
    if part == "+" { return .init(kind: .any) }
    if part == "#" {
      guard isLast else { throw wrong(character, "# stands for the rest: it can only be the last level") }
      return .init(kind: .rest)
    }
    if part.hasPrefix("{"), part.hasSuffix("}") {
      let name = String(part.dropFirst().dropLast())
      try checkName(name, at: character + 1)
      guard !placeholders.contains(name) else { throw wrong(character, "{\(name)} is there twice") }
      guard placeholders.count < TopicTemplate.maxPlaceholders else {
        throw wrong(character, "more than \(TopicTemplate.maxPlaceholders) names")
      }
      placeholders.append(name)
      return .init(kind: .placeholder, number: placeholders.count - 1)
    }
    for (offset, letter) in part.enumerated() {
      switch letter {
      case "{", "}": throw wrong(character + offset, "a {name} stands for a whole level, from / to /")
      case "+", "#": throw wrong(character + offset, "\(letter) stands for a whole level, from / to /")
      case "\0": throw wrong(character + offset, "a topic has no NUL")
      default: break
      }
    }
    literals += part.utf8
    return .init(kind: .literal, start: literals.count - part.utf8.count, end: literals.count)
  }

  private func checkName(_ name: String, at character: Int) throws(CrossdockError) {
    guard !name.isEmpty else { throw wrong(character, "the name between { and } is missing") }
    for (offset, letter) in name.enumerated() where !(letter.isASCII && (letter.isLetter || letter.isNumber)) {
      guard letter == "_" || letter == "-" else {
        throw wrong(character + offset, "a name has letters, digits, - and _")
      }
    }
  }

  private func wrong(_ character: Int, _ reason: String) -> CrossdockError {
    CrossdockError(
      "use the topic", at: "\"\(text)\"", reason: "character \(character): \(reason)", exitCode: .badConfiguration)
  }
}

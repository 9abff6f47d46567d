/// A topic filter whose levels may have names: `{site}/{line}/vibration` is the filter `+/+/vibration` (MQTT 5, 4.7).
struct TopicTemplate {
  static let maxBytes = 65_535
  /// Names in one template, as the decoders allow them.
  static let maxPlaceholders = 16

  var filter: String
  var placeholders: [String]

  struct Invalid: Error {
    var message: String
    var hint = ""
  }

  static func parse(_ text: String) -> Result<TopicTemplate, Invalid> {
    if text.isEmpty { return .failure(Invalid(message: "the topic is empty")) }
    if text.utf8.contains(0) { return .failure(Invalid(message: "the topic contains a NUL character")) }
    if text.utf8.count > maxBytes {
      return .failure(Invalid(message: "the topic has \(text.utf8.count) bytes; MQTT allows \(maxBytes)"))
    }
    if text.hasPrefix("$share/") {
      return .failure(Invalid(message: "a shared subscription in the topic", hint: "name the group with \"share\""))
    }
    var levels: [String] = []
    var placeholders: [String] = []
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if let invalid = check(part, isLast: index == parts.count - 1) { return .failure(invalid) }
      guard part.hasPrefix("{") else {
        levels.append(String(part))
        continue
      }
      let name = String(part.dropFirst().dropLast())
      if placeholders.contains(name) {
        return .failure(Invalid(message: "the placeholder \"{\(name)}\" stands twice in the topic"))
      }
      placeholders.append(name)
      levels.append("+")
    }
    if placeholders.count > maxPlaceholders {
      return .failure(
        Invalid(
          message: "the topic has \(placeholders.count) placeholders; at most \(maxPlaceholders) are allowed",
          hint: "write \"+\" for a level whose name is not needed"))
    }
    return .success(TopicTemplate(filter: levels.joined(separator: "/"), placeholders: placeholders))
  }

  private static func check(_ level: Substring, isLast: Bool) -> Invalid? {
    let shown = printable(String(level))
    if level.contains("#") {
      if level != "#" { return Invalid(message: "\"#\" must be a whole level of the topic, not \"\(shown)\"") }
      if !isLast { return Invalid(message: "\"#\" must be the last level of the topic") }
    }
    if level.contains("+"), level != "+" {
      return Invalid(message: "\"+\" must be a whole level of the topic, not \"\(shown)\"")
    }
    guard level.contains("{") || level.contains("}") else { return nil }
    if level.contains("{"), !level.contains("}") {
      return Invalid(message: "\"{\" without \"}\" in the topic's level \"\(shown)\"")
    }
    let name = level.dropFirst().dropLast()
    guard level.hasPrefix("{"), level.hasSuffix("}"), isPlaceholder(name) else {
      return Invalid(
        message: "\"\(shown)\" is not a placeholder",
        hint: "a placeholder is a whole level: \"{name}\", of letters, digits, \"-\", \"_\"")
    }
    if name == "topic" { return Invalid(message: "\"{topic}\" stands for the whole topic and cannot name a level") }
    return nil
  }

  static func isPlaceholder(_ name: Substring) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// Whether there is a topic that both filters match. A leading `$` is not matched by a wildcard (MQTT 5, 4.7.2).
  static func overlap(_ a: String, _ b: String) -> Bool {
    let a = a.split(separator: "/", omittingEmptySubsequences: false)
    let b = b.split(separator: "/", omittingEmptySubsequences: false)
    for (first, other) in [(a[0], b[0]), (b[0], a[0])]
    where first.hasPrefix("$") && (other == "+" || other == "#") {
      return false
    }
    var index = 0
    while index < a.count, index < b.count {
      if a[index] == "#" || b[index] == "#" { return true }
      if a[index] != "+", b[index] != "+", a[index] != b[index] { return false }
      index += 1
    }
    // "a/#" matches "a" too.
    if a.count == b.count { return true }
    let longer = a.count > b.count ? a : b
    return longer.count == index + 1 && longer[index] == "#"
  }
}

/// The text of a template such as `{site}/{asset}`: literal text and placeholders.
enum SourceTemplate {
  /// What is wrong, or nil. `names` are the placeholders that may stand in it.
  static func problem(_ text: String, names: [String]) -> TopicTemplate.Invalid? {
    if text.isEmpty { return TopicTemplate.Invalid(message: "the template is empty") }
    var rest = Substring(text)
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      guard rest[open] == "{" else {
        return TopicTemplate.Invalid(message: "\"}\" without \"{\" in \"\(printable(text))\"")
      }
      rest = rest[open...].dropFirst()
      guard let close = rest.firstIndex(of: "}") else {
        return TopicTemplate.Invalid(message: "\"{\" without \"}\" in \"\(printable(text))\"")
      }
      let name = String(rest[..<close])
      if !names.contains(name) {
        let nearest = EditDistance.nearest(to: name, among: names).map { "did you mean \"{\($0)}\"?" } ?? ""
        let all = names.map { "{\($0)}" }.joined(separator: " ")
        return TopicTemplate.Invalid(
          message: "unknown placeholder \"{\(printable(name))}\"",
          hint: !nearest.isEmpty ? nearest : all.isEmpty ? "" : "there are: \(all)")
      }
      rest = rest[close...].dropFirst()
    }
    return nil
  }
}

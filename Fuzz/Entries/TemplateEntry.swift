import Decoding
import Records

/// Three lines: the topic template, the source template (empty: the default), a topic. MQTT's rules are written down here a
/// second time, level by level over text.
enum TemplateEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    guard let pattern = String(validating: input.line(), as: UTF8.self),
      let source = String(validating: input.line(), as: UTF8.self)
    else { return 0 }
    let topic = Array(input.rest)
    guard let template = try? TopicTemplate(parsing: pattern) else { return 0 }
    guard let name = try? SourceTemplate(parsing: source.isEmpty ? nil : source, of: template) else { return 1 }
    var rendered: [UInt8] = [1]
    let isRendered = topic.withUnsafeBytes { name.render($0, into: &rendered) }
    let isMatch = topic.withUnsafeBytes { template.matches($0) }
    try require(isRendered == isMatch, "matches: \(isMatch), rendered: \(isRendered)")
    try require(isMatch || rendered.isEmpty, "a source of a topic that does not match")
    let isExpected = matches(filter(of: template), topic)
    try require(isMatch == isExpected, "\(template.filter): \(isMatch), by MQTT's rules \(isExpected)")
    return rendered.count
  }

  /// Without `$share/NAME/`.
  private static func filter(of template: TopicTemplate) -> [[UInt8]] {
    let levels = Array(template.filter.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return (template.filter.hasPrefix("$share/") ? levels.dropFirst(2) : levels[...]).map { Array($0) }
  }

  private static func matches(_ filter: [[UInt8]], _ topic: [UInt8]) -> Bool {
    let levels = topic.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array($0) }
    let (any, rest) = (Array("+".utf8), Array("#".utf8))
    if topic.first == UInt8(ascii: "$"), filter[0] == any || filter[0] == rest { return false }
    for (index, level) in filter.enumerated() {
      if level == rest { return true }
      guard index < levels.count, level == any || level == levels[index] else { return false }
    }
    return filter.count == levels.count
  }
}

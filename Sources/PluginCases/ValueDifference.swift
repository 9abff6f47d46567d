internal import JSONText

/// Where two JSON values differ: the order of an object's members does not count, and the expected text "*" is any value.
enum ValueDifference {
  static let anything = "*"
  static let maxShown = 120

  /// - Returns: lines of the form `body.alerts[2].state: expected "open", found "closed"`.
  static func lines(_ expected: JSONValue, _ found: JSONValue, at place: String) -> [String] {
    if expected == .string(anything) { return [] }
    switch (expected, found) {
    case (.object(let wanted), .object(let have)):
      var out: [String] = []
      for (key, value) in wanted {
        if let other = have.first(where: { $0.key == key })?.value {
          out += lines(value, other, at: "\(place).\(key)")
        } else {
          out.append("\(place).\(key): expected \(text(value)), and it is missing")
        }
      }
      for (key, value) in have where !wanted.contains(where: { $0.key == key }) {
        out.append("\(place).\(key): not expected, found \(text(value))")
      }
      return out
    case (.array(let wanted), .array(let have)):
      var out: [String] = []
      for (index, pair) in zip(wanted, have).enumerated() {
        out += lines(pair.0, pair.1, at: "\(place)[\(index)]")
      }
      if wanted.count != have.count {
        out.append("\(place): expected \(wanted.count) elements, found \(have.count)")
      }
      return out
    default:
      return expected == found ? [] : ["\(place): expected \(text(expected)), found \(text(found))"]
    }
  }

  static func text(_ value: JSONValue) -> String {
    var json = JSONWriter()
    json.tree(value)
    let text = json.text()
    return text.count > maxShown ? text.prefix(maxShown) + "…" : text
  }
}

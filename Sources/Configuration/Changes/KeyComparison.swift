/// Collects what differs between two versions of one part, key by key.
struct KeyComparison {
  let part: ConfigurationChange.Part
  private(set) var changes: [ConfigurationChange] = []

  init(_ part: ConfigurationChange.Part) {
    self.part = part
  }

  mutating func text(_ key: String, _ old: String?, _ new: String?) {
    add(key, old.map { "\"\(printable($0))\"" }, new.map { "\"\(printable($0))\"" })
  }

  mutating func word(_ key: String, _ old: some CustomStringConvertible, _ new: some CustomStringConvertible) {
    add(key, old.description, new.description)
  }

  mutating func number(_ key: String, _ old: (some BinaryInteger)?, _ new: (some BinaryInteger)?) {
    add(key, old.map { "\($0)" }, new.map { "\($0)" })
  }

  mutating func bytes(_ key: String, _ old: (some BinaryInteger)?, _ new: (some BinaryInteger)?) {
    add(key, old.map { Quantity.text(bytes: Int($0)) }, new.map { Quantity.text(bytes: Int($0)) })
  }

  mutating func texts(_ key: String, _ old: [String]?, _ new: [String]?) {
    func list(_ names: [String]) -> String { "[\(names.map { "\"\(printable($0))\"" }.joined(separator: ", "))]" }
    add(key, old.map(list), new.map(list))
  }

  /// A secret is never shown, not even that it is short.
  mutating func secret(_ key: String, _ old: Secret?, _ new: Secret?) {
    guard old != new else { return }
    note("\(key) \(old == nil ? "added" : new == nil ? "removed" : "changed")")
  }

  mutating func note(_ what: String) {
    changes.append(ConfigurationChange(part, what))
  }

  private mutating func add(_ key: String, _ old: String?, _ new: String?) {
    guard old != new else { return }
    note("\(key) \(old ?? "none") → \(new ?? "none")")
  }
}

internal import JSONText

/// Reads the members of one JSON object; each refusal names the member by its path. A member that is `null` counts as absent.
struct MemberReader {
  let path: String
  private let value: JSONValue

  init(_ value: JSONValue, at path: String) throws(Refusal) {
    guard value.object != nil else { throw Refusal(path, "is not an object") }
    self.path = path
    self.value = value
  }

  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func fail(_ key: String, _ reason: String) -> Refusal { Refusal(path(of: key), reason) }

  func optional(_ key: String) -> JSONValue? {
    guard let found = value[key], found != .null else { return nil }
    return found
  }

  func has(_ key: String) -> Bool { optional(key) != nil }

  func required(_ key: String) throws(Refusal) -> JSONValue {
    guard let found = optional(key) else { throw fail(key, "is missing") }
    return found
  }

  func text(_ key: String) throws(Refusal) -> String { try Self.name(try required(key), path(of: key)) }

  /// A whole number counts as its digits.
  func nameOrNumber(_ key: String) throws(Refusal) -> String? {
    guard let value = optional(key) else { return nil }
    if let number = value.integer { return "\(number)" }
    return try Self.name(value, path(of: key))
  }

  static func name(_ value: JSONValue, _ path: String) throws(Refusal) -> String {
    guard let text = value.string else { throw Refusal(path, "is not a string") }
    guard (1...PlanLimits.maximumNameBytes).contains(text.utf8.count) else {
      throw Refusal(path, "is not 1 to \(PlanLimits.maximumNameBytes) bytes long")
    }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw Refusal(path, "has a control character") }
    return text
  }

  func array(_ key: String) throws(Refusal) -> [JSONValue] {
    guard let elements = try required(key).array else { throw fail(key, "is not an array") }
    return elements
  }

  /// Whole seconds, rounded.
  func seconds(_ key: String, default fallback: Int64? = nil) throws(Refusal) -> Int64 {
    if let fallback, !has(key) { return fallback }
    return try Self.seconds(try required(key), path(of: key))
  }

  static func seconds(_ value: JSONValue, _ path: @autoclosure () -> String) throws(Refusal) -> Int64 {
    guard let number = value.number else { throw Refusal(path(), "is not a number of seconds") }
    guard number >= 0, number <= PlanLimits.maximumSeconds else {
      throw Refusal(path(), "is not within 0 and \(Int(PlanLimits.maximumSeconds)) seconds")
    }
    return Int64(number.rounded())
  }

  /// A whole number of units of load.
  func units(_ key: String, default fallback: Int64) throws(Refusal) -> Int64 {
    guard has(key) else { return fallback }
    guard let number = try required(key).integer, number.magnitude <= 1 << 40 else {
      throw fail(key, "is not a whole number")
    }
    return Int64(number)
  }
}

internal import JSONText

/// What is wrong with one member of a JSON document.
struct MemberError: Error, Equatable {
  /// `lines[2].quantity`; empty: the document itself.
  var member: String
  var reason: String

  var text: String { member.isEmpty ? reason : "\(member): \(reason)" }
}

/// Reads the members of one JSON object. Every error names the member by its path. A member that is `null` counts as absent.
struct MemberReader {
  let path: String
  private let members: [(key: String, value: JSONValue)]

  init(_ value: JSONValue, at path: String) throws(MemberError) {
    guard let members = value.object else { throw MemberError(member: path, reason: "is not an object") }
    self.path = path
    self.members = members
  }

  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func fail(_ key: String, _ reason: String) -> MemberError { MemberError(member: path(of: key), reason: reason) }

  func value(_ key: String) -> JSONValue? {
    guard let found = members.first(where: { $0.key == key })?.value, found != .null else { return nil }
    return found
  }

  func has(_ key: String) -> Bool { value(key) != nil }

  /// For documents where a misspelt member would be lost in silence.
  func others(than known: [String]) -> [MemberError] {
    members.filter { !known.contains($0.key) }.map {
      fail($0.key, "unknown member; known are \(known.joined(separator: ", "))")
    }
  }

  private func required(_ key: String) throws(MemberError) -> JSONValue {
    guard let found = value(key) else { throw fail(key, "is missing") }
    return found
  }

  /// A name: 1 to 64 bytes, no control characters.
  func text(_ key: String) throws(MemberError) -> String {
    try Self.name(try required(key), at: path(of: key))
  }

  func optionalText(_ key: String) throws(MemberError) -> String? {
    has(key) ? try text(key) : nil
  }

  /// A whole number counts as its digits.
  func nameOrNumber(_ key: String) throws(MemberError) -> String? {
    guard let value = value(key) else { return nil }
    if let number = value.integer { return "\(number)" }
    return try Self.name(value, at: path(of: key))
  }

  static func name(_ value: JSONValue, at path: String) throws(MemberError) -> String {
    guard let text = value.string else { throw MemberError(member: path, reason: "is not a string") }
    guard !text.isEmpty else { throw MemberError(member: path, reason: "is empty") }
    guard text.utf8.count <= PickRoutingLimits.maximumNameBytes else {
      throw MemberError(member: path, reason: "is longer than \(PickRoutingLimits.maximumNameBytes) bytes")
    }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw MemberError(member: path, reason: "has a control character")
    }
    return text
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(MemberError) -> Int {
    guard let number = try required(key).integer else { throw fail(key, "is not a whole number") }
    guard range.contains(number) else { throw fail(key, "is not within \(range.lowerBound) to \(range.upperBound)") }
    return number
  }

  func number(_ key: String) throws(MemberError) -> Double {
    guard let number = try required(key).number else { throw fail(key, "is not a number") }
    return number
  }

  /// One or more names, each once.
  func names(_ key: String, atMost bound: Int) throws(MemberError) -> [String] {
    let elements = try array(key)
    guard !elements.isEmpty else { throw fail(key, "is empty") }
    guard elements.count <= bound else { throw fail(key, "has \(elements.count) names; at most \(bound)") }
    var names: [String] = []
    for (i, element) in elements.enumerated() {
      let name = try Self.name(element, at: "\(path(of: key))[\(i)]")
      guard !names.contains(name) else {
        throw MemberError(member: "\(path(of: key))[\(i)]", reason: "\(name) is named twice")
      }
      names.append(name)
    }
    return names
  }

  func array(_ key: String) throws(MemberError) -> [JSONValue] {
    guard let elements = try required(key).array else { throw fail(key, "is not an array") }
    return elements
  }

  /// Metres in the text, rounded to whole millimetres.
  func millimetres(_ key: String) throws(MemberError) -> Int64 {
    try Self.millimetres(try required(key), at: path(of: key))
  }

  static func millimetres(_ value: JSONValue, at path: String) throws(MemberError) -> Int64 {
    guard let metres = value.number else { throw MemberError(member: path, reason: "is not a number of metres") }
    guard metres.magnitude <= PickRoutingLimits.maximumMetres else {
      throw MemberError(member: path, reason: "is further out than \(Int64(PickRoutingLimits.maximumMetres)) m")
    }
    return Int64((metres * 1000).rounded())
  }
}

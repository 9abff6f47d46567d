internal import JSONText
internal import Records

/// Reads a JSON object whose members are all known: each must be there (but for the optional ones), of its type and within its bounds,
/// and no other.
struct ObjectReader {
  let place: String
  private let members: [(key: String, value: JSONValue)]
  private let known: [String]

  init(_ value: JSONValue?, _ place: String, known: [String], optional: [String] = []) throws(CrossdockError) {
    guard let members = value?.object else { throw Self.failure(place, "it is no JSON object") }
    self.place = place
    self.members = members
    self.known = known + optional
    for (key, _) in members where !self.known.contains(key) {
      throw Self.failure(place, "\"\(key.prefix(64))\" is not known in it")
    }
    for key in known where !members.contains(where: { $0.key == key }) {
      throw Self.failure(place, "\"\(key)\" is missing in it")
    }
  }

  static func parse(_ bytes: some Collection<UInt8>, _ place: String) throws(CrossdockError) -> JSONValue {
    do {
      return try JSONValue.parse(Array(bytes))
    } catch {
      throw failure(place, "it is no JSON: \(error)")
    }
  }

  func value(_ key: String) -> JSONValue {
    precondition(known.contains(key))
    return members.first { $0.key == key }?.value ?? .null
  }

  func isNull(_ key: String) -> Bool { value(key) == .null }

  func text(_ key: String, maxBytes: Int = 4096) throws(CrossdockError) -> String {
    guard let text = value(key).string, text.utf8.count <= maxBytes, !text.utf8.contains(0) else {
      throw wrong(key, "no text of at most \(maxBytes) bytes")
    }
    return text
  }

  func integer(_ key: String, _ range: ClosedRange<Int>) throws(CrossdockError) -> Int {
    guard let number = value(key).integer, range.contains(number) else {
      throw wrong(key, "no whole number between \(range.lowerBound) and \(range.upperBound)")
    }
    return number
  }

  /// One that may be missing.
  func integer(_ key: String, _ range: ClosedRange<Int>, orElse value: Int) throws(CrossdockError) -> Int {
    members.contains { $0.key == key } ? try integer(key, range) : value
  }

  func flag(_ key: String) throws(CrossdockError) -> Bool {
    guard let flag = value(key).bool else { throw wrong(key, "neither true nor false") }
    return flag
  }

  func choice<Choice: RawRepresentable>(
    _ key: String, _ type: Choice.Type
  ) throws(CrossdockError) -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try text(key)) else { throw wrong(key, "none of the values that it may have") }
    return choice
  }

  func texts(
    _ key: String, maxCount: Int, check: (String) -> String? = { _ in nil }
  ) throws(CrossdockError) -> [String] {
    guard let elements = value(key).array, elements.count <= maxCount else {
      throw wrong(key, "no array of at most \(maxCount) texts")
    }
    var texts: [String] = []
    for element in elements {
      guard let text = element.string, text.utf8.count <= 4096, !text.utf8.contains(0) else {
        throw wrong(key, "no array of texts")
      }
      if let problem = check(text) { throw Self.failure(place, "\"\(key)\": \"\(text.prefix(128))\" \(problem)") }
      texts.append(text)
    }
    return texts
  }

  func wrong(_ key: String, _ what: String) -> CrossdockError { Self.failure(place, "\"\(key)\" is \(what)") }

  static func failure(_ place: String, _ reason: String) -> CrossdockError {
    CrossdockError("read the bundle", at: place, reason: reason, exitCode: .badInput)
  }
}

internal import JSONText

/// What is wrong with a value of the specification, before its place in the text is known.
struct SpecificationFault: Error {
  var path: JSONPath
  var isKey = false
  var reason: String
}

/// One value of the document and the way to it; reads what is expected there, or says what is wrong.
struct SpecificationReader {
  let value: JSONValue
  let path: JSONPath

  func fault(_ reason: String) -> SpecificationFault { SpecificationFault(path: path, reason: reason) }

  // MARK: objects and arrays

  /// Every member must be among `known`.
  func object(_ known: [String]) throws(SpecificationFault) -> SpecificationObject {
    guard let members = value.object else { throw fault("expected an object") }
    for member in members where !known.contains(member.key) {
      throw SpecificationFault(
        path: path.appending(.key(member.key)), isKey: true,
        reason: "there is no such member; there are \(known.joined(separator: ", "))")
    }
    return SpecificationObject(reader: self)
  }

  func elements(atMost bound: Int) throws(SpecificationFault) -> [SpecificationReader] {
    guard let elements = value.array else { throw fault("expected an array") }
    guard elements.count <= bound else { throw fault("\(elements.count) elements, at most \(bound) are allowed") }
    return elements.enumerated().map { SpecificationReader(value: $1, path: path.appending(.index($0))) }
  }

  // MARK: scalars

  func string(atMost bound: Int) throws(SpecificationFault) -> String {
    guard let text = value.string else { throw fault("expected a text") }
    guard !text.isEmpty else { throw fault("the text is empty") }
    guard text.utf8.count <= bound else { throw fault("the text is longer than \(bound) bytes") }
    return text
  }

  /// `[A-Za-z_][A-Za-z0-9_]*`
  func name() throws(SpecificationFault) -> String {
    let name = try string(atMost: FeatureLimits.nameBytes)
    guard ExpressionParser.isName(name) else {
      throw fault("\"\(name)\" is no name: letters, digits and _ are allowed, no digit first")
    }
    return name
  }

  func number(in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    throws(SpecificationFault) -> Double
  {
    guard let number = value.number else { throw fault("expected a number") }
    guard range.contains(number) else { throw fault("\(number) is not within \(range)") }
    return number == 0 ? 0 : number
  }

  func integer(in range: ClosedRange<Int>) throws(SpecificationFault) -> Int {
    guard let number = value.integer else { throw fault("expected a whole number") }
    guard range.contains(number) else { throw fault("\(number) is not within \(range)") }
    return number
  }

  func flag() throws(SpecificationFault) -> Bool {
    guard let flag = value.bool else { throw fault("expected true or false") }
    return flag
  }

  func choice(of words: [String]) throws(SpecificationFault) -> String {
    let word = try string(atMost: FeatureLimits.columnBytes)
    guard words.contains(word) else {
      throw fault("\"\(word)\" is not known; there are \(words.joined(separator: ", "))")
    }
    return word
  }

  func numbers(count: Int) throws(SpecificationFault) -> [Double] {
    let elements = try elements(atMost: count)
    guard elements.count == count else { throw fault("\(elements.count) numbers where \(count) are expected") }
    var numbers: [Double] = []
    for element in elements { numbers.append(try element.number()) }
    return numbers
  }

  /// Seconds as nanoseconds, to the microsecond: so far every value survives being written and read again.
  func seconds() throws(SpecificationFault) -> Int64 {
    let seconds = try number(in: FeatureLimits.seconds)
    return 1000 * Int64((seconds * 1e6).rounded())
  }
}

/// An object whose members are known.
struct SpecificationObject {
  let reader: SpecificationReader

  func has(_ key: String) -> Bool { reader.value[key] != nil }

  subscript(key: String) -> SpecificationReader? {
    reader.value[key].map { SpecificationReader(value: $0, path: reader.path.appending(.key(key))) }
  }

  func required(_ key: String) throws(SpecificationFault) -> SpecificationReader {
    guard let member = self[key] else { throw reader.fault("the member \"\(key)\" is missing") }
    return member
  }

  /// At most one of the keys may be there.
  func only(_ keys: [String]) throws(SpecificationFault) -> String? {
    let present = keys.filter(has)
    guard present.count <= 1 else {
      throw SpecificationFault(
        path: reader.path.appending(.key(present[1])), isKey: true, reason: "not together with \"\(present[0])\"")
    }
    return present.first
  }
}

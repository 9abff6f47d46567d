package import JSONText

/// What is wrong with a value of the specification, before its place in the text is known.
package struct SpecificationFault: Error {
  package var path: JSONPath
  package var isKey = false
  package var reason: String

  package init(path: JSONPath, isKey: Bool = false, reason: String) {
    self.path = path
    self.isKey = isKey
    self.reason = reason
  }

  /// With line and column in the text that was read.
  package func located(in bytes: [UInt8]) -> FeatureSpecificationError {
    let offset = path.offset(in: bytes, ofKey: isKey)
    let place = bytes.withUnsafeBytes { JSONSyntaxError(reason: "", offset: offset, in: $0) }
    let text = path.text
    return FeatureSpecificationError(
      line: place.line, column: place.column, reason: text.isEmpty ? reason : "\(text): \(reason)")
  }
}

/// One value of the document and the way to it; reads what is expected there, or says what is wrong.
package struct SpecificationReader {
  package let value: JSONValue
  package let path: JSONPath

  /// A whole document, read by `body`; what it refuses is said with line and column.
  package static func read<T>(
    _ bytes: [UInt8], atMost bound: Int, _ body: (SpecificationReader) throws(SpecificationFault) -> T
  ) throws(FeatureSpecificationError) -> T {
    guard bytes.count <= bound else {
      throw FeatureSpecificationError(line: 1, column: 1, reason: "the document is larger than \(bound) bytes")
    }
    let document: JSONValue
    do throws(JSONSyntaxError) {
      document = try JSONValue.parse(bytes)
    } catch {
      throw FeatureSpecificationError(line: error.line, column: error.column, reason: error.reason)
    }
    do throws(SpecificationFault) {
      return try body(SpecificationReader(value: document, path: JSONPath()))
    } catch {
      throw error.located(in: bytes)
    }
  }

  package func fault(_ reason: String) -> SpecificationFault { SpecificationFault(path: path, reason: reason) }

  // MARK: objects and arrays

  /// Every member must be among `known`.
  package func object(_ known: [String]) throws(SpecificationFault) -> SpecificationObject {
    guard let members = value.object else { throw fault("expected an object") }
    for member in members where !known.contains(member.key) {
      throw SpecificationFault(
        path: path.appending(.key(member.key)), isKey: true,
        reason: "there is no such member; there are \(known.joined(separator: ", "))")
    }
    return SpecificationObject(reader: self)
  }

  package func elements(atMost bound: Int) throws(SpecificationFault) -> [SpecificationReader] {
    guard let elements = value.array else { throw fault("expected an array") }
    guard elements.count <= bound else { throw fault("\(elements.count) elements, at most \(bound) are allowed") }
    return elements.enumerated().map { SpecificationReader(value: $1, path: path.appending(.index($0))) }
  }

  // MARK: scalars

  package func string(atMost bound: Int) throws(SpecificationFault) -> String {
    guard let text = value.string else { throw fault("expected a text") }
    guard !text.isEmpty else { throw fault("the text is empty") }
    guard text.utf8.count <= bound else { throw fault("the text is longer than \(bound) bytes") }
    return text
  }

  /// `[A-Za-z_][A-Za-z0-9_]*`
  package func name() throws(SpecificationFault) -> String {
    let name = try string(atMost: FeatureLimits.nameBytes)
    guard ExpressionParser.isName(name) else {
      throw fault("\"\(name)\" is no name: letters, digits and _ are allowed, no digit first")
    }
    return name
  }

  package func number(in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    throws(SpecificationFault) -> Double
  {
    guard let number = value.number else { throw fault("expected a number") }
    guard range.contains(number) else { throw fault("\(number) is not within \(range)") }
    return number == 0 ? 0 : number
  }

  package func integer(in range: ClosedRange<Int>) throws(SpecificationFault) -> Int {
    guard let number = value.integer else { throw fault("expected a whole number") }
    guard range.contains(number) else { throw fault("\(number) is not within \(range)") }
    return number
  }

  package func flag() throws(SpecificationFault) -> Bool {
    guard let flag = value.bool else { throw fault("expected true or false") }
    return flag
  }

  package func choice(of words: [String]) throws(SpecificationFault) -> String {
    let word = try string(atMost: FeatureLimits.columnBytes)
    guard words.contains(word) else {
      throw fault("\"\(word)\" is not known; there are \(words.joined(separator: ", "))")
    }
    return word
  }

  package func numbers(count: Int) throws(SpecificationFault) -> [Double] {
    let elements = try elements(atMost: count)
    guard elements.count == count else { throw fault("\(elements.count) numbers where \(count) are expected") }
    var numbers: [Double] = []
    for element in elements { numbers.append(try element.number()) }
    return numbers
  }

  /// Seconds as nanoseconds, to the microsecond: so far every value survives being written and read again.
  package func seconds() throws(SpecificationFault) -> Int64 {
    let seconds = try number(in: FeatureLimits.seconds)
    return 1000 * Int64((seconds * 1e6).rounded())
  }
}

/// An object whose members are known.
package struct SpecificationObject {
  package let reader: SpecificationReader

  package func has(_ key: String) -> Bool { reader.value[key] != nil }

  package subscript(key: String) -> SpecificationReader? {
    reader.value[key].map { SpecificationReader(value: $0, path: reader.path.appending(.key(key))) }
  }

  package func required(_ key: String) throws(SpecificationFault) -> SpecificationReader {
    guard let member = self[key] else { throw reader.fault("the member \"\(key)\" is missing") }
    return member
  }

  /// At most one of the keys may be there.
  package func only(_ keys: [String]) throws(SpecificationFault) -> String? {
    let present = keys.filter(has)
    guard present.count <= 1 else {
      throw SpecificationFault(
        path: reader.path.appending(.key(present[1])), isKey: true, reason: "not together with \"\(present[0])\"")
    }
    return present.first
  }
}

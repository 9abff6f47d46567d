import JSONText

/// JSON (RFC 8259) as a `ModelDocument`, bounded by `ModelLimits`. `JSONText` would keep each number as a value of its
/// own, three times as much.
/// Beyond the RFC: `NaN`, `Infinity` and `-Infinity` as numbers, which XGBoost writes.
struct ModelJSONReader {
  private let bytes: [UInt8]
  private var at = 0
  private var values = 0

  static func read(_ bytes: [UInt8]) throws(ModelFormatError) -> ModelDocument {
    var reader = ModelJSONReader(bytes: bytes)
    let document = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.at == bytes.count else { throw reader.failure("unexpected text after the document") }
    return document
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private func failure(_ reason: String, at offset: Int? = nil) -> ModelFormatError {
    let before = bytes[..<min(offset ?? at, bytes.count)]
    let line = 1 + before.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
    let column = 1 + before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
    return ModelFormatError(format: .xgboostJSON, place: "line \(line), column \(column)", reason: reason)
  }

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
  }

  private mutating func value(depth: Int) throws(ModelFormatError) -> ModelDocument {
    skipSpace()
    values += 1
    guard values <= ModelLimits.maxDocumentValues else {
      throw failure("more than \(ModelLimits.maxDocumentValues) values")
    }
    guard at < bytes.count else { throw failure("the text ends where a value should be") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: StaticString, _ value: ModelDocument) throws(ModelFormatError) -> ModelDocument {
    guard take(word) else { throw failure("expected \(word)") }
    return value
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let end = at + word.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    for i in 0..<word.utf8CodeUnitCount where bytes[at + i] != word.utf8Start[i] { return false }
    at = end
    return true
  }

  private mutating func object(depth: Int) throws(ModelFormatError) -> ModelDocument {
    guard depth <= ModelLimits.maxDocumentDepth else {
      throw failure("nested deeper than \(ModelLimits.maxDocumentDepth)")
    }
    at += 1
    var members: [String: ModelDocument] = [:]
    skipSpace()
    if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
      at += 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure("expected a key in double quotes") }
      let place = at
      let key = try string()
      guard members[key] == nil else { throw failure("duplicate key", at: place) }
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw failure("expected ':'") }
      at += 1
      members[key] = try value(depth: depth)
      if try !another(closing: UInt8(ascii: "}")) { return .object(members) }
    }
  }

  private mutating func array(depth: Int) throws(ModelFormatError) -> ModelDocument {
    guard depth <= ModelLimits.maxDocumentDepth else {
      throw failure("nested deeper than \(ModelLimits.maxDocumentDepth)")
    }
    at += 1
    skipSpace()
    if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
      at += 1
      return .numbers([])
    }
    // Flat for as long as there are numbers only.
    var numbers: [Double] = []
    while startsNumber {
      numbers.append(try number())
      if try !another(closing: UInt8(ascii: "]")) { return .numbers(numbers) }
      skipSpace()
    }
    values += numbers.count
    var elements: [ModelDocument] = values <= ModelLimits.maxDocumentValues ? numbers.map { .number($0) } : []
    while true {
      elements.append(try value(depth: depth))
      if try !another(closing: UInt8(ascii: "]")) { return .array(elements) }
    }
  }

  private mutating func another(closing: UInt8) throws(ModelFormatError) -> Bool {
    skipSpace()
    guard at < bytes.count else { throw failure("the text ends inside an object or array") }
    let byte = bytes[at]
    guard byte == UInt8(ascii: ",") || byte == closing else { throw failure("expected ',' or the closing bracket") }
    at += 1
    return byte != closing
  }

  private var startsNumber: Bool {
    guard at < bytes.count else { return false }
    let byte = bytes[at]
    return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "N") || byte == UInt8(ascii: "I")
  }

  private mutating func number() throws(ModelFormatError) -> Double {
    if take("NaN") { return .nan }
    if take("Infinity") { return .infinity }
    if take("-Infinity") { return -.infinity }
    let start = at
    while at < bytes.count, Self.isOfNumber(bytes[at]) { at += 1 }
    guard at > start, at - start <= 64, bytes[start] != UInt8(ascii: "+"), bytes[start] != UInt8(ascii: "."),
      let number = Double(String(decoding: bytes[start..<at], as: UTF8.self))
    else { throw failure("expected a value", at: start) }
    return number
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "e"),
      UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private mutating func string() throws(ModelFormatError) -> String {
    let start = at
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      guard bytes[at] >= 0x20 else { throw failure("a control character must be escaped") }
      at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard at < bytes.count else { throw failure("the text ends inside a string", at: start) }
    at += 1
    let text = bytes[start..<at]
    if !text.contains(UInt8(ascii: "\\")), let string = String(validating: text.dropFirst().dropLast(), as: UTF8.self) {
      return string
    }
    // Escapes are for names only: the general reader does them.
    guard let string = (try? JSONValue.parse(Array(text)))?.string else { throw failure("no valid string", at: start) }
    return string
  }
}

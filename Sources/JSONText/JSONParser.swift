extension JSONValue {
  /// More open objects and arrays than this are refused: the parser recurses.
  package static let maxDepth = 64
  /// Longer numbers are refused: what they say beyond is below any double.
  package static let maxNumberBytes = 1024

  package static func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue {
    try parse(Array(text.utf8))
  }

  /// Parses one document of RFC 8259: UTF-8, no byte order mark, no duplicate keys, nothing after it but white space.
  package static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
    let result: Result<JSONValue, JSONSyntaxError> = bytes.withUnsafeBytes { text in
      var parser = JSONParser(text: text)
      do throws(JSONSyntaxError) {
        return .success(try parser.document())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

/// A recursive-descent parser over borrowed bytes.
struct JSONParser {
  private let text: UnsafeRawBufferPointer
  private var at = 0

  init(text: UnsafeRawBufferPointer) {
    self.text = text
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard at == text.count else { throw fail("unexpected text after the document") }
    return value
  }

  private func fail(_ reason: String, at offset: Int? = nil) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, offset: offset ?? at, in: text)
  }

  private mutating func skipSpace() {
    while at < text.count, text[at] <= 0x20 {
      let byte = text[at]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      at += 1
    }
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    guard at < text.count else { throw fail("the text ends where a value should be") }
    switch text[at] {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw fail("expected a value")
    }
  }

  private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    let end = at + word.utf8CodeUnitCount
    guard end <= text.count else { throw fail("expected \(word)") }
    for i in 0..<word.utf8CodeUnitCount where text[at + i] != word.utf8Start[i] { throw fail("expected \(word)") }
    at = end
    return value
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    guard depth <= JSONValue.maxDepth else { throw fail("nested deeper than \(JSONValue.maxDepth)") }
    at += 1
    var members: [(key: String, value: JSONValue)] = []
    // By bytes: strings that look the same in Unicode are different keys to everyone else.
    var seen: Set<[UInt8]> = []
    skipSpace()
    if at < text.count, text[at] == UInt8(ascii: "}") {
      at += 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard at < text.count, text[at] == UInt8(ascii: "\"") else { throw fail("expected a key in double quotes") }
      let place = at
      let key = try string()
      guard seen.insert(Array(key.utf8)).inserted else { throw fail("duplicate key \"\(key)\"", at: place) }
      skipSpace()
      guard at < text.count, text[at] == UInt8(ascii: ":") else { throw fail("expected ':'") }
      at += 1
      members.append((key, try value(depth: depth)))
      if try !another(closing: UInt8(ascii: "}")) { return .object(members) }
    }
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    guard depth <= JSONValue.maxDepth else { throw fail("nested deeper than \(JSONValue.maxDepth)") }
    at += 1
    var elements: [JSONValue] = []
    skipSpace()
    if at < text.count, text[at] == UInt8(ascii: "]") {
      at += 1
      return .array(elements)
    }
    while true {
      elements.append(try value(depth: depth))
      if try !another(closing: UInt8(ascii: "]")) { return .array(elements) }
    }
  }

  private mutating func another(closing: UInt8) throws(JSONSyntaxError) -> Bool {
    skipSpace()
    guard at < text.count else { throw fail("the text ends inside an object or array") }
    switch text[at] {
    case UInt8(ascii: ","):
      at += 1
      return true
    case closing:
      at += 1
      return false
    default: throw fail("expected ',' or the closing bracket")
    }
  }

  private mutating func number() throws(JSONSyntaxError) -> Double {
    let start = at
    func digit(_ i: Int) -> Bool { i < text.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[i]) }
    if text[at] == UInt8(ascii: "-") { at += 1 }
    guard digit(at) else { throw fail("expected a digit") }
    if text[at] == UInt8(ascii: "0"), digit(at + 1) { throw fail("a number has no leading zero") }
    while digit(at) { at += 1 }
    if at < text.count, text[at] == UInt8(ascii: ".") {
      at += 1
      guard digit(at) else { throw fail("expected a digit after the point") }
      while digit(at) { at += 1 }
    }
    if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < text.count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at += 1 }
      guard digit(at) else { throw fail("expected a digit in the exponent") }
      while digit(at) { at += 1 }
    }
    guard at - start <= JSONValue.maxNumberBytes else {
      throw fail("the number has more than \(JSONValue.maxNumberBytes) characters", at: start)
    }
    guard let number = Double(String(decoding: text[start..<at], as: UTF8.self)), number.isFinite else {
      throw fail("the number is too large", at: start)
    }
    return number
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    let start = at
    at += 1
    var bytes: [UInt8] = []
    while true {
      guard at < text.count else { throw fail("the text ends inside a string", at: start) }
      let byte = text[at]
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        guard let string = String(validating: bytes, as: UTF8.self) else {
          throw fail("the string is not valid UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &bytes)
      case 0..<0x20: throw fail("a control character must be escaped")
      default:
        bytes.append(byte)
        at += 1
      }
    }
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(JSONSyntaxError) {
    guard at + 1 < text.count else { throw fail("the text ends inside an escape") }
    let code = text[at + 1]
    if code == UInt8(ascii: "u") {
      let scalar = try unicodeEscape()
      bytes.append(contentsOf: String(Character(scalar)).utf8)
      return
    }
    let plain: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
      UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]
    guard let byte = plain[code] else { throw fail("unknown escape") }
    bytes.append(byte)
    at += 2
  }

  private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
    let start = at
    let high = try hexUnit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, at + 1 < text.count, text[at] == 0x5C, text[at + 1] == UInt8(ascii: "u") else {
      throw fail("half a surrogate pair", at: start)
    }
    let low = try hexUnit()
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw fail("half a surrogate pair", at: start) }
    return scalar
  }

  private mutating func hexUnit() throws(JSONSyntaxError) -> UInt32 {
    guard at + 6 <= text.count,
      let unit = UInt32(String(decoding: text[(at + 2)..<(at + 6)], as: UTF8.self), radix: 16),
      text[at + 2] != UInt8(ascii: "+"), text[at + 2] != UInt8(ascii: "-")
    else { throw fail("expected four hexadecimal digits") }
    at += 6
    return unit
  }
}

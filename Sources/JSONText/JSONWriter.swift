/// Appends JSON text to a byte array that the caller may keep and reuse. Commas are placed by the writer; nesting is the
/// caller's duty (checked by `precondition` in `finish`).
///
///     var json = JSONWriter()
///     json.object { $0.member("distance_m", 12.5); $0.member("order", "A-17") }
package struct JSONWriter {
  package private(set) var bytes: [UInt8]
  private var needsComma = false
  private var depth = 0

  package init(reserving capacity: Int = 256) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
    depth = 0
  }

  /// The text so far as a String; every open object and array must be closed.
  package func text() -> String {
    precondition(depth == 0, "JSONWriter: an object or array is still open")
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: structure

  package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
    beginObject()
    try body(&self)
    endObject()
  }

  package mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
    beginArray()
    try body(&self)
    endArray()
  }

  package mutating func beginObject() {
    open(UInt8(ascii: "{"))
  }
  package mutating func endObject() {
    close(UInt8(ascii: "}"))
  }
  package mutating func beginArray() {
    open(UInt8(ascii: "["))
  }
  package mutating func endArray() {
    close(UInt8(ascii: "]"))
  }

  private mutating func open(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
    depth += 1
  }

  private mutating func close(_ byte: UInt8) {
    precondition(depth > 0, "JSONWriter: nothing is open")
    depth -= 1
    bytes.append(byte)
    needsComma = true
  }

  package mutating func key(_ name: String) {
    separate()
    appendQuoted(name.utf8)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  // MARK: values

  package mutating func value(_ text: String) {
    separate()
    appendQuoted(text.utf8)
  }

  /// Text as UTF-8 bytes. Bytes that are not UTF-8 are replaced by U+FFFD.
  package mutating func value(utf8 text: some Collection<UInt8>) {
    separate()
    appendQuoted(String(decoding: text, as: UTF8.self).utf8)
  }

  package mutating func value(_ number: some BinaryInteger) {
    separate()
    bytes.append(contentsOf: String(number).utf8)
  }

  /// Shortest text that reads back as the same double; `null` for NaN and the infinities, which JSON does not have.
  package mutating func value(_ number: Double) {
    separate()
    guard number.isFinite else {
      bytes.append(contentsOf: "null".utf8)
      return
    }
    let isNegativeZero = number == 0 && number.sign == .minus
    if number == number.rounded(), number.magnitude < 9_007_199_254_740_992, !isNegativeZero {
      bytes.append(contentsOf: String(Int64(number)).utf8)
    } else {
      bytes.append(contentsOf: number.description.utf8)
    }
  }

  package mutating func value(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  package mutating func tree(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): self.value(flag)
    case .number(let number): self.value(number)
    case .string(let text): self.value(text)
    case .array(let elements): array { for element in elements { $0.tree(element) } }
    case .object(let members):
      object { json in
        for member in members {
          json.key(member.key)
          json.tree(member.value)
        }
      }
    }
  }

  /// JSON text that is known to be valid, such as a record's body. Line breaks between tokens become spaces, so that the
  /// result can stand on one line of NDJSON (inside strings JSON has no raw line breaks).
  package mutating func raw(_ json: some Sequence<UInt8>) {
    separate()
    for byte in json { bytes.append(byte < 0x20 ? 0x20 : byte) }
  }

  // MARK: members

  package mutating func member(_ name: String, _ text: String) {
    key(name)
    value(text)
  }
  package mutating func member(_ name: String, _ text: String?) {
    key(name)
    if let text { value(text) } else { null() }
  }
  package mutating func member(_ name: String, _ number: some BinaryInteger) {
    key(name)
    value(number)
  }
  package mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
    key(name)
    if let number { value(number) } else { null() }
  }

  package mutating func member(_ name: String, _ number: Double) {
    key(name)
    value(number)
  }
  package mutating func member(_ name: String, _ flag: Bool) {
    key(name)
    value(flag)
  }
  package mutating func member(_ name: String, object body: (inout JSONWriter) throws -> Void) rethrows {
    key(name)
    try object(body)
  }
  package mutating func member(_ name: String, array body: (inout JSONWriter) throws -> Void) rethrows {
    key(name)
    try array(body)
  }

  private mutating func appendQuoted(_ text: some Sequence<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: [0x5C, 0x22])
      case UInt8(ascii: "\\"): bytes.append(contentsOf: [0x5C, 0x5C])
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(Self.hex[Int(byte >> 4)])
        bytes.append(Self.hex[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static let hex = Array("0123456789abcdef".utf8)
}

internal import JSONText

/// The members of a JSON object with their values as they are written: a body goes to the plugin byte by byte, and a time keeps its
/// nanoseconds, which a double would not.
struct RawMembers {
  private var members: [(key: String, text: ArraySlice<UInt8>)] = []

  /// - Throws: when the line is no JSON object.
  init(_ line: ArraySlice<UInt8>) throws(JSONSyntaxError) {
    let bytes = Array(line)
    let document = try JSONValue.parse(bytes)
    guard let parsed = document.object else {
      throw bytes.withUnsafeBytes { JSONSyntaxError(reason: "expected an object", offset: 0, in: $0) }
    }
    // The text is right: only brackets and strings have to be followed.
    var at = bytes.firstIndex(of: UInt8(ascii: "{")).map { $0 + 1 } ?? bytes.count
    for (key, _) in parsed {
      at = Self.end(of: bytes, from: Self.skip(bytes, at))
      at = (bytes[at...].firstIndex(of: UInt8(ascii: ":")) ?? at) + 1
      let start = Self.skip(bytes, at)
      let end = Self.end(of: bytes, from: start)
      members.append((key, bytes[start..<end]))
      at = (bytes[end...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? end) + 1
    }
  }

  subscript(key: String) -> ArraySlice<UInt8>? { members.first { $0.key == key }?.text }

  var keys: [String] { members.map(\.key) }

  private static func skip(_ bytes: [UInt8], _ start: Int) -> Int {
    bytes[start...].firstIndex { $0 > 0x20 } ?? bytes.count
  }

  /// Behind the value that begins here.
  private static func end(of bytes: [UInt8], from start: Int) -> Int {
    var at = start
    var depth = 0
    var isInString = false
    while at < bytes.count {
      let byte = bytes[at]
      if isInString {
        if byte == UInt8(ascii: "\\") {
          at += 1
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
          if depth == 0 { return at + 1 }
        }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return at }
          depth -= 1
          if depth == 0 { return at + 1 }
        case UInt8(ascii: ","), UInt8(ascii: ":"), 0...0x20:
          if depth == 0 { return at }
        default: break
        }
      }
      at += 1
    }
    return at
  }
}

/// Whether bytes are one valid JSON value (RFC 8259), found out without building it. Central stores other people's bodies
/// and gives them out verbatim inside NDJSON lines: what is no JSON would forge or break those lines.
enum JSONShape {
  static let maxDepth = 512

  static func isValid(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { text in
      var scanner = Scanner(text: text)
      return scanner.document()
    }
  }

  private struct Scanner {
    let text: UnsafeRawBufferPointer
    var at = 0
    /// Of open containers: true for an object.
    var open: [Bool] = []

    init(text: UnsafeRawBufferPointer) {
      self.text = text
    }

    mutating func document() -> Bool {
      while true {
        guard value() else { return false }
        // A value is complete: close what ends here, or go on with the next member.
        while true {
          skipSpace()
          guard let isObject = open.last else { return at == text.count && hasValidUTF8() }
          if take(UInt8(ascii: ",")) {
            if isObject, !key() { return false }
            break
          }
          guard take(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
          open.removeLast()
        }
      }
    }

    /// A scalar, an empty container, or the way down to the first value of a container that is not empty.
    private mutating func value() -> Bool {
      while true {
        skipSpace()
        guard at < text.count else { return false }
        switch text[at] {
        case UInt8(ascii: "{"):
          at += 1
          skipSpace()
          if take(UInt8(ascii: "}")) { return true }
          open.append(true)
          guard open.count <= maxDepth, key() else { return false }
        case UInt8(ascii: "["):
          at += 1
          skipSpace()
          if take(UInt8(ascii: "]")) { return true }
          open.append(false)
          guard open.count <= maxDepth else { return false }
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
      }
    }

    private mutating func key() -> Bool {
      skipSpace()
      guard string() else { return false }
      skipSpace()
      return take(UInt8(ascii: ":"))
    }

    private mutating func string() -> Bool {
      guard take(UInt8(ascii: "\"")) else { return false }
      while at < text.count {
        let byte = text[at]
        at += 1
        if byte == UInt8(ascii: "\"") { return true }
        if byte < 0x20 { return false }
        if byte == UInt8(ascii: "\\"), !escape() { return false }
      }
      return false
    }

    private mutating func escape() -> Bool {
      guard at < text.count else { return false }
      let code = text[at]
      at += 1
      if code != UInt8(ascii: "u") { return "\"\\/bfnrt".utf8.contains(code) }
      for _ in 0..<4 {
        guard at < text.count, Self.isHex(text[at]) else { return false }
        at += 1
      }
      return true
    }

    private mutating func number() -> Bool {
      _ = take(UInt8(ascii: "-"))
      if take(UInt8(ascii: "0")) {
        if at < text.count, Self.isDigit(text[at]) { return false }
      } else if !digits() {
        return false
      }
      if take(UInt8(ascii: ".")), !digits() { return false }
      if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
        if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
        return digits()
      }
      return true
    }

    private mutating func digits() -> Bool {
      let start = at
      while at < text.count, Self.isDigit(text[at]) { at += 1 }
      return at > start
    }

    private mutating func word(_ word: StaticString) -> Bool {
      for i in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[i]) { return false }
      return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard at < text.count, text[at] == byte else { return false }
      at += 1
      return true
    }

    private mutating func skipSpace() {
      while at < text.count, text[at] == 0x20 || text[at] == 0x0A || text[at] == 0x0D || text[at] == 0x09 { at += 1 }
    }

    private func hasValidUTF8() -> Bool {
      text.allSatisfy { $0 < 0x80 } || String(validating: text, as: UTF8.self) != nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isHex(_ byte: UInt8) -> Bool {
      isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
  }
}

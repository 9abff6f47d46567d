package import Records

/// A place in a JSON document (RFC 6901): `/axes/0/rms`. The empty pointer is the whole document.
package struct JSONPointer: Hashable, Sendable {
  package static let maxTokens = 32

  /// Decoded: `~1` is `/`, `~0` is `~`.
  package let tokens: [[UInt8]]

  package init(parsing text: String) throws(CrossdockError) {
    func wrong(_ reason: String) -> CrossdockError {
      CrossdockError("use the JSON pointer", at: "\"\(text)\"", reason: reason, exitCode: .badConfiguration)
    }
    guard text.isEmpty || text.hasPrefix("/") else {
      throw wrong("a pointer begins with /: did you mean \"/\(text)\"?")
    }
    var tokens: [[UInt8]] = []
    for part in Array(text.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
      var token: [UInt8] = []
      var rest = part
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "~") else {
          token.append(byte)
          continue
        }
        switch rest.popFirst() {
        case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
        case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
        default: throw wrong("~ stands before 0 (for ~) or 1 (for /) only")
        }
      }
      tokens.append(token)
    }
    guard tokens.count <= Self.maxTokens else { throw wrong("deeper than \(Self.maxTokens)") }
    self.tokens = tokens
  }

  /// The array index that a token can be: digits without a leading zero.
  static func index(_ token: [UInt8]) -> Int32? {
    guard !token.isEmpty, token.count <= 9, token.allSatisfy({ (0x30...0x39).contains($0) }),
      token.count == 1 || token[0] != UInt8(ascii: "0")
    else { return nil }
    return Int32(String(decoding: token, as: UTF8.self))
  }
}

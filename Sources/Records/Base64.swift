/// RFC 4648: `standard` with padding, `url` (section 5) without.
package enum Base64 {
  package enum Alphabet: Sendable {
    case standard
    case url
  }

  package static func encode(_ bytes: some Collection<UInt8>, _ alphabet: Alphabet = .standard) -> [UInt8] {
    let letters = alphabet == .standard ? standardLetters : urlLetters
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var word: UInt32 = 0
    var held = 0
    for byte in bytes {
      word = word << 8 | UInt32(byte)
      held += 1
      if held == 3 {
        for shift in [18, 12, 6, 0] { out.append(letters[Int(word >> UInt32(shift)) & 63]) }
        word = 0
        held = 0
      }
    }
    if held > 0 {
      word <<= UInt32(8 * (3 - held))
      for shift in [18, 12, 6].prefix(held + 1) { out.append(letters[Int(word >> UInt32(shift)) & 63]) }
      if alphabet == .standard { for _ in 0..<(3 - held) { out.append(UInt8(ascii: "=")) } }
    }
    return out
  }

  /// Nil for anything that `encode` would not have written.
  package static func decode(_ text: some Collection<UInt8>, _ alphabet: Alphabet = .standard) -> [UInt8]? {
    var body = Array(text)
    if alphabet == .standard {
      guard body.count % 4 == 0 else { return nil }
      for _ in 0..<2 where body.last == UInt8(ascii: "=") { body.removeLast() }
    }
    guard body.count % 4 != 1 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(body.count / 4 * 3 + 2)
    var word: UInt32 = 0
    var bits = 0
    for letter in body {
      guard let value = value(of: letter, alphabet) else { return nil }
      word = word << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
        word &= (1 << UInt32(bits)) - 1
      }
    }
    return word == 0 ? out : nil
  }

  private static func value(of letter: UInt8, _ alphabet: Alphabet) -> UInt32? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - 65)
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - 71)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter + 4)
    case UInt8(ascii: "+"): alphabet == .standard ? 62 : nil
    case UInt8(ascii: "/"): alphabet == .standard ? 63 : nil
    case UInt8(ascii: "-"): alphabet == .url ? 62 : nil
    case UInt8(ascii: "_"): alphabet == .url ? 63 : nil
    default: nil
    }
  }

  private static let standardLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}

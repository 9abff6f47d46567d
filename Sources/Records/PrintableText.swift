/// Text that comes from elsewhere (a plugin, a device, the other side) as it may stand in a log, in a status and on a terminal: on one
/// line, without anything that a terminal obeys or hides, and of a bounded length. What is not printable stands as `\u{1b}`.
package enum PrintableText {
  package static let maxBytes = 1000

  /// - Parameter most: bytes that are looked at; "…" stands for what follows.
  package static func line(_ bytes: some Collection<UInt8>, most: Int = maxBytes) -> String {
    let part = bytes.prefix(most)
    let text = String(decoding: part, as: UTF8.self)
    return escaped(text) + (part.count < bytes.count ? "…" : "")
  }

  package static func line(_ text: String, most: Int = maxBytes) -> String { line(text.utf8, most: most) }

  package static func escaped(_ text: String) -> String {
    // Most of it is plain.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var out = ""
    for scalar in text.unicodeScalars {
      if isHidden(scalar) {
        out += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// Control characters, separators of lines, what turns the direction of text, and what is not seen at all.
  package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
      0xE0000...0xE007F:
      true
    default: false
    }
  }
}

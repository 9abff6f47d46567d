/// RFC 6901, the string form. The empty pointer is the whole document.
enum JSONPointer {
  /// What the decoders look for; a test compares the two.
  static let maxTokens = 32

  /// What is wrong with the text, or nil.
  static func problem(_ text: String) -> (message: String, hint: String)? {
    guard !text.isEmpty else { return nil }
    guard text.hasPrefix("/") else {
      return ("\"\(printable(text))\" is not a JSON pointer", "it begins with \"/\": \"/\(printable(text))\"")
    }
    let depth = text.utf8.count(where: { $0 == UInt8(ascii: "/") })
    guard depth <= maxTokens else {
      return ("a JSON pointer of \(depth) levels; at most \(maxTokens) are allowed", "")
    }
    var rest = Substring(text)
    while let tilde = rest.firstIndex(of: "~") {
      rest = rest[tilde...].dropFirst()
      guard rest.first == "0" || rest.first == "1" else {
        return ("\"\(printable(text))\" is not a JSON pointer", "write \"~0\" for \"~\" and \"~1\" for \"/\" in a name")
      }
    }
    return nil
  }
}

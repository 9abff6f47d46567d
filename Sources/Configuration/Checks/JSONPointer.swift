/// RFC 6901, the string form. The empty pointer is the whole document.
enum JSONPointer {
  /// What is wrong with the text, or nil.
  static func problem(_ text: String) -> (message: String, hint: String)? {
    guard !text.isEmpty else { return nil }
    guard text.hasPrefix("/") else {
      return ("\"\(printable(text))\" is not a JSON pointer", "it begins with \"/\": \"/\(printable(text))\"")
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

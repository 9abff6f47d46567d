/// The escapes of JSON strings (RFC 8259, section 7).
enum StringEscape {
  /// The length of the escape at the backslash `at`; a surrogate pair is one escape.
  static func check(
    _ text: UnsafePointer<UInt8>, _ at: Int, _ end: Int
  ) -> (length: Int, reason: DecodeFault.Reason?) {
    guard at + 1 < end else { return (0, .unterminatedString) }
    switch text[at + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return (2, nil)
    case UInt8(ascii: "u"):
      guard let unit = unit(text, at, end) else { return (0, .expectedHexDigits) }
      if !(0xD800...0xDFFF).contains(unit) { return (6, nil) }
      guard unit < 0xDC00, at + 7 < end, text[at + 6] == UInt8(ascii: "\\"), text[at + 7] == UInt8(ascii: "u") else {
        return (0, .loneSurrogate)
      }
      guard let low = Self.unit(text, at + 6, end) else { return (0, .expectedHexDigits) }
      return (0xDC00...0xDFFF).contains(low) ? (12, nil) : (0, .loneSurrogate)
    default: return (0, .unknownEscape)
    }
  }

  /// Writes the text of a checked string's content; its length, or -1 when there is no room for all of it.
  static func decode(
    _ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, into out: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var count = 0
    func put(_ byte: UInt8) -> Bool {
      guard count < out.count else { return false }
      out[count] = byte
      count += 1
      return true
    }
    var at = start
    while at < end {
      guard text[at] == UInt8(ascii: "\\") else {
        guard put(text[at]) else { return -1 }
        at += 1
        continue
      }
      if text[at + 1] == UInt8(ascii: "u") {
        let scalar = scalar(text, at, end)
        for byte in UTF8.encode(scalar)! where !put(byte) { return -1 }
        at += scalar.value > 0xFFFF ? 12 : 6
      } else {
        guard put(plain(text[at + 1])) else { return -1 }
        at += 2
      }
    }
    return count
  }

  private static func plain(_ code: UInt8) -> UInt8 {
    switch code {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: code
    }
  }

  private static func scalar(_ text: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> Unicode.Scalar {
    let high = unit(text, at, end) ?? 0xFFFD
    if let scalar = Unicode.Scalar(high) { return scalar }
    let low = unit(text, at + 6, end) ?? 0xDC00
    return Unicode.Scalar(0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF)))!
  }

  /// The four hexadecimal digits of the `\u` at `at`.
  private static func unit(_ text: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> UInt32? {
    guard at + 6 <= end else { return nil }
    var unit: UInt32 = 0
    for i in (at + 2)..<(at + 6) {
      let byte = text[i]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}

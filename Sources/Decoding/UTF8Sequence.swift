/// Well-formed UTF-8 (Unicode, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Sequence {
  /// The length of the sequence at `at`, whose first byte is 0x80 or more; 0 when it is not well-formed.
  static func length(_ text: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> Int {
    let first = text[at]
    func continues(_ offset: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
      at + offset < end && text[at + offset] >= low && text[at + offset] <= high
    }
    switch first {
    case 0xC2...0xDF: return continues(1) ? 2 : 0
    case 0xE0: return continues(1, 0xA0) && continues(2) ? 3 : 0
    case 0xED: return continues(1, 0x80, 0x9F) && continues(2) ? 3 : 0
    case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
    case 0xF0: return continues(1, 0x90) && continues(2) && continues(3) ? 4 : 0
    case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
    case 0xF4: return continues(1, 0x80, 0x8F) && continues(2) && continues(3) ? 4 : 0
    default: return 0
    }
  }

  /// The first byte that is not part of a well-formed sequence; nil when there is none.
  static func firstFault(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int? {
    var at = 0
    while at < count {
      if at + 8 <= count {
        let word = UnsafeRawPointer(text + at).loadUnaligned(as: UInt64.self)
        if word & 0x8080_8080_8080_8080 == 0 {
          at += 8
          continue
        }
      }
      if text[at] < 0x80 {
        at += 1
        continue
      }
      let length = length(text, at, count)
      guard length > 0 else { return at }
      at += length
    }
    return nil
  }
}

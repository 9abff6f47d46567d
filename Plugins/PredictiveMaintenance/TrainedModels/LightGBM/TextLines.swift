/// The lines of a text, as ranges of its bytes; a carriage return before the line feed is no part of one.
struct TextLines {
  let bytes: [UInt8]
  private var at = 0
  /// Of the line that was read last, from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() -> Range<Int>? {
    guard at < bytes.count else { return nil }
    let start = at
    while at < bytes.count, bytes[at] != 0x0A { at += 1 }
    var end = at
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    at += 1
    number += 1
    return start..<end
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func starts(_ range: Range<Int>, with word: StaticString) -> Bool {
    range.count >= word.utf8CodeUnitCount
      && (0..<word.utf8CodeUnitCount).allSatisfy { bytes[range.lowerBound + $0] == word.utf8Start[$0] }
  }
}

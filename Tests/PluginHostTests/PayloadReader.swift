/// Reads what PayloadWriter writes; beyond the end everything is 0 and empty.
struct PayloadReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number {
    let part = rest.prefix(Number.bitWidth / 8)
    rest = rest.dropFirst(part.count)
    return part.reversed().reduce(0) { $0 << 8 | Number($1) }
  }

  mutating func text() -> String {
    let count = Int(number(UInt32.self))
    let part = rest.prefix(count)
    rest = rest.dropFirst(part.count)
    return String(decoding: part, as: UTF8.self)
  }
}

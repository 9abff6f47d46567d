/// The lines of a text, split into fields; blank ones and those that begin with `#` are passed over.
struct InstanceLines {
  let bytes: [UInt8]
  private var position = 0
  private(set) var number = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> [Range<Int>]? {
    while position < bytes.count {
      number += 1
      var fields: [Range<Int>] = []
      var start = -1
      while position < bytes.count, bytes[position] != 0x0A {
        let isSpace = bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 0x0D
        if !isSpace, start < 0 { start = position }
        if isSpace, start >= 0 {
          fields.append(start..<position)
          start = -1
        }
        position += 1
      }
      if start >= 0 { fields.append(start..<position) }
      position += 1
      guard let first = fields.first, bytes[first.lowerBound] != 0x23 else { continue }
      return fields
    }
    return nil
  }

  func text(_ field: Range<Int>) -> String { String(decoding: bytes[field], as: UTF8.self) }

  func fail(_ reason: String) -> InstanceSyntaxError { InstanceSyntaxError(line: number, reason: reason) }

  func decimal(_ field: Range<Int>) throws(InstanceSyntaxError) -> DecimalText.Number {
    guard let number = DecimalText.parse(bytes[field]) else {
      throw fail("`\(text(field).prefix(20))` is not a number from 0 on")
    }
    return number
  }
}

/// Reads what `StateWriter` wrote.
package struct StateReader {
  package struct Damaged: Error, Equatable, CustomStringConvertible {
    package var description: String

    package init(description: String) {
      self.description = description
    }
  }

  private let bytes: ArraySlice<UInt8>
  private var at: Int

  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  package var isAtEnd: Bool { at == bytes.endIndex }

  package mutating func integer<T: FixedWidthInteger>(_: T.Type = T.self) throws -> T {
    let size = MemoryLayout<T>.size
    guard bytes.endIndex - at >= size else { throw Damaged(description: "it ends early") }
    var value: T = 0
    for i in 0..<size { value |= T(truncatingIfNeeded: UInt64(bytes[at + i]) << UInt64(8 * i)) }
    at += size
    return value
  }

  /// How often something has happened: no counting gets beyond 2⁶⁰, so that one more never overflows.
  package mutating func count() throws -> UInt64 {
    let count: UInt64 = try integer()
    guard count <= 1 << 60 else { throw Damaged(description: "a count is out of bounds") }
    return count
  }

  /// A finite number.
  package mutating func number() throws -> Double {
    let number = Double(bitPattern: try integer())
    guard number.isFinite else { throw Damaged(description: "a number is not finite") }
    return number
  }

  package mutating func text() throws -> String {
    let count = Int(try integer(UInt16.self))
    guard bytes.endIndex - at >= count else { throw Damaged(description: "it ends inside a text") }
    defer { at += count }
    return String(decoding: bytes[at..<(at + count)], as: UTF8.self)
  }

  /// A reader of what `appendSized` wrote; this one goes on behind it.
  package mutating func sized() throws -> StateReader {
    let count = Int(try integer(UInt32.self))
    guard bytes.endIndex - at >= count else { throw Damaged(description: "it ends inside a part") }
    defer { at += count }
    return StateReader(bytes[at..<(at + count)])
  }
}

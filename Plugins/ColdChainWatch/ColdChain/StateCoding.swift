// Fixed-width little-endian coding of state, for checkpoints. A reader never trusts a length or a number.

package struct StateWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func append(_ value: Double) {
    append(value.bitPattern)
  }

  /// At most 65,535 bytes of UTF-8, cut there.
  package mutating func append(_ text: String) {
    let utf8 = text.utf8.prefix(Int(UInt16.max))
    append(UInt16(utf8.count))
    bytes.append(contentsOf: utf8)
  }

  /// Ends the state with a checksum (FNV-1a, 64 bits) over all of it.
  package mutating func seal() {
    append(StateReader.checksum(bytes[...]))
  }
}

package struct StateReader {
  package struct Damaged: Error, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
      self.description = description
    }
  }

  private let bytes: ArraySlice<UInt8>
  private var at: Int

  /// - Throws: `Damaged` when the checksum at the end is not that of the bytes.
  package init(sealed bytes: [UInt8]) throws {
    let size = MemoryLayout<UInt64>.size
    guard bytes.count >= size else { throw Damaged("it is too short") }
    var end = StateReader(bytes[(bytes.count - size)...])
    guard try end.integer(UInt64.self) == Self.checksum(bytes.dropLast(size)) else {
      throw Damaged("its checksum does not match")
    }
    self.init(bytes.dropLast(size))
  }

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  package var isAtEnd: Bool { at == bytes.endIndex }

  package mutating func integer<T: FixedWidthInteger>(_: T.Type = T.self) throws -> T {
    let size = MemoryLayout<T>.size
    guard bytes.endIndex - at >= size else { throw Damaged("it ends early") }
    var value: T = 0
    for i in 0..<size { value |= T(truncatingIfNeeded: UInt64(bytes[at + i]) << UInt64(8 * i)) }
    at += size
    return value
  }

  /// A finite number.
  package mutating func number() throws -> Double {
    let number = Double(bitPattern: try integer())
    guard number.isFinite else { throw Damaged("a number is not finite") }
    return number
  }

  package mutating func flag() throws -> Bool {
    switch try integer(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw Damaged("a flag is neither 0 nor 1")
    }
  }

  package mutating func text() throws -> String {
    let count = Int(try integer(UInt16.self))
    guard bytes.endIndex - at >= count else { throw Damaged("it ends inside a text") }
    defer { at += count }
    return String(decoding: bytes[at..<(at + count)], as: UTF8.self)
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

internal import Records

// Interned source names: bytes to a small number, without a String or an allocation for a name that is known.
//
// An open-addressing table of numbers over one arena of bytes; linear probing, at most half full. Invariant: number i (from 0)
// owns the bytes [starts[i], starts[i + 1]).

package struct SourceTable {
  private var arena: [UInt8] = []
  private var starts: [Int] = [0]
  private var hashes: [UInt64] = []
  /// Number + 1, or 0 for a free place.
  private var slots: [UInt32] = Array(repeating: 0, count: 64)

  package init() {}

  package var count: Int { hashes.count }
  /// Of all names.
  package var bytes: Int { arena.count }

  package func name(_ number: UInt32) -> String {
    String(decoding: arena[starts[Int(number)]..<starts[Int(number) + 1]], as: UTF8.self)
  }

  package func withName<Result>(_ number: UInt32, _ read: (UnsafeRawBufferPointer) -> Result) -> Result {
    arena.withUnsafeBytes {
      read(UnsafeRawBufferPointer(rebasing: $0[starts[Int(number)]..<starts[Int(number) + 1]]))
    }
  }

  package func find(_ name: UnsafeRawBufferPointer) -> UInt32? {
    let hash = Self.hash(name)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot] - 1)
      if hashes[number] == hash, isEqual(number, name) { return UInt32(number) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Adds a name that is not there yet and returns its number.
  package mutating func add(_ name: UnsafeRawBufferPointer) -> UInt32 {
    if (hashes.count + 1) * 2 > slots.count { grow() }
    let number = UInt32(hashes.count)
    let hash = Self.hash(name)
    arena.append(contentsOf: name)
    starts.append(arena.count)
    hashes.append(hash)
    place(number, hash)
    return number
  }

  private func isEqual(_ number: Int, _ name: UnsafeRawBufferPointer) -> Bool {
    let start = starts[number]
    guard starts[number + 1] - start == name.count else { return false }
    return arena.withUnsafeBytes { arena in
      for i in 0..<name.count where arena[start + i] != name[i] { return false }
      return true
    }
  }

  private mutating func place(_ number: UInt32, _ hash: UInt64) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = number + 1
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for number in hashes.indices { place(UInt32(number), hashes[number]) }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 { ByteHash.hash(bytes) }
}

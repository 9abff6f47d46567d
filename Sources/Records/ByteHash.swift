/// A 64-bit hash of bytes that never changes between versions, because it is stored: the redelivery window and the dedupe
/// keys live across upgrades. Eight bytes a step through a 128-bit multiply, folded; the length is mixed in. Good
/// distribution, no defence against an attacker who constructs collisions (a broker that does could as well drop messages).
package enum ByteHash {
  package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    var state = seed ^ 0x9E37_79B9_7F4A_7C15
    var at = 0
    while at + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
      state = mix(state ^ word, 0xBF58_476D_1CE4_E5B9)
      at += 8
    }
    var tail: UInt64 = 0
    var shift: UInt64 = 0
    while at < bytes.count {
      tail |= UInt64(bytes[at]) << shift
      shift += 8
      at += 1
    }
    state = mix(state ^ tail, 0x94D0_49BB_1331_11EB)
    return mix(state ^ UInt64(bytes.count), 0xD6E8_FEB8_6659_FD93)
  }

  @inline(__always)
  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    // A zero would stay zero for ever: the constant keeps the state moving.
    let product = (a ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}

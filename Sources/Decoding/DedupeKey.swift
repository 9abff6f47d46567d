// The identity that a device gives to its records: a 64-bit hash of the source and the raw bytes of the named values
// (`1`, `1.0` and `"1"` are three values). It is stored in the journal: this is a format, not to be changed.
//
//   a = K0 ^ source, b = K1
//   for each value: absorb(length), then its bytes as little-endian words of 8, the last one filled with zeros
//   absorb(w):  a = fold(a ^ w, K2) + b;  b = rotate(b, 29) ^ fold(w ^ K3, a | 1)
//   value:      h = fold(a ^ K3, b ^ K2); h = fold(h ^ K0, K1)
//   fold(x, y): the high half of the 128-bit product xor the low half
//
// K0...K3 are the first 256 bits of the fraction of pi, K2 made odd. The length before each value keeps ("ab","c") and ("a","bc")
// apart. The source is its number in the same journal. With n keys the chance of any collision is about n^2 / 2^65: 3e-8 for a
// million keys. It is no protection against someone who makes collisions on purpose.
struct DedupeKey {
  private static let k0: UInt64 = 0x243F_6A88_85A3_08D3
  private static let k1: UInt64 = 0x1319_8A2E_0370_7344
  private static let k2: UInt64 = 0xA409_3822_299F_31D0 | 1
  private static let k3: UInt64 = 0x082E_FA98_EC4E_6C89

  private var a: UInt64
  private var b = Self.k1

  init(source: UInt32) {
    a = Self.k0 ^ UInt64(source)
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    absorb(UInt64(bytes.count))
    var at = 0
    while at + 8 <= bytes.count {
      absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
      at += 8
    }
    guard at < bytes.count else { return }
    var word: UInt64 = 0
    for offset in 0..<(bytes.count - at) { word |= UInt64(bytes[at + offset]) << UInt64(8 * offset) }
    absorb(word)
  }

  var value: UInt64 {
    Self.fold(Self.fold(a ^ Self.k3, b ^ Self.k2) ^ Self.k0, Self.k1)
  }

  @inline(__always)
  private mutating func absorb(_ word: UInt64) {
    a = Self.fold(a ^ word, Self.k2) &+ b
    b = (b << 29 | b >> 35) ^ Self.fold(word ^ Self.k3, a | 1)
  }

  @inline(__always)
  private static func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
    let product = x.multipliedFullWidth(by: y)
    return product.high ^ product.low
  }
}

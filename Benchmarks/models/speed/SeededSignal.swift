import Glibc

/// A signal as machines have it: a daily wave, noise, now and then a step. SplitMix64 and Box-Muller, the same each time.
struct SeededSignal {
  private var state: UInt64
  private var index = 0

  init(seed: UInt64) {
    state = seed
  }

  /// In [0, 1).
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ z >> 31) >> 11) * 0x1p-53
  }

  mutating func gaussian() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }

  mutating func next() -> Double {
    index += 1
    return 50 + 10 * sin(Double(index) * 2 * Double.pi / 288) + gaussian() + (index % 5000 > 4900 ? 30 : 0)
  }
}

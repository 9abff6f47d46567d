import Foundation

/// SplitMix64 (Steele, Lea & Flood 2014) with Gaussian numbers (Box-Muller).
struct SeededRows {
  private var state: UInt64
  private var spare: Double?

  init(_ seed: UInt64) {
    state = seed
  }

  /// The environment's SEED, or the default; printed, so that a failure can be repeated.
  static func seed(_ test: String = #function, default seed: UInt64) -> UInt64 {
    let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? seed
    print("\(test): SEED=\(seed)")
    return seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// In [0, 1).
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func gaussian() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }

  mutating func row(_ columnCount: Int) -> [Double] { (0..<columnCount).map { _ in gaussian() } }
}

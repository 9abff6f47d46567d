// The one generator of the tests, and the one way to its seed.
//
// SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014); normal numbers by Box and Muller
// (1958). What a seed gives never changes: tests with a seed of their own stand on its numbers.
import Glibc

package struct SeededNumbers: RandomNumberGenerator, Sendable {
  private var state: UInt64
  /// The other half of a pair of normal numbers.
  private var spare: Double?

  package init(_ seed: UInt64) {
    state = seed
  }

  /// With a seed as `seed(_:default:)` takes it.
  package init(for test: String = #function, default seed: UInt64? = nil) {
    self.init(Self.seed(test, default: seed))
  }

  /// The environment's SEED, or the default, or a new one; printed with the test's name, so that a failure can be repeated.
  ///
  /// Under CI the new one is made of the test's name: what judges a change is the same for each change. New numbers are for those who
  /// run the tests, and for the campaigns (`make sim`, `make crash`, `make fuzz`).
  package static func seed(_ test: String = #function, default seed: UInt64? = nil) -> UInt64 {
    let given = getenv("SEED").flatMap { UInt64(String(cString: $0)) }
    // Short enough to be typed, and tests may calculate with it.
    let seed = given ?? seed ?? (getenv("CI") == nil ? UInt64.random(in: 0...UInt64(UInt32.max)) : hash(of: test))
    print("\(test): SEED=\(seed)")
    return seed
  }

  /// FNV-1a, 32 bits.
  private static func hash(of name: String) -> UInt64 {
    UInt64(name.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 })
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// From 0 on; 0 too where nothing is below the bound.
  package mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }

  package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// In [0, 1).
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A normal number from two uniform ones of its own.
  package mutating func gaussian() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform())
  }

  /// The same, but two uniform ones give two numbers, one after the other.
  package mutating func pairedGaussian() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }
}

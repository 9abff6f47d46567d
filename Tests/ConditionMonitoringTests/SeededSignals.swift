import ConditionMonitoring
import Foundation

/// SplitMix64 (Steele, Lea & Flood 2014) with Gaussian numbers (Box-Muller).
struct SeededNumbers: RandomNumberGenerator {
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
}

/// A bearing on a 30 Hz shaft, sampled at 12 kHz: the shaft's sine, Gaussian noise and, when worn, an impact at each pass
/// of the outer race's defect (3.585 a turn, with 1 % slip) that rings at 3 kHz and decays within 0.5 ms.
struct BearingSignal {
  static let sampleRate = 12000.0
  private var numbers: SeededNumbers
  private var time = 0.0
  private var sinceImpact = 0.0
  private var untilImpact = 1 / (30 * 3.585)

  init(seed: UInt64) {
    numbers = SeededNumbers(seed)
  }

  /// - Parameter wear: amplitude of the impacts; the noise has 0.05, the sine 0.05.
  mutating func window(count: Int, wear: Double) -> [Float] {
    (0..<count).map { _ in
      time += 1 / Self.sampleRate
      sinceImpact += 1 / Self.sampleRate
      if sinceImpact >= untilImpact {
        sinceImpact = 0
        untilImpact = (1 + 0.01 * numbers.gaussian()) / (30 * 3.585)
      }
      let ring = wear == 0 ? 0 : wear * exp(-sinceImpact / 0.0005) * sin(2 * .pi * 3000 * sinceImpact)
      return Float(0.05 * sin(2 * .pi * 30 * time) + 0.05 * numbers.gaussian() + ring)
    }
  }
}

func features(_ samples: [Float]) -> WaveformFeatures.Outcome {
  samples.withUnsafeBufferPointer(WaveformFeatures.extract)
}

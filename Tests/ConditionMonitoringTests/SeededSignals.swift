import ConditionMonitoring
import Foundation
import Seeded

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
        untilImpact = (1 + 0.01 * numbers.pairedGaussian()) / (30 * 3.585)
      }
      let ring = wear == 0 ? 0 : wear * exp(-sinceImpact / 0.0005) * sin(2 * .pi * 3000 * sinceImpact)
      return Float(0.05 * sin(2 * .pi * 30 * time) + 0.05 * numbers.pairedGaussian() + ring)
    }
  }
}

func features(_ samples: [Float]) -> WaveformFeatures.Outcome {
  samples.withUnsafeBufferPointer(WaveformFeatures.extract)
}

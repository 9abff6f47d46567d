import ConditionMonitoring
import Foundation
import Seeded
import Testing

@Suite struct WaveformFeaturesTests {
  private func good(_ samples: [Float], _ place: SourceLocation = #_sourceLocation) throws -> WaveformFeatures {
    guard case .features(let features) = features(samples) else {
      Issue.record("not usable: \(features(samples))", sourceLocation: place)
      throw CancellationError()
    }
    return features
  }

  @Test func sineHasCrestRootTwoAndKurtosisOneAndAHalf() throws {
    // 32 whole periods of 64 samples, so that the peak is hit exactly.
    let f = try good((0..<2048).map { Float(3 * sin(2 * Double.pi * Double($0) / 64)) })
    #expect(abs(f.rms - 3 / 2.0.squareRoot()) < 1e-6)
    #expect(abs(f.peak - 3) < 1e-6)
    #expect(abs(f.crestFactor - 2.0.squareRoot()) < 1e-6)
    #expect(abs(f.kurtosis - 1.5) < 1e-6)
    #expect(abs(f.skewness) < 1e-6)
    #expect(abs(f.mean) < 1e-7)
  }

  @Test func squareWaveHasCrestAndKurtosisOne() throws {
    let f = try good((0..<100).map { $0 % 2 == 0 ? 2 : -2 })
    #expect([f.mean, f.rms, f.peak, f.crestFactor, f.kurtosis, f.skewness] == [0, 2, 2, 1, 1, 0])
  }

  @Test func impulseTrainMatchesItsBernoulliMoments() throws {
    // One sample in 16 is 1: moments of a Bernoulli variable with p = 1/16.
    let f = try good((0..<1600).map { $0 % 16 == 0 ? 1 : 0 })
    let p = 1.0 / 16
    let q = 1 - p
    #expect(abs(f.mean - p) < 1e-12)
    #expect(abs(f.rms - (p * q).squareRoot()) < 1e-12)
    #expect(abs(f.peak - q) < 1e-12)
    #expect(abs(f.kurtosis - (1 - 3 * p * q) / (p * q)) < 1e-9)
    #expect(abs(f.skewness - (q - p) / (p * q).squareRoot()) < 1e-9)
  }

  @Test func biasOfTheSensorChangesTheMeanAlone() throws {
    var numbers = SeededNumbers(default: 1)
    let plain = (0..<1024).map { _ in Float((numbers.pairedGaussian() * 1024).rounded() / 1024) }
    let a = try good(plain)
    let b = try good(plain.map { $0 + 1024 })
    #expect(abs(b.mean - a.mean - 1024) < 1e-9)
    for (x, y) in [(a.rms, b.rms), (a.peak, b.peak), (a.kurtosis, b.kurtosis), (a.skewness, b.skewness)] {
      #expect(abs(x - y) < 1e-9)
    }
  }

  @Test func lanesAgreeWithAPlainSumForEveryRemainder() throws {
    var numbers = SeededNumbers(default: 2)
    for count in 16...40 {
      let x = (0..<count).map { _ in Float(numbers.pairedGaussian()) }
      let f = try good(x)
      let mean = x.reduce(0) { $0 + Double($1) } / Double(count)
      func moment(_ power: Int) -> Double {
        x.reduce(0) { $0 + pow(Double($1) - mean, Double(power)) } / Double(count)
      }
      #expect(abs(f.rms - moment(2).squareRoot()) < 1e-12)
      #expect(abs(f.kurtosis - moment(4) / (moment(2) * moment(2))) < 1e-9)
      #expect(abs(f.skewness - moment(3) / pow(moment(2), 1.5)) < 1e-9)
      #expect(f.peak == x.map { abs(Double($0) - mean) }.max())
    }
  }

  @Test func constantIsFlatWhateverItsValueAndLength() {
    for value in [0, 0.1, -7.3, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Float] {
      for count in [16, 17, 1000, 65536] {
        #expect(features(Array(repeating: value, count: count)) == .flat(value: Double(value)))
      }
    }
  }

  @Test func lengthOutsideTheBoundsIsRefused() {
    for count in [0, 1, 15, 65537] {
      #expect(features((0..<count).map { Float($0) }) == .wrongLength)
    }
  }

  @Test func samplesThatAreNotFiniteAreCounted() {
    var x = (0..<64).map { Float($0) }
    x[3] = .nan
    #expect(features(x) == .invalid(samples: 1))
    x[62] = .infinity
    x[63] = -.infinity
    #expect(features(x) == .invalid(samples: 3))
  }

  @Test func largestFloatsGiveFiniteFeatures() throws {
    let f = try good((0..<64).map { $0 % 2 == 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude })
    #expect(f.crestFactor == 1 && f.kurtosis == 1)
    let tiny = try good((0..<64).map { $0 % 2 == 0 ? .leastNonzeroMagnitude : 0 })
    #expect(abs(tiny.kurtosis - 1) < 1e-9)
  }

  @Test func specificationHashIsPinned() {
    // Another value means: the definitions changed, raise the version in `specification`.
    #expect(String(WaveformFeatures.specificationHash, radix: 16) == "df45d6623e742b14")
    #expect(WaveformFeatures.specification.hasPrefix(WaveformFeatures.version + " "))
  }
}

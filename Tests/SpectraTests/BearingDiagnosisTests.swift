import Foundation
import Seeded
import Testing

@testable import Spectra

@Suite struct BearingDiagnosisTests {
  private func analyser(_ rate: Double = 12000) -> WaveformAnalyser {
    WaveformAnalyser(.init(sampleRateHz: rate, bearing: SyntheticBearing.geometry))
  }

  @Test(arguments: [BearingFault.outer, .inner, .ball])
  func faultIsNamedAtAnySpeedAndRate(fault: BearingFault) throws {
    var numbers = SeededNumbers(default: 21)
    for (rate, rpm, count) in [(12000.0, 1797.0, 8192), (25600, 2980, 12800)] {
      let analyser = analyser(rate)
      let bearing = SyntheticBearing(sampleRateHz: rate, speedRpm: rpm, fault: fault)
      analyser.begin(bearing.block(count, &numbers), speedRpm: rpm)
      let diagnosis = try #require(BearingDiagnosis(analyser))
      #expect(diagnosis.fault == fault)
      #expect(try #require(diagnosis.candidates.first).probability > 0.9)
      let sum = diagnosis.candidates.reduce(diagnosis.noneProbability) { $0 + $1.probability }
      #expect(abs(sum - 1) < 1e-12)
      let line = try #require(diagnosis.lines.first { $0.fault == fault && $0.harmonic == 1 })
      #expect(abs(line.seenHz / line.expectedHz - 1) < 0.021)
      #expect(line.prominence > BearingDiagnosis.tellingProminence)
    }
  }

  @Test func healthyBearingHasNoFault() throws {
    var numbers = SeededNumbers(default: 22)
    let analyser = analyser()
    for _ in 0..<4 {
      analyser.begin(SyntheticBearing().block(8192, &numbers), speedRpm: 1797)
      let diagnosis = try #require(BearingDiagnosis(analyser))
      #expect(diagnosis.fault == nil)
      #expect(diagnosis.noneProbability > 0.4)
    }
  }

  @Test func faultIsNotSeenAtAWrongRateOrSpeed() throws {
    var numbers = SeededNumbers(default: 23)
    let block = SyntheticBearing(fault: .outer).block(8192, &numbers)
    for (rate, rpm) in [(10000.0, 1797.0), (12000, 2100)] {
      let analyser = analyser(rate)
      analyser.begin(block, speedRpm: rpm)
      #expect(try #require(BearingDiagnosis(analyser)).fault != .outer)
    }
  }

  /// By factors at which another fault's lines do not come to stand where these do.
  @Test(arguments: [BearingFault.outer, .inner, .ball])
  func aWrongSpeedIsSaidAndNoPartIsNamed(fault: BearingFault) throws {
    var numbers = SeededNumbers(default: 27)
    let analyser = analyser()
    for factor in [0.7, 0.9, 1.1, 1.45] {
      let block = SyntheticBearing(fault: fault).block(8192, &numbers)
      analyser.begin(block, speedRpm: 1797 * factor)
      let diagnosis = try #require(BearingDiagnosis(analyser))
      let fit = try #require(diagnosis.speedFit)
      print(fault, factor, fit)
      #expect(!fit.isFitting && diagnosis.fault == nil, "\(factor)")
      #expect(diagnosis.otherSpeedProbability > diagnosis.candidates[0].probability)
      let sum = diagnosis.candidates.reduce(diagnosis.noneProbability + diagnosis.otherSpeedProbability) {
        $0 + $1.probability
      }
      #expect(abs(sum - 1) < 1e-12)
      analyser.begin(block, speedRpm: 1797 * factor * fit.scale)
      let corrected = try #require(BearingDiagnosis(analyser))
      #expect(corrected.isSpeedFitting && corrected.fault != nil)
    }
  }

  @Test func theRightSpeedFitsAndSoDoesAnyWhereNothingStandsOut() throws {
    var numbers = SeededNumbers(default: 28)
    let analyser = analyser()
    for fault in [BearingFault?.none, .outer, .inner, .ball] {
      for factor in fault == nil ? [0.7, 1, 1.3] : [0.99, 1, 1.01] {
        analyser.begin(SyntheticBearing(fault: fault).block(8192, &numbers), speedRpm: 1797 * factor)
        let diagnosis = try #require(BearingDiagnosis(analyser))
        #expect(diagnosis.isSpeedFitting && diagnosis.fault == fault && diagnosis.otherSpeedProbability == 0)
      }
    }
  }

  @Test func featuresOfABlockAreTheSameWithALookAtOtherSpeedsAndWithout() throws {
    var numbers = SeededNumbers(default: 29)
    let block = SyntheticBearing(fault: .inner).block(4096, &numbers)
    func features(diagnosed: Bool) -> [UInt64] {
      let analyser = analyser()
      analyser.begin(block, speedRpm: 1797)
      if diagnosed { #expect(BearingDiagnosis(analyser) != nil) }
      return WaveformStatistic.classifier.map { analyser.value(of: $0).bitPattern }
    }
    #expect(features(diagnosed: true) == features(diagnosed: false))
  }

  @Test func anySpeedIsTakenWithoutOverflow() throws {
    var numbers = SeededNumbers(default: 30)
    let block = SyntheticBearing(fault: .inner).block(2048, &numbers)
    let analyser = analyser()
    for rpm in [1e-300, 1e-3, 60, 600, 1e5, 1e7, 1e300, .greatestFiniteMagnitude] {
      analyser.begin(block, speedRpm: rpm)
      guard let diagnosis = BearingDiagnosis(analyser) else { continue }
      #expect(diagnosis.candidates.allSatisfy { $0.probability.isFinite && $0.score.isFinite })
    }
  }

  @Test func blocksOfDifferentSpeedsAddUpInOrders() throws {
    var numbers = SeededNumbers(default: 24)
    let analyser = analyser()
    var evidence = BearingEvidence(orders: SyntheticBearing.geometry.orders)
    for rpm in [1500.0, 1750, 2000] {
      let bearing = SyntheticBearing(speedRpm: rpm, impact: 0.35, fault: .inner)
      analyser.begin(bearing.block(8192, &numbers), speedRpm: rpm)
      #expect(add(analyser, &evidence))
    }
    // Not usable ones count for nothing.
    analyser.begin([Float](repeating: 1, count: 8192), speedRpm: 1500)
    #expect(!add(analyser, &evidence))
    analyser.begin(SyntheticBearing().block(8192, &numbers), speedRpm: nil)
    #expect(!add(analyser, &evidence))
    let diagnosis = try #require(BearingDiagnosis(evidence))
    #expect(diagnosis.blocks == 3)
    #expect(diagnosis.fault == .inner)
    let line = try #require(diagnosis.lines.first { $0.fault == .inner && $0.harmonic == 1 })
    #expect(abs(line.expectedHz - 5.4152 * 1750 / 60) < 0.2)
  }

  @Test func kurtogramFindsTheResonanceThatImpactsExcite() {
    var numbers = SeededNumbers(default: 25)
    for resonance in [1700.0, 3100, 4400] {
      let analyser = analyser()
      let bearing = SyntheticBearing(resonanceHz: resonance, impact: 1, noise: 0.3, fault: .outer)
      analyser.begin(bearing.block(8192, &numbers), speedRpm: 1797)
      let (centre, width) = (analyser.value(of: .bandCentreHz), analyser.value(of: .bandWidthHz))
      #expect(abs(centre - resonance) < 0.75 * width, "\(resonance) Hz: \(centre) ± \(width / 2)")
      #expect(width < 3100)
      #expect(analyser.value(of: .envelopeKurtosis(.automatic)) > 1)
      #expect(analyser.value(of: .envelopeOrder(.outer, harmonic: 1, band: .automatic)) > 1)
    }
  }

  @Test func noiseStandsOutByNothingWhateverTheResolution() {
    var numbers = SeededNumbers(default: 26)
    for count in [4096, 16384] {
      let analyser = analyser()
      var (sum, lines) = (0.0, 0.0)
      for _ in 0..<3 {
        analyser.begin((0..<count).map { _ in Float(numbers.gaussian()) }, speedRpm: 1797)
        for fault in [BearingFault.outer, .inner, .ball] {
          for harmonic in 1...3 {
            sum += analyser.value(of: .envelopeOrder(fault, harmonic: harmonic, band: .whole))
            lines += 1
          }
        }
      }
      #expect(abs(sum / lines) < 0.25, "\(count) samples: \(sum / lines)")
    }
  }
}

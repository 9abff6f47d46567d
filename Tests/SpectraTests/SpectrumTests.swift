import Foundation
import Seeded
import Testing

@testable import Spectra

@Suite struct SpectrumTests {
  @Test(arguments: [16, 18, 100, 960, 2560, 8192])
  func powerOfTheBinsIsTheMeanSquareOfTheSamples(count: Int) {
    var numbers = SeededNumbers(default: UInt64(count))
    let samples = (0..<count).map { _ in Float(numbers.gaussian()) }
    let spectrum = BlockSpectrum()
    let mean = samples.reduce(0) { $0 + Double($1) } / Double(count)
    samples.withUnsafeBufferPointer {
      spectrum.transform($0, count: count, mean: mean, sampleRateHz: 1000, plans: FourierPlans())
    }
    let meanSquare = samples.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count)
    let power = (0...spectrum.lastBin).reduce(0) { $0 + spectrum.power($1) }
    #expect(abs(power / meanSquare - 1) < 1e-5)
    // Under the window: the same for windowed samples.
    let windowed = (0..<count).reduce(0.0) { sum, i in
      let w = 0.5 - 0.5 * cos(2 * .pi * Double(i) / Double(count))
      return sum + (w * (Double(samples[i]) - mean)) * (w * (Double(samples[i]) - mean))
    }
    let windowedPower = (0...spectrum.lastBin).reduce(0) { $0 + spectrum.windowedPower($1) }
    #expect(abs(windowedPower * 0.375 * Double(count) / windowed - 1) < 1e-5)
  }

  @Test func sizesAreEvenProductsOfSmallPrimesAndLeaveLittleOut() {
    for count in 16...65536 where count < 3000 || count % 97 == 0 {
      let size = FourierPlans.fastSize(within: count, multipleOf: 2)
      var rest = size
      for prime in [2, 3, 5] { while rest % prime == 0 { rest /= prime } }
      let share = Double(size) / Double(count)
      guard rest == 1, size % 2 == 0, size <= count, share >= (count < 256 ? 0.8 : 0.9) else {
        Issue.record("\(count) samples: \(size)")
        return
      }
    }
    #expect(FourierPlans.fastSize(within: 65536, multipleOf: 2) == 65536)
    #expect(FourierPlans.fastSize(within: 2560, multipleOf: 2) == 2560)
  }

  @Test(arguments: [1200.0, 1200.7, 2345.6])
  func toneIsSeenWhereItIs(hz: Double) {
    let analyser = WaveformAnalyser(.init(sampleRateHz: 12000))
    #expect(analyser.begin(sine(8192, hz: hz, amplitude: 2, rateHz: 12000), speedRpm: hz * 60 / 2) == .usable)
    #expect(abs(analyser.value(of: .rms) - 2.0.squareRoot()) < 0.003)
    #expect(abs(analyser.value(of: .orderAmplitude(2)) - 2) < 0.01)
    #expect(abs(analyser.value(of: .spectralCentroidHz) - hz) < 1)
    let band = Int(hz / 500)
    #expect(analyser.value(of: .bandEnergy(band)) > -0.001)
    #expect(analyser.value(of: .bandEnergy(band + 2)) < -3)
  }

  @Test func velocityIsTheIntegralOfAcceleration() {
    let rate = 25600.0
    let analyser = WaveformAnalyser(.init(sampleRateHz: rate))
    for hz in [25.0, 100, 499.3] {
      analyser.begin(sine(25600, hz: hz, amplitude: 1, rateHz: rate), speedRpm: nil)
      let expected = 1000 * 9.80665 / (2 * .pi * hz) / 2.0.squareRoot()
      #expect(abs(analyser.value(of: .velocityRmsMmS) / expected - 1) < 0.01, "\(hz) Hz")
    }
    // In m/s², and what lies outside 10-1000 Hz.
    let metric = WaveformAnalyser(.init(sampleRateHz: rate, unit: .metresPerSecondSquared))
    metric.begin(sine(25600, hz: 100, amplitude: 1, rateHz: rate), speedRpm: nil)
    #expect(abs(metric.value(of: .velocityRmsMmS) - 1000 / (200 * .pi) / 2.0.squareRoot()) < 0.02)
    for hz in [4.0, 3000] {
      metric.begin(sine(25600, hz: hz, amplitude: 1, rateHz: rate), speedRpm: nil)
      #expect(metric.value(of: .velocityRmsMmS) < 0.05, "\(hz) Hz")
    }
    // Too short, and too slowly sampled, for 10 to 1000 Hz.
    metric.begin(sine(2560, hz: 100, amplitude: 1, rateHz: rate), speedRpm: nil)
    #expect(metric.value(of: .velocityRmsMmS).isNaN)
    let slow = WaveformAnalyser(.init(sampleRateHz: 1000))
    slow.begin(sine(1000, hz: 100, amplitude: 1, rateHz: 1000), speedRpm: nil)
    #expect(slow.value(of: .velocityRmsMmS).isNaN)
  }

  @Test func equalBlocksGiveEqualBitsWhateverCameBetween() {
    var numbers = SeededNumbers(default: 5)
    let block = SyntheticBearing(fault: .outer).block(2048, &numbers)
    let statistics = WaveformStatistic.diagnosis + [.rms, .spectralCentroidHz, .bandCentreHz, .kurtosis]
    func bits(_ analyser: WaveformAnalyser) -> [UInt64] {
      analyser.begin(block, speedRpm: 1797)
      return statistics.map { analyser.value(of: $0).bitPattern }
    }
    let analyser = WaveformAnalyser(.init(sampleRateHz: 12000, bearing: SyntheticBearing.geometry))
    let first = bits(analyser)
    for size in [16, 17, 300, 1000, 4096] {
      analyser.begin((0..<size).map { _ in Float(numbers.gaussian()) }, speedRpm: 900)
      for statistic in statistics { _ = analyser.value(of: statistic) }
    }
    analyser.begin([.nan], speedRpm: 900)
    #expect(bits(analyser) == first)
    #expect(bits(WaveformAnalyser(analyser.configuration)) == first)
  }

  @Test func selectionFindsWhatSortingWould() {
    var numbers = SeededNumbers(default: 9)
    for count in 1...40 {
      let values = (0..<count).map { _ in Float(Int(numbers.uniform() * 12)) }
      for rank in 0..<count {
        var copy = values
        let found = copy.withUnsafeMutableBufferPointer { OrderStatistic.select($0.baseAddress!, count, rank: rank) }
        #expect(found == values.sorted()[rank])
      }
    }
  }
}

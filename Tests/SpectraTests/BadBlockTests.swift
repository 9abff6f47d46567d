import Foundation
import Seeded
import Spectra
import Testing

@Suite struct BadBlockTests {
  private let analyser = WaveformAnalyser(.init(sampleRateHz: 12000, bearing: SyntheticBearing.geometry))
  private let all: [WaveformStatistic] =
    [.mean, .rms, .peak, .crest, .kurtosis, .skewness, .shape, .impulse, .spectralCentroidHz, .velocityRmsMmS]
    + [.bandCentreHz, .bandWidthHz, .bandEnergy(3), .orderAmplitude(1), .envelopeKurtosis(.whole)]
    + [.envelopeShaft(harmonic: 1, band: .white), .envelopeSideband(.inner, harmonic: 1, band: .automatic)]
    + WaveformStatistic.diagnosis

  @Test func samplesThatAreNotFiniteAreCountedAndNotUsed() {
    var block = sine(1024, hz: 100, amplitude: 1, rateHz: 12000)
    block[7] = .nan
    block[500] = -.infinity
    #expect(analyser.begin(block, speedRpm: 1797) == .invalid(samples: 2))
    for statistic in all { #expect(analyser.value(of: statistic).isNaN, "\(statistic.name)") }
    #expect(BearingDiagnosis(analyser) == nil)
  }

  @Test func flatBlockHasAMeanAndNoVibration() {
    #expect(analyser.begin([Float](repeating: 0.25, count: 4096), speedRpm: 1797) == .flat(value: 0.25))
    #expect(analyser.value(of: .mean) == 0.25)
    #expect(analyser.value(of: .rms) == 0)
    #expect(analyser.value(of: .peak) == 0)
    for statistic in all.dropFirst(3) { #expect(analyser.value(of: statistic).isNaN, "\(statistic.name)") }
  }

  @Test(arguments: [0, 1, 15, 65537])
  func otherLengthsAreRefused(count: Int) {
    #expect(analyser.begin([Float](repeating: 1, count: count), speedRpm: 1797) == .wrongLength)
    #expect(analyser.value(of: .rms).isNaN)
  }

  @Test(arguments: [nil, 0, -1500, .nan, .infinity] as [Double?])
  func withoutASpeedThereAreNoOrders(rpm: Double?) {
    #expect(analyser.begin(sine(4096, hz: 100, amplitude: 1, rateHz: 12000), speedRpm: rpm) == .usable)
    for statistic in all {
      #expect(analyser.value(of: statistic).isNaN == statistic.needsSpeed, "\(statistic.name)")
    }
    #expect(BearingDiagnosis(analyser) == nil)
  }

  /// A speed is measured, too: what no machine turns at shows no line, and counts no bins.
  @Test(arguments: [1e-300, 1e9, 1e20, 1e300, .greatestFiniteMagnitude])
  func speedThatNoMachineHasShowsNoLine(rpm: Double) throws {
    // Lines so near to the shaft's that their distance from it, times such a speed, may be within the spectrum.
    let strange = try BearingGeometry(balls: 3, ballDiameter: 1 - 1e-15, pitchDiameter: 1)
    for analyser in [analyser, WaveformAnalyser(.init(sampleRateHz: 12000, bearing: strange))] {
      #expect(analyser.begin(sine(4096, hz: 100, amplitude: 1, rateHz: 12000), speedRpm: rpm) == .usable)
      for statistic in all { _ = analyser.value(of: statistic) }
      for order in WaveformStatistic.orderRange { #expect(analyser.value(of: .orderAmplitude(order)).isNaN) }
      _ = BearingDiagnosis(analyser)
    }
  }

  @Test func withoutABearingThereAreNoFaults() {
    let plain = WaveformAnalyser(.init(sampleRateHz: 12000))
    plain.begin(sine(4096, hz: 100, amplitude: 1, rateHz: 12000), speedRpm: 1797)
    for statistic in all {
      #expect(plain.value(of: statistic).isNaN == statistic.needsBearing, "\(statistic.name)")
    }
  }

  @Test func shortestBlockHasNumbersInTimeAndNoLines() {
    var numbers = SeededNumbers(default: 31)
    for count in 16...40 {
      #expect(analyser.begin((0..<count).map { _ in Float(numbers.gaussian()) }, speedRpm: 1797) == .usable)
      #expect(analyser.value(of: .kurtosis) > 1)
      #expect(analyser.value(of: .spectralCentroidHz) > 0)
      for statistic in WaveformStatistic.diagnosis { #expect(analyser.value(of: statistic).isNaN) }
    }
  }

  @Test func largestFloatsStayFinite() {
    let block = (0..<256).map { $0 % 2 == 0 ? Float.greatestFiniteMagnitude : -Float.greatestFiniteMagnitude }
    #expect(analyser.begin(block, speedRpm: 1797) == .usable)
    #expect(analyser.value(of: .rms).isFinite)
    #expect(abs(analyser.value(of: .kurtosis) - 1) < 1e-12)
  }

  @Test func wordsAndNamesAreEachOfOneStatistic() {
    var names: [String] = []
    for word in WaveformStatistic.words {
      for fault in [nil, "outer", "inner", "ball", "cage"] as [String?] {
        for index in [nil, 0, 1, 10, 11] as [Int?] {
          for band in ["auto", "whole", "white", "bank"] {
            for harmonic in WaveformStatistic.harmonics {
              guard
                let found = WaveformStatistic(
                  statistic: word, fault: fault, harmonic: harmonic, band: band, index: index)
              else { continue }
              names.append(found.name)
              #expect(found.name.hasPrefix(word.prefix(4)))
            }
          }
        }
      }
    }
    #expect(Set(names).count == 12 + 4 + 2 + 4 * 4 * 3 * 2 + 4 * 3 + 3)
    #expect(WaveformStatistic(statistic: "envelope_order", fault: "rim") == nil)
    #expect(WaveformStatistic(statistic: "envelope_order") == nil)
    #expect(WaveformStatistic(statistic: "envelope_order", fault: "outer", harmonic: 4) == nil)
    #expect(WaveformStatistic(statistic: "envelope_order", fault: "outer", band: "wide") == nil)
    #expect(WaveformStatistic(statistic: "band_energy", index: 12) == nil)
    #expect(WaveformStatistic(statistic: "rms", fault: "outer") == nil)
    #expect(WaveformStatistic(statistic: "envelope_kurtosis", band: "bank") == nil)
  }
}

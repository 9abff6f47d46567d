// Whether the lines of a fault stand where the stated speed puts them, or where another speed would. A wrong speed moves all lines by
// one factor, and the lines of one fault then stand near another's: the mean prominence of a fault's lines is taken at `scales` of the
// stated speed as well, from the envelopes that the bank demodulates anyway. Steps of 3 %, as a line is looked for within ±2 %.
//
// The prominence is that of `EnvelopeSpectrum.line`, but for the level around a line: its median is taken at every half width of the
// neighbourhood (1.5 turns of the shaft) and interpolated, on a logarithmic scale, between. A scan costs some tens of medians a band
// then, and not hundreds.

import CKissFFT

/// The scores of the faults of `BearingDiagnosis` at other speeds, of one block.
package final class SpeedScan {
  private static let slowest = 0.6
  private static let fastest = 1.4
  /// Of the stated speed, in even ratios.
  static let scales: [Double] = (0..<scaleCount).map { i in
    slowest * Scales.exp(Double(i) / Double(scaleCount - 1) * Scales.ln(fastest / slowest))
  }
  package static let scaleCount = 29
  private static let faults = BearingDiagnosis.faults
  private static let harmonics = EnvelopeLines.harmonics.count
  private static let lineCount = scaleCount * faults.count * harmonics

  /// Where a line is looked for, and what noise alone would give there; `high` is below `low` where no band can show it.
  private struct Place {
    var low = 1
    var high = 0
    var centre = 0.0
    var noise = 0.0
  }

  private var places = [Place](repeating: Place(), count: lineCount)
  /// What the places were made for.
  private var madeFor: (orders: FaultOrders, binsPerTurn: Double)?
  private var sums = [Double](repeating: 0, count: lineCount)
  private var counts = [Double](repeating: 0, count: lineCount)
  private let levels = ScratchBuffer<Double>()

  func clear() {
    for i in sums.indices {
      sums[i] = 0
      counts[i] = 0
    }
  }

  /// Adds one band's envelope.
  func add(_ spectrum: EnvelopeSpectrum, orders: FaultOrders, shaftHz: Double) {
    let binsPerTurn = shaftHz / spectrum.resolutionHz
    guard spectrum.binCount > 0, binsPerTurn >= EnvelopeSpectrum.minBinsPerOrder else { return }
    prepare(orders, binsPerTurn)
    let highest = Self.faults.reduce(0) { max($0, orders.line($1)) } * Self.fastest * Double(Self.harmonics)
    let last = Int(min(Double(spectrum.binCount - 1), highest * binsPerTurn))
    let spacing = EnvelopeSpectrum.neighbourhoodOrders * binsPerTurn
    let levelCount = Int(Double(last) / spacing) + 2
    let levels = levels.reserve(levelCount)
    for i in 0..<levelCount {
      levels[i] = Scales.ln(spectrum.level(around: Int(min(Double(last), Double(i) * spacing)), shaftHz: shaftHz))
    }
    let amplitudes = spectrum.amplitudes
    for i in 0..<Self.lineCount {
      let place = places[i]
      guard place.high >= place.low, place.centre < Double(spectrum.binCount), place.low < spectrum.binCount else {
        continue
      }
      var largest = amplitudes[place.low]
      for k in place.low...min(place.high, spectrum.binCount - 1) { largest = max(largest, amplitudes[k]) }
      let position = place.centre / spacing
      let before = min(Int(position), levelCount - 2)
      let level = levels[before] + (position - Double(before)) * (levels[before + 1] - levels[before])
      sums[i] += Scales.ln(max(Double(largest), 1e-30)) - level - place.noise
      counts[i] += 1
    }
  }

  private func prepare(_ orders: FaultOrders, _ binsPerTurn: Double) {
    if let madeFor, madeFor == (orders, binsPerTurn) { return }
    madeFor = (orders, binsPerTurn)
    var i = 0
    for scale in Self.scales {
      for fault in Self.faults {
        for harmonic in EnvelopeLines.harmonics {
          let isShown = scale * binsPerTurn >= EnvelopeSpectrum.minBinsPerOrder
          places[i] = isShown ? Self.place(Double(harmonic) * orders.line(fault) * scale * binsPerTurn) : Place()
          i += 1
        }
      }
    }
  }

  private static func place(_ centre: Double) -> Place {
    guard centre >= 3, centre < Double(WaveformAnalyser.sampleCounts.upperBound),
      let bins = EnvelopeSpectrum.reach(of: centre)
    else { return Place() }
    return Place(low: bins.lowerBound, high: bins.upperBound, centre: centre, noise: EnvelopeSpectrum.noise(bins.count))
  }

  /// Mean prominence of a fault's lines over bands and harmonics; -infinity where no band can show one.
  private func score(scale: Int, fault: Int) -> Double {
    var (sum, count) = (0.0, 0.0)
    let first = (scale * Self.faults.count + fault) * Self.harmonics
    for i in first..<(first + Self.harmonics) where counts[i] > 0 {
      sum += sums[i] / counts[i]
      count += 1
    }
    return count > 0 ? sum / count : -.infinity
  }

  /// The best score of a fault at one of `scales`; -infinity where no band can show any line.
  func score(scale: Int) -> Double {
    Self.faults.indices.reduce(-.infinity) { max($0, score(scale: scale, fault: $1)) }
  }
}

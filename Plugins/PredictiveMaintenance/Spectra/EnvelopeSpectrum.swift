// Spectrum of the squared envelope of a band (Randall & Antoni 2011). Bins lo ..< lo + B of the block's spectrum, moved to zero and
// transformed back over M = 2 B samples, are the band's analytic signal at a rate at which its square does not alias; |z|² is
// transformed again. B = M / 2 bins come out, at the resolution of the block: a line at f hertz stands in the same bin as a tone of f
// would. A narrow band costs less than the whole one.
//
// How much a line stands out: ln(largest bin within ±2 % / median of the bins around), with the Hann window, less what the largest of
// m bins of noise alone would give: their amplitudes are Rayleigh distributed, so that E max² = (ln m + γ) / ln 2 medians². About 0
// for noise, whatever the resolution; 1 is a line e times as high as the highest that noise would show.

import CKissFFT

/// One band's squared envelope, in frequency.
final class EnvelopeSpectrum {
  static let tolerance = 0.02
  /// Half the width, in turns of the shaft, of the neighbourhood that a line is compared with; and its least number of bins.
  static let neighbourhoodOrders = 1.5
  static let minNeighbourhoodBins = 24
  static let maxNeighbours = 129
  static let minBins = 16
  /// Fewer bins than these for one turn a second, and the lines of different faults share bins.
  static let minBinsPerOrder = 2.5

  private let shifted = ScratchBuffer<kiss_fft_cpx>()
  private let analytic = ScratchBuffer<kiss_fft_cpx>()
  private let squared = ScratchBuffer<Float>()
  private let transformed = ScratchBuffer<kiss_fft_cpx>()
  private let amplitude = ScratchBuffer<Float>()
  private let neighbours = ScratchBuffer<Float>()

  /// Bins 0 ..< binCount; 0 when the band is too narrow for any.
  private(set) var binCount = 0
  private(set) var resolutionHz = 0.0
  private(set) var lowBin = 0
  private(set) var bandBins = 0
  /// E|z|⁴ / (E|z|²)² − 2 of the band's analytic signal: 0 for Gaussian noise, large for impacts.
  private(set) var kurtosis = Double.nan
  /// Mean of the squared envelope.
  private(set) var meanSquare = Double.nan

  /// - Parameters:
  ///   - bins: of a block of `blockCount` samples; `low ..< low + wanted` are used, or a few less, a number that `plans` likes.
  func demodulate(
    _ bins: UnsafePointer<kiss_fft_cpx>, low: Int, wanted: Int, blockCount: Int, resolutionHz: Double,
    plans: FourierPlans
  ) {
    binCount = 0
    kurtosis = .nan
    meanSquare = .nan
    self.resolutionHz = resolutionHz
    lowBin = low
    bandBins = 0
    guard wanted >= Self.minBins else { return }
    bandBins = FourierPlans.fastSize(within: wanted, multipleOf: 1)
    let m = 2 * bandBins
    let shifted = shifted.reserve(m)
    for k in 0..<bandBins { shifted[k] = bins[low + k] }
    for k in bandBins..<m { shifted[k] = kiss_fft_cpx(r: 0, i: 0) }
    let analytic = analytic.reserve(m)
    plans.plan(.complexInverse, m).inverse(shifted, into: analytic)
    square(analytic, m, scale: 2 / Float(blockCount))
    let out = transformed.reserve(bandBins + 1)
    plans.plan(.realForward, m).forward(squared.base, into: out)
    window(out, m)
    binCount = bandBins
  }

  private func square(_ z: UnsafePointer<kiss_fft_cpx>, _ m: Int, scale: Float) {
    let p = squared.reserve(m)
    let factor = scale * scale
    var (sum, sumOfSquares) = (0.0, 0.0)
    for i in 0..<m {
      let value = factor * (z[i].r * z[i].r + z[i].i * z[i].i)
      p[i] = value
      sum += Double(value)
      sumOfSquares += Double(value) * Double(value)
    }
    let mean = sum / Double(m)
    meanSquare = mean
    kurtosis = mean > 0 ? sumOfSquares / Double(m) / (mean * mean) - 2 : .nan
    let offset = Float(mean)
    for i in 0..<m { p[i] -= offset }
  }

  /// Amplitudes under the Hann window, by its kernel in frequency; bin 0 is 0. The window's own gain, 1/2, is taken out.
  private func window(_ bins: UnsafePointer<kiss_fft_cpx>, _ m: Int) {
    let out = amplitude.reserve(bandBins)
    let scale = 2 / Float(m)
    out[0] = 0
    for k in 1..<bandBins {
      let re = bins[k].r - 0.5 * (bins[k - 1].r + bins[k + 1].r)
      let im = bins[k].i - 0.5 * (bins[k - 1].i + bins[k + 1].i)
      out[k] = scale * (re * re + im * im).squareRoot()
    }
  }

  /// Amplitude of the squared envelope (unit of the samples, squared) in a bin.
  func amplitude(_ bin: Int) -> Double { Double(amplitude.base[bin]) }

  struct Line: Equatable {
    var bin: Int
    var prominence: Double
    var amplitude: Double
  }

  /// The largest bin near `order` times the shaft's frequency; nil where this block cannot show that line: below the third bin, beyond
  /// the band's width, or too short a block (of fewer than 2.5 turns).
  func line(order: Double, shaftHz: Double) -> Line? {
    let centre = order * shaftHz / resolutionHz
    guard centre >= 3, centre < Double(binCount), shaftHz >= Self.minBinsPerOrder * resolutionHz else { return nil }
    guard let bins = Self.reach(of: centre), bins.lowerBound < binCount else { return nil }
    let (low, high) = (bins.lowerBound, min(binCount - 1, bins.upperBound))
    let e = amplitude.base
    var best = low
    for k in low...high where e[k] > e[best] { best = k }
    let around = medianAround(Int(centre), reach: Self.neighbourhoodOrders * shaftHz / resolutionHz)
    let ratio = max(Double(e[best]), 1e-30) / max(Double(around), 1e-30)
    return Line(bin: best, prominence: Scales.ln(ratio) - Self.noise(high - low + 1), amplitude: Double(e[best]))
  }

  /// The bins within the tolerance of a line, from 1 on; nil: there are none.
  static func reach(of centre: Double) -> ClosedRange<Int>? {
    let reach = max(tolerance * centre, 0.5)
    let low = max(1, Int((centre - reach).rounded(.up)))
    let high = Int((centre + reach).rounded(.down))
    return high >= low ? low...high : nil
  }

  /// ln of how far the largest of so many bins of noise is above their median.
  static func noise(_ count: Int) -> Double {
    0.5 * Scales.ln((Scales.ln(Double(count)) + 0.577_215_664_901_532_9) / 0.693_147_180_559_945_3)
  }

  /// Of bins 0 ..< `binCount`.
  var amplitudes: UnsafePointer<Float> { UnsafePointer(amplitude.base) }

  /// The median of the bins around one of them.
  func level(around bin: Int, shaftHz: Double) -> Double {
    max(Double(medianAround(bin, reach: Self.neighbourhoodOrders * shaftHz / resolutionHz)), 1e-30)
  }

  private func medianAround(_ centre: Int, reach: Double) -> Float {
    let half = max(Int(min(reach, Double(binCount))), Self.minNeighbourhoodBins)
    let low = max(1, centre - half)
    let high = min(binCount - 1, centre + half)
    let stride = (high - low) / Self.maxNeighbours + 1
    let values = neighbours.reserve(Self.maxNeighbours + 1)
    var count = 0
    var k = low
    while k <= high {
      values[count] = amplitude.base[k]
      count += 1
      k += stride
    }
    return OrderStatistic.select(values, count, rank: count / 2)
  }
}

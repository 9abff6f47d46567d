// The one-sided spectrum of a block. One transform of the samples without a window (envelopes need that one); the Hann window is
// applied to its bins afterwards, where it is the kernel −1/4, 1/2, −1/4 (Harris 1978): the same numbers as a second transform.
//
//   power(k), k = 0…n/2: the mean square that bin k carries, without a window: Σ power = the block's mean square (Parseval).
//   windowedPower(k): the same under the Hann window, divided by the window's own mean square 3/8; Σ is the mean square of a stationary
//   signal. A density per hertz is this divided by `resolutionHz`.

import CKissFFT

/// Bins of one block about its mean, and what is read from them.
final class BlockSpectrum {
  private let centred = ScratchBuffer<Float>()
  private let spectrum = ScratchBuffer<kiss_fft_cpx>()
  private let power = ScratchBuffer<Double>()
  private(set) var sampleCount = 0
  private(set) var resolutionHz = 0.0

  /// n / 2: the last bin, at the Nyquist frequency.
  var lastBin: Int { sampleCount / 2 }
  var bins: UnsafePointer<kiss_fft_cpx> { UnsafePointer(spectrum.base) }

  /// Only the first `count` samples, a size that `plans` likes.
  func transform(
    _ samples: UnsafeBufferPointer<Float>, count: Int, mean: Double, sampleRateHz: Double, plans: FourierPlans
  ) {
    sampleCount = count
    resolutionHz = sampleRateHz / Double(count)
    let x = centred.reserve(count)
    for i in 0..<count { x[i] = Float(Double(samples[i]) - mean) }
    let bins = spectrum.reserve(count / 2 + 1)
    plans.plan(.realForward, count).forward(x, into: bins)
    hannPower(bins)
  }

  private func hannPower(_ bins: UnsafeMutablePointer<kiss_fft_cpx>) {
    let out = power.reserve(lastBin + 1)
    let n = Double(sampleCount)
    let scale = 2 / (n * n) / 0.375
    for k in 1..<lastBin {
      let (a, b, c) = (bins[k - 1], bins[k], bins[k + 1])
      let re = 0.5 * Double(b.r) - 0.25 * (Double(a.r) + Double(c.r))
      let im = 0.5 * Double(b.i) - 0.25 * (Double(a.i) + Double(c.i))
      out[k] = scale * (re * re + im * im)
    }
    // The neighbours of the first and the last bin are their mirror images.
    let first = 0.5 * Double(bins[0].r) - 0.5 * Double(bins[1].r)
    let last = 0.5 * Double(bins[lastBin].r) - 0.5 * Double(bins[lastBin - 1].r)
    out[0] = scale / 2 * first * first
    out[lastBin] = scale / 2 * last * last
  }

  /// Mean square in a bin, without a window.
  func power(_ bin: Int) -> Double {
    let n = Double(sampleCount)
    let (re, im) = (Double(spectrum.base[bin].r), Double(spectrum.base[bin].i))
    return (bin == 0 || bin == lastBin ? 1 : 2) * (re * re + im * im) / (n * n)
  }

  /// Mean square in a bin under the Hann window.
  func windowedPower(_ bin: Int) -> Double { power.base[bin] }

  /// Mean square between two frequencies.
  func windowedPower(fromHz low: Double, toHz high: Double) -> Double {
    var sum = 0.0
    for k in bins(fromHz: low, toHz: high) { sum += power.base[k] }
    return sum
  }

  /// Mean square of the integral over time of what is between two frequencies: each bin divided by ω².
  func integratedPower(fromHz low: Double, toHz high: Double) -> Double {
    var sum = 0.0
    for k in bins(fromHz: low, toHz: high) {
      let omega = 2 * Double.pi * Double(k) * resolutionHz
      sum += power.base[k] / (omega * omega)
    }
    return sum
  }

  /// Power-weighted mean frequency; bin 0 is no vibration.
  func centroidHz() -> Double {
    var (sum, moment) = (0.0, 0.0)
    for k in 1...lastBin {
      sum += power.base[k]
      moment += power.base[k] * Double(k)
    }
    return sum > 0 ? moment / sum * resolutionHz : .nan
  }

  /// log10 of the share of the power in the part `index` of `parts` equal ones between 0 and Nyquist; bin 0 counts for nothing.
  func bandShare(_ index: Int, of parts: Int) -> Double {
    var (sum, part) = (0.0, 0.0)
    let low = 1 + index * lastBin / parts
    let high = (index + 1) * lastBin / parts
    for k in 1...lastBin {
      sum += power.base[k]
      if k >= low, k <= high { part += power.base[k] }
    }
    guard sum > 0 else { return .nan }
    return Scales.log10(max(part / sum, 1e-12))
  }

  /// Amplitude (peak) of a tone near a frequency: the Hann window's main lobe around the largest bin within ±2 %.
  func toneAmplitude(nearHz frequency: Double) -> Double {
    let centre = frequency / resolutionHz
    // A speed is measured, too, and may be anything: beyond the spectrum nothing is counted in bins.
    guard centre < Double(lastBin) else { return .nan }
    let reach = max(0.02 * centre, 0.5)
    let (low, high) = (Int((centre - reach).rounded(.up)), Int((centre + reach).rounded(.down)))
    guard low >= 2, high < lastBin else { return .nan }
    var best = low
    for k in low...high where power.base[k] > power.base[best] { best = k }
    var sum = 0.0
    for k in max(best - 2, 1)...min(best + 2, lastBin) { sum += power.base[k] }
    return (2 * sum).squareRoot()
  }

  private func bins(fromHz low: Double, toHz high: Double) -> ClosedRange<Int> {
    let first = max(1, Int((low / resolutionHz).rounded(.up)))
    let last = min(lastBin, Int((high / resolutionHz).rounded(.down)))
    return first...max(first, last)
  }
}

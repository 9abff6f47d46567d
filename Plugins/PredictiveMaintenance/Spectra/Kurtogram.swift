// The fast kurtogram (Antoni 2007, "Fast computation of the kurtogram for the detection of transient faults"): the band of the
// spectrum whose filtered signal is most impulsive, searched for on his grid of levels 0, 1, 1.6, 2, 2.6, 3, 3.6, 4: the range from 0 to
// Nyquist in 1, 2, 3, 4, 6, 8, 12 and 16 equal parts. His tree of filters is replaced by what is at hand: a band's bins, transformed
// back, are its analytic signal, critically sampled; its kurtosis E|z|⁴ / (E|z|²)² − 2 is 0 for Gaussian noise.
//
// Of a narrow band there are few independent samples, and the largest of many kurtoses of noise is large: bands of fewer than
// `minBins` are not looked at, nor those too narrow to show the envelope's lines (the caller's `minWidthHz`).

import CKissFFT

/// Finds a block's most impulsive band.
final class Kurtogram {
  static let divisions = [1, 2, 3, 4, 6, 8, 12, 16]
  static let minBins = 32

  struct Band: Equatable {
    var lowBin: Int
    var bins: Int
    var kurtosis: Double
  }

  private let analytic = ScratchBuffer<kiss_fft_cpx>()

  /// nil: the block is too short for any band.
  func bestBand(of spectrum: BlockSpectrum, minWidthHz: Double, plans: FourierPlans) -> Band? {
    var best: Band?
    for parts in Self.divisions {
      let width = spectrum.lastBin / parts
      let used = FourierPlans.fastSize(within: width, multipleOf: 1)
      guard used >= Self.minBins else { break }
      // The whole range is always a candidate.
      guard parts == 1 || Double(used) * spectrum.resolutionHz >= minWidthHz else { break }
      let plan = plans.plan(.complexInverse, used)
      let z = analytic.reserve(used)
      for part in 0..<parts {
        let low = part * spectrum.lastBin / parts + (width - used) / 2
        plan.inverse(spectrum.bins + low, into: z)
        let kurtosis = Self.kurtosis(z, used)
        if kurtosis > best?.kurtosis ?? -.infinity { best = Band(lowBin: low, bins: used, kurtosis: kurtosis) }
      }
    }
    return best
  }

  private static func kurtosis(_ z: UnsafePointer<kiss_fft_cpx>, _ count: Int) -> Double {
    var (sum, sumOfSquares) = (SIMD4<Double>(), SIMD4<Double>())
    var i = 0
    while i + 4 <= count {
      let r = SIMD4(z[i].r, z[i + 1].r, z[i + 2].r, z[i + 3].r)
      let s = SIMD4(z[i].i, z[i + 1].i, z[i + 2].i, z[i + 3].i)
      let p = SIMD4<Double>(r * r + s * s)
      sum += p
      sumOfSquares += p * p
      i += 4
    }
    // Three samples at most are left out.
    let n = Double(i)
    let mean = WaveformMoments.total(sum) / n
    return mean > 0 ? WaveformMoments.total(sumOfSquares) / n / (mean * mean) - 2 : -.infinity
  }
}

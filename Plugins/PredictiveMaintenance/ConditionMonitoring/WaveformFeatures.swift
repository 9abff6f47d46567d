// Time-domain condition indicators of one waveform (ISO 13373-1, annex on time-domain analysis; population moments).
//
// All indicators are about the waveform's mean: a sensor's bias is not vibration. Two passes in double precision: the sum
// of 65,536 floats is exact enough that a constant waveform has a deviation of exactly zero, and the fourth power of the
// largest float (10^154) stays finite. Lanes are summed in a fixed order, so that the result is the same on every run.

/// Condition indicators of a waveform, in the unit of its samples where they have one.
package struct WaveformFeatures: Equatable, Sendable {
  package var mean: Double
  /// Root mean square about the mean.
  package var rms: Double
  /// Largest distance from the mean.
  package var peak: Double
  /// peak / rms: √2 for a sine, 1 for a square wave.
  package var crestFactor: Double
  /// m₄ / m₂², not the excess: 3 for Gaussian noise, 1.5 for a sine, 1 for a square wave.
  package var kurtosis: Double
  /// m₃ / m₂^1.5
  package var skewness: Double

  /// Version of the definitions above. A change of any of them is a new version: baselines do not carry over.
  package static let specification =
    "waveform-features/1 about-mean population-moments rms peak crest_factor kurtosis skewness mean"
  package static let version = "waveform-features/1"
  /// FNV-1a (64 bits) of `specification`.
  package static let specificationHash = specification.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
    ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
  }

  package static let sampleCounts = 16...65536

  package enum Outcome: Equatable, Sendable {
    case features(WaveformFeatures)
    /// Every sample is the same: a sensor that is dead or a machine that is off. The ratios are not defined.
    case flat(value: Double)
    /// So many samples are NaN or infinite; the waveform is not used.
    case invalid(samples: Int)
    /// Not within `sampleCounts`.
    case wrongLength
  }

  package static func extract(_ samples: UnsafeBufferPointer<Float>) -> Outcome {
    guard sampleCounts.contains(samples.count), let base = samples.baseAddress else { return .wrongLength }
    let n = samples.count
    let (sum, low, high) = sumAndRange(base, n)
    // A NaN or an infinity anywhere leaves the sum not finite; finite floats cannot overflow it.
    guard sum.isFinite else { return .invalid(samples: samples.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }) }
    let mean = sum / Double(n)
    guard high > low else { return .flat(value: mean) }
    let (m2, m3, m4) = moments(base, n, about: mean)
    let rms = m2.squareRoot()
    let peak = max(high - mean, mean - low)
    return .features(
      WaveformFeatures(
        mean: mean, rms: rms, peak: peak, crestFactor: peak / rms, kurtosis: m4 / (m2 * m2), skewness: m3 / (m2 * rms)))
  }

  private static func sumAndRange(_ x: UnsafePointer<Float>, _ n: Int) -> (sum: Double, low: Double, high: Double) {
    var sums = SIMD4<Double>()
    var low = x[0]
    var high = x[0]
    var i = 0
    while i + 4 <= n {
      sums += SIMD4(Double(x[i]), Double(x[i + 1]), Double(x[i + 2]), Double(x[i + 3]))
      low = lesser(low, lesser(lesser(x[i], x[i + 1]), lesser(x[i + 2], x[i + 3])))
      high = greater(high, greater(greater(x[i], x[i + 1]), greater(x[i + 2], x[i + 3])))
      i += 4
    }
    var sum = (sums[0] + sums[1]) + (sums[2] + sums[3])
    while i < n {
      sum += Double(x[i])
      low = lesser(low, x[i])
      high = greater(high, x[i])
      i += 1
    }
    return (sum, Double(low), Double(high))
  }

  // One machine instruction each; what a NaN does here does not matter, the sum finds it.
  private static func lesser(_ a: Float, _ b: Float) -> Float { a < b ? a : b }
  private static func greater(_ a: Float, _ b: Float) -> Float { a > b ? a : b }

  private static func moments(
    _ x: UnsafePointer<Float>, _ n: Int, about mean: Double
  ) -> (m2: Double, m3: Double, m4: Double) {
    let means = SIMD4<Double>(repeating: mean)
    var s2 = SIMD4<Double>()
    var s3 = SIMD4<Double>()
    var s4 = SIMD4<Double>()
    var i = 0
    while i + 4 <= n {
      let d = SIMD4(Double(x[i]), Double(x[i + 1]), Double(x[i + 2]), Double(x[i + 3])) - means
      let q = d * d
      s2 += q
      s3 += q * d
      s4 += q * q
      i += 4
    }
    var (m2, m3, m4) = (total(s2), total(s3), total(s4))
    while i < n {
      let d = Double(x[i]) - mean
      let q = d * d
      m2 += q
      m3 += q * d
      m4 += q * q
      i += 1
    }
    return (m2 / Double(n), m3 / Double(n), m4 / Double(n))
  }

  private static func total(_ lanes: SIMD4<Double>) -> Double { (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) }
}

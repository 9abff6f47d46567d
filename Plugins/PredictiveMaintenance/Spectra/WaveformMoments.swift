// Time-domain condition indicators about the waveform's mean: a sensor's bias is not vibration. Sums in double precision and in a fixed
// order: bit for bit the same on every run, and a constant waveform has a deviation of exactly zero.

/// Condition indicators in the time domain.
struct WaveformMoments: Equatable, Sendable {
  var mean = 0.0
  var rms = 0.0
  var peak = 0.0
  /// m₄ / m₂²: 3 for Gaussian noise, 1.5 for a sine.
  var kurtosis = Double.nan
  var skewness = Double.nan
  /// Mean distance from the mean.
  var meanMagnitude = 0.0

  /// Samples that are finite and not all the same.
  init(_ x: UnsafeBufferPointer<Float>, mean: Double, peak: Double) {
    self.mean = mean
    self.peak = peak
    let means = SIMD4<Double>(repeating: mean)
    var (s1, s2) = (SIMD4<Double>(), SIMD4<Double>())
    var (s3, s4) = (SIMD4<Double>(), SIMD4<Double>())
    var i = 0
    while i + 4 <= x.count {
      let d = SIMD4(Double(x[i]), Double(x[i + 1]), Double(x[i + 2]), Double(x[i + 3])) - means
      let q = d * d
      s1 += d.replacing(with: -d, where: d .< 0)
      s2 += q
      s3 += q * d
      s4 += q * q
      i += 4
    }
    var (m1, m2, m3, m4) = (Self.total(s1), Self.total(s2), Self.total(s3), Self.total(s4))
    while i < x.count {
      let d = Double(x[i]) - mean
      let q = d * d
      m1 += d.magnitude
      m2 += q
      m3 += q * d
      m4 += q * q
      i += 1
    }
    let n = Double(x.count)
    m2 /= n
    rms = m2.squareRoot()
    meanMagnitude = m1 / n
    kurtosis = m4 / n / (m2 * m2)
    skewness = m3 / n / (m2 * rms)
  }

  /// A waveform that is flat.
  init(flat value: Double) {
    mean = value
  }

  static func total(_ lanes: SIMD4<Double>) -> Double { (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) }

  /// Sum and range in one pass. A NaN or an infinity anywhere leaves the sum not finite; finite floats cannot overflow it.
  static func sumAndRange(_ x: UnsafeBufferPointer<Float>) -> (sum: Double, low: Float, high: Float) {
    var sums = SIMD4<Double>()
    var low = x[0]
    var high = x[0]
    var i = 0
    while i + 4 <= x.count {
      sums += SIMD4(Double(x[i]), Double(x[i + 1]), Double(x[i + 2]), Double(x[i + 3]))
      for k in i..<(i + 4) {
        low = x[k] < low ? x[k] : low
        high = x[k] > high ? x[k] : high
      }
      i += 4
    }
    var sum = total(sums)
    while i < x.count {
      sum += Double(x[i])
      low = x[i] < low ? x[i] : low
      high = x[i] > high ? x[i] : high
      i += 1
    }
    return (sum, low, high)
  }
}

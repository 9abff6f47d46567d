// Mean, central moments, extremes and co-moments of a run of values, which one value at either end, or another run, can join.
// Nothing is ever subtracted: what left a window is not in it any more, so that a jump of many magnitudes leaves no trace.
//
// One value: Welford (1962), Terriberry (2007). Two runs: Chan, Golub & LeVeque (1979), Pébay (2008, "Formulas for robust,
// one-pass parallel computation of covariances and arbitrary-order statistical moments"). For the slope against 0…n−1 the
// co-moment with the position is kept; positions of neighbouring runs differ by half of all values, so it joins exactly.

/// Which of them are kept, and where in a run's doubles.
struct WindowMoments: BitwiseCopyable {
  /// 0: none, 1: mean, 2: and the second central moment, 4: and the third and fourth.
  var order = 0
  var hasExtremes = false
  var hasSlope = false
  var hasTime = false
  private(set) var stride = 0
  // The mean is at 0.
  private var m2 = 0
  private var m3 = 0
  private var low = 0
  private var slope = 0
  private var time = 0

  mutating func add(_ statistic: FeatureStatistic, isBaseline: Bool) {
    switch statistic {
    case .mean, .sum, .baseline, .baselineDifference, .baselineRatio: order = max(order, 1)
    case .variance, .std, .rms: order = max(order, 2)
    case .skewness, .kurtosis: order = 4
    case .min, .max, .range, .peak: hasExtremes = true
    case .crest:
      order = max(order, 2)
      hasExtremes = true
    case .slope:
      order = max(order, 1)
      hasSlope = true
    case .slopePerS:
      order = max(order, 1)
      hasTime = true
    default: break
    }
  }

  mutating func place() {
    stride = min(order, 1)
    func take(_ count: Int, _ isThere: Bool) -> Int {
      defer { if isThere { stride += count } }
      return stride
    }
    m2 = take(1, order >= 2)
    m3 = take(2, order >= 4)
    low = take(2, hasExtremes)
    slope = take(1, hasSlope)
    time = take(3, hasTime)
  }

  // MARK: joining

  /// One more value at the end (or the front) of a run of `count` values; `time` in seconds.
  @inline(__always)
  func include(_ value: Double, time t: Double, into run: UnsafeMutablePointer<Double>, count: Int, atFront: Bool) {
    let n = Double(count + 1)
    if hasExtremes {
      run[low] = count == 0 || value < run[low] ? value : run[low]
      run[low + 1] = count == 0 || value > run[low + 1] ? value : run[low + 1]
    }
    guard order > 0 else { return }
    if count == 0 {
      run[0] = value
      if order >= 2 { run[m2] = 0 }
      if order >= 4 { (run[m3], run[m3 + 1]) = (0, 0) }
      if hasSlope { run[slope] = 0 }
      if hasTime { (run[time], run[time + 1], run[time + 2]) = (t, 0, 0) }
      return
    }
    let d = value - run[0]
    let dn = d / n
    if order >= 2 {
      let term = d * dn * Double(count)
      if order >= 4 {
        let dn2 = dn * dn
        run[m3 + 1] += term * dn2 * (n * n - 3 * n + 3) + 6 * dn2 * run[m2] - 4 * dn * run[m3]
        run[m3] += term * dn * (n - 2) - 3 * dn * run[m2]
      }
      run[m2] += term
    }
    run[0] += dn
    if hasSlope { run[slope] += (atFront ? -d : d) * Double(count) * 0.5 }
    if hasTime {
      let dt = t - run[time]
      let dtn = dt / n
      run[time + 1] += dt * dtn * Double(count)
      run[time + 2] += d * dtn * Double(count)
      run[time] += dtn
    }
  }

  /// An older run and a newer one, both not empty.
  @inline(__always)
  func join(
    _ a: UnsafePointer<Double>, _ aCount: Int, _ b: UnsafePointer<Double>, _ bCount: Int,
    into out: UnsafeMutablePointer<Double>
  ) {
    let (na, nb) = (Double(aCount), Double(bCount))
    let n = na + nb
    if hasExtremes {
      out[low] = b[low] < a[low] ? b[low] : a[low]
      out[low + 1] = b[low + 1] > a[low + 1] ? b[low + 1] : a[low + 1]
    }
    guard order > 0 else { return }
    let d = b[0] - a[0]
    let dn = d / n
    if order >= 2 {
      if order >= 4 {
        let (a2, b2) = (a[m2], b[m2])
        let square = dn * dn
        out[m3 + 1] =
          a[m3 + 1] + b[m3 + 1] + square * square * na * nb * (na * na - na * nb + nb * nb) * n
          + 6 * square * (na * na * b2 + nb * nb * a2) + 4 * dn * (na * b[m3] - nb * a[m3])
        out[m3] = a[m3] + b[m3] + square * dn * na * nb * (na - nb) * n + 3 * dn * (na * b2 - nb * a2)
      }
      out[m2] = a[m2] + b[m2] + d * dn * na * nb
    }
    out[0] = a[0] + dn * nb
    if hasSlope { out[slope] = a[slope] + b[slope] + d * na * nb * 0.5 }
    if hasTime {
      let dt = b[time] - a[time]
      out[time + 1] = a[time + 1] + b[time + 1] + dt * dt / n * na * nb
      out[time + 2] = a[time + 2] + b[time + 2] + dt * dn * na * nb
      out[time] = a[time] + dt / n * nb
    }
  }

  // MARK: what they say

  /// - Parameter n: above 0.
  func value(of statistic: FeatureStatistic, _ run: UnsafePointer<Double>, count: Int) -> Double {
    let n = Double(count)
    switch statistic {
    case .mean, .baseline, .baselineDifference, .baselineRatio: return run[0]
    case .sum: return run[0] * n
    case .variance: return count > 1 ? run[m2] / (n - 1) : 0
    case .std: return count > 1 ? (run[m2] / (n - 1)).squareRoot() : 0
    case .rms: return rms(run, n)
    case .min: return run[low]
    case .max: return run[low + 1]
    case .range: return run[low + 1] - run[low]
    case .peak: return Swift.max(run[low].magnitude, run[low + 1].magnitude)
    case .crest:
      let rms = rms(run, n)
      return rms > 0 ? Swift.max(run[low].magnitude, run[low + 1].magnitude) / rms : .nan
    case .skewness: return run[m2] > 0 ? n.squareRoot() * run[m3] / (run[m2] * run[m2].squareRoot()) : .nan
    case .kurtosis: return run[m2] > 0 ? n * run[m3 + 1] / (run[m2] * run[m2]) : .nan
    case .slope: return count > 1 ? run[slope] / (n * (n * n - 1) / 12) : 0
    case .slopePerS: return count > 1 && run[time + 1] > 0 ? run[time + 2] / run[time + 1] : 0
    default: return .nan
    }
  }

  private func rms(_ run: UnsafePointer<Double>, _ n: Double) -> Double {
    (run[m2] / n + run[0] * run[0]).squareRoot()
  }
}

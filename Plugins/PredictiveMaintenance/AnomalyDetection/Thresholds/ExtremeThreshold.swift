// A threshold that a score passes with a stated risk, whatever its distribution: SPOT, and DSPOT for a score that drifts
// (Siffer, Fouque, Termier & Largouët, "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017).
//
// Calibration: the first `calibrationCount` values; their quantile `level` is the initial threshold t, what lies beyond it
// are the first peaks. Then each value x
//   x > z            is extreme: told, and not learned from
//   t < x ≤ z        is a peak: the Pareto tail is fitted anew (`ParetoTail`), and z with it
//   otherwise        counts
// with z = t + (σ / γ) ((risk · n / peaks)^−γ − 1). DSPOT does the same with x less the mean of the last `depth` values that
// were not extreme.
//
// A bounded tail (γ < 0) is taken for an exponential one: with the few peaks of a beginning γ is often estimated below what
// it is, and since extreme values are not learned from, a threshold that is too low stays so. Cautious, and closer to the
// risk asked for: docs/detectors.md has the measurement.
//
// Bounds: of the peaks the last `largestPeakCount` are kept, n counts the values since the oldest of them; so the
// threshold also forgets. The fit is done at each of the first 64 peaks, then at every 16th (a fit of 256 peaks takes some
// 50 µs; at the level 0.98 that is less than 0.1 µs a value on average).
// A value that is not finite or beyond ±1e100 is not extreme and changes nothing. A constant calibration: anything above it
// is extreme.

package struct ExtremeThreshold: Equatable, Sendable {
  package struct Parameters: Equatable, Sendable {
    /// Probability with which a normal value is told as extreme, above 0 and below 1 − level.
    package var risk = 1e-4
    /// Quantile of the initial threshold, 0.5…0.999.
    package var level = 0.98
    /// 50…10,000 values.
    package var calibrationCount = 1000
    /// Values of the moving mean that is taken off first (DSPOT), at most 10,000; 0: none (SPOT).
    package var depth = 0

    package init() {}

    var bounded: Parameters {
      var parameters = self
      parameters.level = level.isNaN ? 0.98 : min(max(level, 0.5), 0.999)
      parameters.risk = risk.isNaN ? 1e-4 : min(max(risk, 1e-12), 0.5 * (1 - parameters.level))
      parameters.calibrationCount = min(max(calibrationCount, 50), 10_000)
      parameters.depth = min(max(depth, 0), 10_000)
      return parameters
    }
  }

  package static let largestPeakCount = 256
  static let largestMagnitude = 1e100
  private static let eachFitCount = 64
  private static let fitStride = 16

  package let parameters: Parameters
  /// Values of calibration, freed afterwards.
  var calibration: [Double] = []
  var isCalibrated = false
  /// t
  var initial = 0.0
  /// z, less the moving mean.
  var extreme = 0.0
  /// Excesses over t, a ring, and at which value each came.
  var peaks: [Double] = []
  var peakCounts: [UInt64] = []
  var peakCount: UInt64 = 0
  /// Values since the beginning, extreme ones not.
  var count: UInt64 = 0
  /// Where the values that belong to the peaks begin.
  var origin: UInt64 = 0
  /// The last `depth` values, a ring.
  var recent: [Double] = []
  var recentCount: UInt64 = 0
  var recentSum = 0.0

  package init(_ parameters: Parameters = Parameters()) {
    self.parameters = parameters.bounded
  }

  /// The value from which on the next one is extreme; nil while calibrating.
  package var threshold: Double? { isCalibrated ? extreme + movingMean : nil }

  package mutating func reset() {
    self = ExtremeThreshold(parameters)
  }

  /// - Returns: whether the value is extreme; false while calibrating.
  package mutating func update(_ value: Double) -> Bool {
    guard value.magnitude <= Self.largestMagnitude else { return false }
    if recent.count < parameters.depth {
      remember(value)
      return false
    }
    let x = value - movingMean
    guard isCalibrated else {
      remember(value)
      calibration.append(x)
      if calibration.count == parameters.calibrationCount { calibrate() }
      return false
    }
    if x > extreme { return true }
    remember(value)
    count += 1
    if x > initial { take(peak: x - initial) }
    return false
  }

  private var movingMean: Double { recent.isEmpty ? 0 : recentSum / Double(recent.count) }

  private mutating func remember(_ value: Double) {
    guard parameters.depth > 0 else { return }
    if recent.count < parameters.depth {
      recent.append(value)
      recentSum += value
    } else {
      let slot = Int(recentCount % UInt64(parameters.depth))
      recentSum += value - recent[slot]
      recent[slot] = value
      // What subtraction leaves behind is put right once a round.
      if slot == parameters.depth - 1 { recentSum = recent.reduce(0, +) }
    }
    recentCount += 1
  }

  private mutating func calibrate() {
    let sorted = calibration.sorted()
    initial = sorted[min(Int(parameters.level * Double(sorted.count)), sorted.count - 1)]
    // At least one value beyond the threshold, unless all are equal.
    if sorted[sorted.count - 1] == initial, let below = sorted.last(where: { $0 < initial }) { initial = below }
    for x in calibration where x > initial { append(peak: x - initial) }
    count = UInt64(calibration.count)
    calibration = []
    isCalibrated = true
    fit()
  }

  private mutating func append(peak: Double) {
    if peaks.isEmpty {
      peaks.reserveCapacity(Self.largestPeakCount)
      peakCounts.reserveCapacity(Self.largestPeakCount)
    }
    if peaks.count < Self.largestPeakCount {
      peaks.append(peak)
      peakCounts.append(count)
    } else {
      let slot = Int(peakCount % UInt64(Self.largestPeakCount))
      origin = peakCounts[slot]
      peaks[slot] = peak
      peakCounts[slot] = count
    }
    peakCount += 1
  }

  private mutating func take(peak: Double) {
    append(peak: peak)
    if peakCount <= Self.eachFitCount || peakCount % UInt64(Self.fitStride) == 0 { fit() }
  }

  private mutating func fit() {
    guard !peaks.isEmpty else {
      extreme = initial
      return
    }
    let tail = peaks.withUnsafeBufferPointer { ParetoTail(excesses: $0, leastShape: 0) }
    let share = Double(peaks.count) / Double(max(count - origin, UInt64(peaks.count)))
    extreme = initial + tail.excess(risk: parameters.risk, share: share)
  }

  package var memoryBytes: Int {
    MemoryLayout<Self>.size + 8 * (calibration.capacity + peaks.capacity + peakCounts.capacity + recent.capacity)
  }
}

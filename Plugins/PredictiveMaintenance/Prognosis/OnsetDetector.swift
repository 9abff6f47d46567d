// When degradation begins: three consecutive values of a health index beyond three standard deviations.
//
// Mean and standard deviation are learned from the first values (Welford 1962) and then fixed: an index that follows what
// it watches finds no slow wear. For independent Gaussian values of a healthy machine three in a row are beyond 3σ once in
// 4 · 10⁸; one alone once in 740. After the onset the detector stays so until the index has been back within 3σ for
// `clearConsecutive` values: a machine that healed was not degrading, it was loaded otherwise.
//
// A value that is not finite, or beyond 1e100, is ignored. Invariant once ready: mean finite, deviation > 0.

package struct OnsetDetector: Equatable, Sendable {
  package struct Parameters: Equatable, Sendable {
    /// Values that are learned from, at least `leastLearnCount`.
    package var learnCount: Int
    package var deviations: Double
    package var consecutive: Int
    package var clearConsecutive: Int
    /// Of the mean's magnitude: the least standard deviation, for an index that was constant while it was learned.
    package var relativeFloor: Double

    package init(
      learnCount: Int = 50, deviations: Double = 3, consecutive: Int = 3, clearConsecutive: Int = 30,
      relativeFloor: Double = 0.01
    ) {
      self.learnCount = learnCount
      self.deviations = deviations
      self.consecutive = consecutive
      self.clearConsecutive = clearConsecutive
      self.relativeFloor = relativeFloor
    }
  }

  package static let leastLearnCount = 8
  package static let largestMagnitude = 1e100
  package static let largestScore = 1e6
  private static let absoluteFloor = 1e-9

  package internal(set) var isReady = false
  package internal(set) var hasBegun = false
  package internal(set) var mean = 0.0
  /// Standard deviation; while learning: the sum of squared differences from the mean.
  var spread = 0.0
  /// While learning: values seen. Afterwards: values in a row beyond the limit, or (after the onset) within it.
  var run = 0

  package init() {}

  package var deviation: Double { isReady ? spread : 0 }

  package static func accepts(_ value: Double) -> Bool { value.magnitude <= largestMagnitude }

  /// Takes one value. Returns its distance from the mean in standard deviations; `nil` while learning, or when it was ignored.
  @discardableResult
  package mutating func update(_ value: Double, _ parameters: Parameters) -> Double? {
    guard Self.accepts(value) else { return nil }
    guard isReady else {
      learn(value, parameters)
      return nil
    }
    let z = min(max((value - mean) / spread, -Self.largestScore), Self.largestScore)
    let isBeyond = z > parameters.deviations
    if isBeyond == hasBegun {
      run = 0
    } else {
      run += 1
      if run >= max(hasBegun ? parameters.clearConsecutive : parameters.consecutive, 1) {
        hasBegun.toggle()
        run = 0
      }
    }
    return z
  }

  private mutating func learn(_ value: Double, _ parameters: Parameters) {
    run += 1
    let before = value - mean
    mean += before / Double(run)
    spread += before * (value - mean)
    guard run >= max(parameters.learnCount, Self.leastLearnCount) else { return }
    let floor = max(parameters.relativeFloor * mean.magnitude, Self.absoluteFloor)
    spread = max((spread / Double(run - 1)).squareRoot(), floor)
    if !spread.isFinite { spread = Self.largestMagnitude }
    run = 0
    isReady = true
  }
}

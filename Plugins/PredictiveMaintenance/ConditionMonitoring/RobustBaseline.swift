// What is normal for one signal: a centre and a scale, learned from its first values and slowly adapted afterwards.
//
// Learning: median and 1.4826 · MAD (Hampel 1974; equals the standard deviation for Gaussian noise) of at most
// `learningCapacity` values, spread evenly over the first `learnCount`. Both break down at 50 %: while less than half of
// the values are faulty they bend, boundedly, but cannot be carried away. Where more than half of the values are equal
// (MAD 0) the scale comes from the 90th percentile of the deviations, so that a signal that mostly rests is not taken
// for one that never moves.
//
// Adaptation: stochastic approximation of Huber's location and scale (Huber 1964, proposal 2): a value moves the centre
// by at most 1.5 scales × gain and the scale by at most 2.6 × gain. The gain falls as 1/n to 1/`adaptCount`. Who calls
// `adapt` leaves out values in alarm or beyond the warning threshold. The scale stays within twice the learned one: a ramp
// that the centre cannot follow would widen it until nothing is far off any more. With a finite `driftLimit` the centre
// stays within that many learned scales of the learned centre: slow wear cannot become the new normal unnoticed.
//
// Invariants once ready: centre and scale are finite; scale ≥ max(relativeFloor · |centre|, absoluteFloor) > 0.

package struct RobustBaseline: Equatable, Sendable {
  package struct Parameters: Equatable, Sendable {
    /// Values that are learned from, at least `leastLearnCount`.
    package var learnCount: Int
    /// Time constant of the adaptation, in values.
    package var adaptCount: Int
    package var relativeFloor: Double
    /// In the signal's unit, above 0.
    package var absoluteFloor: Double
    /// In learned scales; infinite: the baseline follows any slow drift.
    package var driftLimit: Double

    package init(
      learnCount: Int, adaptCount: Int, relativeFloor: Double = 0.01, absoluteFloor: Double = 1e-9,
      driftLimit: Double = .infinity
    ) {
      self.learnCount = learnCount
      self.adaptCount = adaptCount
      self.relativeFloor = relativeFloor
      self.absoluteFloor = absoluteFloor
      self.driftLimit = driftLimit
    }
  }

  /// Values kept while learning: 512 bytes a signal, freed afterwards.
  package static let learningCapacity = 64
  package static let leastLearnCount = 8
  /// Values farther from 0 are not measurements; within, no arithmetic here overflows.
  package static let largestMagnitude = 1e100
  package static let largestScore = 1e6

  private static let centreClip = 1.5
  private static let squareClip = 6.25
  /// E[min(z², 6.25)] of a standard normal z: makes the scale consistent with the standard deviation.
  private static let expectedSquare = 0.9776
  private static let scaleGrowthLimit = 2.0

  package internal(set) var isReady = false
  package internal(set) var centre = 0.0
  package internal(set) var scale = 0.0
  var learnedCentre = 0.0
  var learnedScale = 0.0
  /// While learning: values seen. Afterwards: the weight of the estimate, in values, up to `adaptCount`.
  var seen = 0
  var learning: [Double] = []

  package init() {}

  /// Whether a value can be used at all.
  package static func accepts(_ value: Double) -> Bool { value.magnitude <= largestMagnitude }

  /// Takes one value into the learning window.
  /// - Precondition: not ready, and `accepts(value)`.
  package mutating func learn(_ value: Double, _ parameters: Parameters) {
    precondition(!isReady && Self.accepts(value), "RobustBaseline.learn: not learning, or not a measurement")
    let learnCount = max(parameters.learnCount, Self.leastLearnCount)
    let stride = (learnCount + Self.learningCapacity - 1) / Self.learningCapacity
    if learning.isEmpty { learning.reserveCapacity(min(learnCount, Self.learningCapacity)) }
    seen += 1
    if seen % stride == 0, learning.count < Self.learningCapacity { learning.append(value) }
    if seen >= learnCount { finishLearning(parameters) }
  }

  private mutating func finishLearning(_ parameters: Parameters) {
    learning.sort()
    centre = Self.median(learning)
    for i in learning.indices { learning[i] = (learning[i] - centre).magnitude }
    learning.sort()
    scale = 1.4826 * Self.median(learning)
    if scale == 0 { scale = learning[(learning.count - 1) * 9 / 10] / 1.6449 }
    scale = max(scale, floor(parameters))
    learnedCentre = centre
    learnedScale = scale
    seen = learning.count
    learning = []
    isReady = true
  }

  /// Forgets everything and learns anew.
  package mutating func restart() {
    self = RobustBaseline()
  }

  /// Distance from the centre in scales, within ±`largestScore`.
  /// - Precondition: ready.
  package func score(_ value: Double) -> Double {
    let z = (value - centre) / scale
    return min(max(z, -Self.largestScore), Self.largestScore)
  }

  /// Lets the baseline follow a healthy value.
  /// - Parameter z: the value's `score`.
  package mutating func adapt(z: Double, _ parameters: Parameters) {
    if seen < parameters.adaptCount { seen += 1 }
    let gain = 1 / Double(seen)
    centre += gain * scale * min(max(z, -Self.centreClip), Self.centreClip)
    scale *= 1 + 0.5 * gain * (min(z * z, Self.squareClip) - Self.expectedSquare)
    if parameters.driftLimit.isFinite {
      let reach = parameters.driftLimit * learnedScale
      centre = min(max(centre, learnedCentre - reach), learnedCentre + reach)
    }
    scale = max(min(scale, Self.scaleGrowthLimit * learnedScale), floor(parameters))
  }

  private func floor(_ parameters: Parameters) -> Double {
    max(parameters.relativeFloor * centre.magnitude, parameters.absoluteFloor)
  }

  /// Of sorted values, not empty.
  static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle])
  }
}

// A health index as a Wiener process with drift, dX = λ dt + σ dB, seen through measurement noise: level and drift are the
// two states of a Kalman filter (Si, Wang, Hu, Chen & Zhou 2011; the drift itself walks slowly, so that wear that speeds up
// is followed). An index that grows by a factor a time (Gebraeel, Lawley, Li & Ryan 2005) is the same with its logarithm.
//
// The variances are not given, they are learned: the squared innovation beyond what the filter expects of noise and drift
// goes into σ² by an exponential average (`adaptation`), never below `leastDiffusion`.
// The covariance is updated in Joseph's form, which stays symmetric and positive whatever the rounding.
//
// Units: those of the index and of the caller's time. Invariants once started: all finite, variances ≥ 0, σ² > 0.

package struct DegradationTrend: Equatable, Sendable {
  package struct Parameters: Equatable, Sendable {
    /// Variance of one measurement of the index (of its logarithm where that is what is filtered).
    package var noiseVariance: Double
    /// Part of a new innovation in σ².
    package var adaptation: Double
    package var leastDiffusion: Double
    /// What the drift's variance grows by with each value, as a part of it.
    package var fading: Double

    package init(
      noiseVariance: Double, adaptation: Double = 0.05, leastDiffusion: Double = 1e-9, fading: Double = 0.02
    ) {
      self.noiseVariance = noiseVariance
      self.adaptation = adaptation
      self.leastDiffusion = leastDiffusion
      self.fading = fading
    }
  }

  package internal(set) var isStarted = false
  package internal(set) var time = 0.0
  package internal(set) var level = 0.0
  package internal(set) var drift = 0.0
  var levelVariance = 0.0
  var driftVariance = 0.0
  var covariance = 0.0
  /// σ²; 0 until the second value.
  package internal(set) var diffusion = 0.0

  package init() {}

  /// Takes one value. Time must be later than before and everything finite, else the value is not taken (returns false).
  package mutating func update(time now: Double, value: Double, _ parameters: Parameters) -> Bool {
    guard now.isFinite, value.magnitude <= OnsetDetector.largestMagnitude else { return false }
    let noise = max(parameters.noiseVariance, 1e-12)
    guard isStarted else {
      (isStarted, time, level, levelVariance) = (true, now, value, noise)
      return true
    }
    let step = now - time
    guard step > 0, step.isFinite else { return false }
    if diffusion == 0 { begin(step: step, value: value, noise: noise, parameters) }
    predict(step, parameters)
    let innovation = value - level
    let expected = levelVariance + noise
    adapt(innovation: innovation, expected: expected, step: step, parameters)
    correct(innovation: innovation, expected: expected, noise: noise)
    time = now
    return true
  }

  /// The second value says how fast things may go at all: the drift is unknown within what that step could hide.
  private mutating func begin(step: Double, value: Double, noise: Double, _ parameters: Parameters) {
    let difference = value - level
    driftVariance = (difference * difference + 2 * noise) / (step * step)
    diffusion = max(noise / step * 0.1, parameters.leastDiffusion)
  }

  private mutating func predict(_ step: Double, _ parameters: Parameters) {
    level += drift * step
    levelVariance += step * (2 * covariance + step * driftVariance) + diffusion * step
    covariance += step * driftVariance
    driftVariance = min(driftVariance * (1 + parameters.fading), 1e100)
  }

  private mutating func adapt(innovation: Double, expected: Double, step: Double, _ parameters: Parameters) {
    // One wild value must not make every later interval useless: at most nine times what was expected.
    let seen = min(innovation * innovation, 9 * expected)
    let suggested = max(diffusion + (seen - expected) / step, 0)
    diffusion += parameters.adaptation * (suggested - diffusion)
    diffusion = min(max(diffusion, parameters.leastDiffusion), 1e100)
  }

  private mutating func correct(innovation: Double, expected: Double, noise: Double) {
    let gainLevel = levelVariance / expected
    let gainDrift = covariance / expected
    level += gainLevel * innovation
    drift += gainDrift * innovation
    let keep = 1 - gainLevel
    let cross = covariance
    let before = levelVariance
    levelVariance = keep * keep * before + gainLevel * gainLevel * noise
    covariance = keep * (cross - gainDrift * before) + gainLevel * gainDrift * noise
    driftVariance += gainDrift * (gainDrift * (before + noise) - 2 * cross)
    driftVariance = max(driftVariance, 0)
  }

  /// When the level first meets the threshold, from the last value on.
  package func firstPassage(threshold: Double) -> FirstPassage {
    FirstPassage(
      distance: threshold - level, distanceVariance: levelVariance, drift: drift, driftVariance: driftVariance,
      covariance: covariance, diffusion: max(diffusion, 1e-12))
  }
}

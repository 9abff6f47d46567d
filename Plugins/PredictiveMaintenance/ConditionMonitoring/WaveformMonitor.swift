/// A vibration sensor: four features with a baseline each, one alarm for them together.
package struct WaveformMonitor: Equatable, Sendable {
  /// The features that are watched, in the order of the lanes below. Mean and skewness are reported, not watched.
  package static let featureNames: [StaticString] = ["rms", "peak", "crest_factor", "kurtosis"]
  package static let featureCount = 4

  /// What a waveform amounts to, compared with the baselines before they adapt to it.
  package struct Assessment: Equatable, Sendable {
    package var values: SIMD4<Double>
    /// NaN while a baseline learns.
    package var z: SIMD4<Double>
    /// Largest deviation in the direction that counts; nil while learning.
    package var score: Double?
    package var transition: AlarmState.Transition?
  }

  package internal(set) var baselines = [RobustBaseline](repeating: RobustBaseline(), count: featureCount)
  package var alarm = AlarmState()

  package init() {}

  /// - Parameter otherScore: of what needs no baseline (fault lines, vibration zones), in the same scale; it counts while the
  ///   baselines learn, too: a machine that is bad from the start is normal to them.
  package mutating func observe(
    _ features: WaveformFeatures, sequence: UInt64, otherScore: Double? = nil, _ parameters: MonitorParameters
  ) -> Assessment {
    let values = SIMD4(features.rms, features.peak, features.crestFactor, features.kurtosis)
    var assessment = Assessment(values: values, z: SIMD4(repeating: .nan), score: nil, transition: nil)
    guard baselines[0].isReady else {
      for i in 0..<Self.featureCount { baselines[i].learn(values[i], parameters.baseline) }
      if let otherScore {
        assessment.score = otherScore
        assessment.transition = alarm.observe(score: otherScore, sequence: sequence, parameters.thresholds)
      }
      return assessment
    }
    for i in 0..<Self.featureCount { assessment.z[i] = baselines[i].score(values[i]) }
    // Far below its learned level the machine stands still: the shape of what is left says nothing about it.
    let isStandingStill = assessment.z[0] <= -parameters.thresholds.warning
    var score = -Double.infinity
    for i in 0..<(isStandingStill ? 2 : Self.featureCount) { score = max(score, parameters.score(assessment.z[i])) }
    if let otherScore { score = max(score, otherScore) }
    assessment.score = score
    assessment.transition = alarm.observe(score: score, sequence: sequence, parameters.thresholds)
    if assessment.transition == nil, !alarm.isOpen, !isStandingStill, score < parameters.thresholds.warning {
      for i in 0..<Self.featureCount where assessment.z[i].magnitude < parameters.thresholds.warning {
        baselines[i].adapt(z: assessment.z[i], parameters.baseline)
      }
    }
    return assessment
  }

  /// Sensor replaced, maintenance done: nothing of before counts.
  package mutating func reset() {
    self = WaveformMonitor()
  }

  package mutating func restartLearning() {
    for i in 0..<Self.featureCount { baselines[i].restart() }
  }
}

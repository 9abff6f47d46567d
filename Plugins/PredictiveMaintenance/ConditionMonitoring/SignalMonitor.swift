/// How the signals of one kind are watched.
package struct MonitorParameters: Equatable, Sendable {
  package enum Direction: String, Sendable {
    case both
    case up
    case down
  }

  package var baseline: RobustBaseline.Parameters
  package var thresholds: AlarmState.Thresholds
  /// Which deviations count. Vibration features: `up`.
  package var direction: Direction

  package init(baseline: RobustBaseline.Parameters, thresholds: AlarmState.Thresholds, direction: Direction) {
    self.baseline = baseline
    self.thresholds = thresholds
    self.direction = direction
  }

  /// The deviation in the direction that counts.
  package func score(_ z: Double) -> Double {
    switch direction {
    case .both: z.magnitude
    case .up: z
    case .down: -z
    }
  }
}

/// A scalar signal with its baseline and alarm: about 150 bytes, and 512 more while it learns.
package struct SignalMonitor: Equatable, Sendable {
  package internal(set) var baseline = RobustBaseline()
  package internal(set) var alarm = AlarmState()

  package init() {}

  /// Takes one value. At a transition the baseline is left as it was for the comparison, as evidence; `relearned` is
  /// the exception that the caller completes with `restartLearning`.
  /// - Precondition: `RobustBaseline.accepts(value)`.
  package mutating func observe(
    _ value: Double, sequence: UInt64, _ parameters: MonitorParameters
  ) -> AlarmState.Transition? {
    guard baseline.isReady else {
      baseline.learn(value, parameters.baseline)
      return nil
    }
    let z = baseline.score(value)
    let transition = alarm.observe(score: parameters.score(z), sequence: sequence, parameters.thresholds)
    if transition == nil, !alarm.isOpen, z.magnitude < parameters.thresholds.warning {
      baseline.adapt(z: z, parameters.baseline)
    }
    return transition
  }

  package mutating func restartLearning() {
    baseline.restart()
  }
}

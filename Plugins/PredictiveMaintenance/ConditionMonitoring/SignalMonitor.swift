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

/// A scalar signal with its baseline and alarm: about 170 bytes, and 512 more while it learns.
package struct SignalMonitor: Equatable, Sendable {
  package internal(set) var baseline = RobustBaseline()
  package var alarm = AlarmState()
  /// The values since the exceedances began that the alert rests on.
  package internal(set) var least = 0.0
  package internal(set) var greatest = 0.0

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
    if alarm.isWarm { noteRange(value, sequence) }
    if transition == nil, !alarm.isOpen, z.magnitude < parameters.thresholds.warning {
      baseline.adapt(z: z, parameters.baseline)
    }
    return transition
  }

  /// Another detector is sure of this value, which `observe` has just seen.
  package mutating func raise(_ value: Double, sequence: UInt64) -> AlarmState.Transition? {
    let transition = alarm.raise(sequence: sequence)
    if transition != nil { noteRange(value, sequence) }
    return transition
  }

  private mutating func noteRange(_ value: Double, _ sequence: UInt64) {
    let isFirst = alarm.firstSequence == sequence
    least = isFirst ? value : min(least, value)
    greatest = isFirst ? value : max(greatest, value)
  }

  package mutating func restartLearning() {
    baseline.restart()
  }

  /// Sensor replaced, maintenance done: nothing of before counts.
  package mutating func reset() {
    self = SignalMonitor()
  }
}

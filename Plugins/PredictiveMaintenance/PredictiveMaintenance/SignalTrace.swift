internal import ConditionMonitoring
package import CrossdockPlugin

/// A signal's way as the model sees it, for pictures: each value with the limits that it was compared with.
///
/// It runs the model's own monitor over the values, with the model's options, so the picture shows what the model has compared; and takes what was
/// done to the machine as the model does, in its place in the order of records.
package struct SignalTrace {
  package struct Point: Equatable {
    package var timeNs: Int64
    package var value: Double
    /// What was learned; nil while it learns.
    package var limits: Limits?
    /// 1 is as learned, 0.5 at the critical threshold; nil while it learns.
    package var health: Double?
  }

  package struct Limits: Equatable {
    package var centre: Double
    /// Distances from the centre.
    package var warning: Double
    package var critical: Double
    package var isWatchedAbove: Bool
    package var isWatchedBelow: Bool
  }

  private let asset: String
  /// As events and alerts name the signal.
  private let component: String
  private let parameters: MonitorParameters
  private let scaled: ScaledSamples?
  private var scalar = SignalMonitor()
  private var waveform = WaveformMonitor()
  /// Nil: nothing is checked.
  private var checks: ColumnChecks?

  /// - Parameters:
  ///   - asset: the source, as events name it.
  ///   - column: nil: the signal is the RMS of waveforms, not a column.
  /// - Throws: as the model would for these options.
  package init(_ context: PluginContext, asset: String, column: String?) throws {
    let options = try MaintenanceOptions(context)
    self.asset = asset
    component = column ?? options.component
    parameters = column == nil ? options.waveforms : options.scalars
    scaled = ScaledSamples(options.machine.samplesScale)
    checks = column.flatMap { options.plausibility.plan(columns: [$0]) }.map { ColumnChecks($0) }
  }

  /// What alerts call a waveform's component with these options.
  package static func waveformComponent(_ context: PluginContext) throws -> String {
    try MaintenanceOptions(context).component
  }

  /// Nil for a value that the model does not use.
  package mutating func observe(_ value: Double, sequence: UInt64, timeNs: Int64) -> Point? {
    if checks != nil {
      withUnsafePointer(to: value) {
        checks?.look(UnsafeBufferPointer(start: $0, count: 1), timeNs: timeNs, sequence: sequence)
      }
    }
    guard RobustBaseline.accepts(value), checks?.reasons[0] ?? [] == [] else { return nil }
    let before = scalar.baseline
    let transition = scalar.observe(value, sequence: sequence, parameters)
    if transition == .relearned { scalar.restartLearning() }
    guard before.isReady else { return Point(timeNs: timeNs, value: value) }
    let score = parameters.score(before.score(value))
    return Point(timeNs: timeNs, value: value, limits: limits(before), health: health(score))
  }

  /// Nil for a waveform that the model does not use.
  package mutating func observe(_ samples: [Float], sequence: UInt64, timeNs: Int64) -> Point? {
    guard
      case .features(let features) = samples.withUnsafeBufferPointer({ WaveformFeatures.extract(scaled?.of($0) ?? $0) })
    else {
      return nil
    }
    let before = waveform.baselines[0]
    let assessment = waveform.observe(features, sequence: sequence, parameters)
    if assessment.transition == .relearned { waveform.restartLearning() }
    guard before.isReady else { return Point(timeNs: timeNs, value: features.rms) }
    return Point(
      timeNs: timeNs, value: features.rms, limits: limits(before), health: assessment.score.map { health($0) })
  }

  /// A record of the stream of events.
  /// - Returns: what was done, where it was done to this signal: it is learned anew.
  package mutating func take(event body: [UInt8]) -> String? {
    guard case .event(let event) = body.withUnsafeBytes({ MachineEvent.parse($0) }), event.asset == asset,
      event.component == nil || event.component == component
    else { return nil }
    scalar.reset()
    waveform.reset()
    return event.kind.rawValue
  }

  private func health(_ score: Double) -> Double { AlarmState.health(score: score, parameters.thresholds) }

  private func limits(_ baseline: RobustBaseline) -> Limits {
    Limits(
      centre: baseline.centre, warning: parameters.thresholds.warning * baseline.scale,
      critical: parameters.thresholds.critical * baseline.scale, isWatchedAbove: parameters.direction != .down,
      isWatchedBelow: parameters.direction != .up)
  }
}

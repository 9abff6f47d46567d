internal import ConditionMonitoring
internal import CrossdockPlugin
internal import JSONText
internal import Prognosis

// Vibration: four features of a waveform, with a baseline each and one alarm for them together.
extension MaintenanceModel {
  func observeWaveform(of record: PluginRecord, _ output: PluginOutput) throws {
    let samples = scaled?.of(record.samples) ?? record.samples
    let outcome = WaveformFeatures.extract(samples)
    var assessment: WaveformMonitor.Assessment?
    var finding: VibrationWatch.Finding?
    var life = RemainingLifeBody.notYet
    var isOpen = false
    switch outcome {
    case .features(let features):
      guard let asset = try asset(of: record, scalars: 0, waveform: true, output) else { return }
      if let wear = asset.wear {
        finding = vibration?.find(samples, speedRpm: speedRpm(of: record), &wear.bearing)
      }
      let severity = asset.waveform?.alarm.severity
      assessment = asset.waveform?.observe(
        features, sequence: record.sequence, otherScore: finding?.score, options.waveforms)
      isOpen = asset.waveform?.alarm.isOpen ?? false
      if let assessment {
        life = follow(assessment, of: record, asset)
        try settle(assessment, finding, life, severity, samples, of: record, asset, output)
        if options.watchesSignalDrift {
          try watchDrift(rms: features.rms, z: assessment.z[0], of: record, asset, output)
        }
      }
    case .flat: output.count("flat_waveforms")
    case .invalid(let samples):
      output.count("invalid_samples", UInt64(samples))
      output.count("invalid_waveforms")
    case .wrongLength: output.count("wrong_length_waveforms")
    }
    guard let featureStream else { return }
    FeatureSummaryBody.write(
      outcome, assessment: assessment, finding: finding, life: life, isOpen: isOpen, asset: record.source,
      lineage: lineage(record.stream, first: record.sequence, last: record.sequence),
      thresholds: options.waveforms.thresholds, into: &json)
    try output.emit(
      stream: featureStream, source: record.source, eventTimeNs: record.eventTimeNs, body: json.bytes)
  }

  /// Nil: not known for this record.
  private func speedRpm(of record: PluginRecord) -> Double? {
    if case .fixed(let rpm) = options.machine.speed { return rpm }
    guard let column = speedColumns[Int(record.stream)], column < record.columns.count else { return nil }
    let rpm = record.columns[column]
    return rpm.isFinite && rpm > 0 ? rpm : nil
  }

  /// Takes the RMS into the way to failure.
  private func follow(
    _ assessment: WaveformMonitor.Assessment, of record: PluginRecord, _ asset: AssetMonitor
  ) -> RemainingLifeBody {
    guard let wear = asset.wear else { return .notYet }
    wear.age.advance(to: record.eventTimeNs)
    wear.prognosis.update(time: wear.age.seconds, index: assessment.values[0], options.degradation)
    guard case .estimate(let life) = wear.prognosis.remainingLife(options.degradation) else { return .notYet }
    // In whole seconds: a trend does not know more.
    return .estimate(
      median: life.median.rounded(), lower: life.lower.rounded(), upper: life.upper.rounded(), coverage: life.coverage,
      unit: "s", isUpperBounded: life.isUpperBounded)
  }

  private func settle(
    _ assessment: WaveformMonitor.Assessment, _ finding: VibrationWatch.Finding?, _ life: RemainingLifeBody,
    _ severityBefore: AlarmState.Severity?, _ samples: UnsafeBufferPointer<Float>, of record: PluginRecord,
    _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    guard var monitor = asset.waveform, assessment.transition != nil || monitor.alarm.isHeldBack else { return }
    let moment = moment(of: record)
    let state = try alerts.settle(
      assessment.transition, &monitor.alarm, component: options.component, of: asset, moment, output)
    asset.waveform?.alarm = monitor.alarm
    if let state {
      let severity = monitor.alarm.severity ?? severityBefore ?? .warning
      try alerts.tell(
        AlertBody(
          state: state, severity: severity, asset: asset.name, component: options.component, alarm: monitor.alarm,
          score: assessment.score,
          health: assessment.score.map { AlarmState.health(score: $0, options.waveforms.thresholds) },
          faults: faults(assessment, finding), remainingLife: life == .notYet ? asset.life : life,
          evidence: evidence(assessment, monitor, severity) + (finding?.evidence.map { $0.of(severity) } ?? []),
          range: (Double(samples.min() ?? 0), Double(samples.max() ?? 0)),
          lineage: lineage(record.stream, first: monitor.alarm.firstSequence, last: monitor.alarm.lastSequence),
          model: .plugin, maintenance: options.maintenance),
        moment, output)
    }
    if assessment.transition == .relearned { asset.waveform?.restartLearning() }
  }

  /// What the fault lines say; without them only that it vibrates otherwise than it did.
  private func faults(
    _ assessment: WaveformMonitor.Assessment, _ finding: VibrationWatch.Finding?
  ) -> [AlertBody.Fault] {
    if let faults = finding?.faults, !faults.isEmpty { return faults }
    return [.init(type: "vibration", probability: DeviationProbability.of(z: assessment.score ?? 0))]
  }

  private func evidence(
    _ assessment: WaveformMonitor.Assessment, _ monitor: WaveformMonitor, _ severity: AlarmState.Severity
  ) -> [AlertEvidence] {
    guard monitor.baselines[0].isReady, assessment.z[0].isFinite else { return [] }
    return WaveformMonitor.featureNames.indices.map { i in
      AlertEvidence(
        "\(WaveformMonitor.featureNames[i])", assessment.values[i], monitor.baselines[i], z: assessment.z[i],
        threshold: options.waveforms.thresholds.threshold(of: severity), options.waveforms.direction)
    }
  }

  /// Ends a waveform's alert for a reason that is not in its values.
  func endWaveform(
    of asset: AssetMonitor, reason: String, _ moment: AlertDesk.Moment, _ output: PluginOutput
  ) throws {
    guard var alarm = asset.waveform?.alarm else { return }
    try end(component: options.component, &alarm, of: asset, reason: reason, moment, output)
    asset.waveform?.alarm = alarm
  }
}

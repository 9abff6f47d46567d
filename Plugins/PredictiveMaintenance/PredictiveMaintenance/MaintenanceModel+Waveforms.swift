internal import ConditionMonitoring
internal import CrossdockPlugin
internal import JSONText

// Vibration: four features of a waveform, with a baseline each and one alarm for them together.
extension MaintenanceModel {
  func observeWaveform(of record: PluginRecord, _ output: PluginOutput) throws {
    let outcome = WaveformFeatures.extract(record.samples)
    var assessment: WaveformMonitor.Assessment?
    var isOpen = false
    switch outcome {
    case .features(let features):
      guard let asset = try asset(of: record, scalars: 0, waveform: true, output) else { return }
      let severity = asset.waveform?.alarm.severity
      assessment = asset.waveform?.observe(features, sequence: record.sequence, options.waveforms)
      isOpen = asset.waveform?.alarm.isOpen ?? false
      if let assessment { try settle(assessment, severity, of: record, asset, output) }
    case .flat: output.count("flat_waveforms")
    case .invalid(let samples):
      output.count("invalid_samples", UInt64(samples))
      output.count("invalid_waveforms")
    case .wrongLength: output.count("wrong_length_waveforms")
    }
    guard let featureStream else { return }
    FeatureSummaryBody.write(
      outcome, assessment: assessment, isOpen: isOpen, asset: record.source,
      lineage: lineage(record.stream, first: record.sequence, last: record.sequence),
      thresholds: options.waveforms.thresholds, into: &json)
    try output.emit(
      stream: featureStream, source: record.source, eventTimeNs: record.eventTimeNs, body: json.bytes)
  }

  private func settle(
    _ assessment: WaveformMonitor.Assessment, _ severityBefore: AlarmState.Severity?, of record: PluginRecord,
    _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    guard var monitor = asset.waveform, assessment.transition != nil || monitor.alarm.isHeldBack else { return }
    let moment = moment(of: record)
    let state = try alerts.settle(assessment.transition, &monitor.alarm, of: asset, moment, output)
    asset.waveform?.alarm = monitor.alarm
    if let state {
      let severity = monitor.alarm.severity ?? severityBefore ?? .warning
      let samples = record.samples
      try alerts.tell(
        AlertBody(
          state: state, severity: severity, asset: asset.name, component: options.component, alarm: monitor.alarm,
          score: assessment.score,
          health: assessment.score.map { AlarmState.health(score: $0, options.waveforms.thresholds) },
          faults: [.init(type: "vibration", probability: DeviationProbability.of(z: assessment.score ?? 0))],
          remainingLife: .notYet, evidence: evidence(assessment, monitor, severity),
          range: (Double(samples.min() ?? 0), Double(samples.max() ?? 0)),
          lineage: lineage(record.stream, first: monitor.alarm.firstSequence, last: monitor.alarm.lastSequence),
          model: .plugin, maintenance: options.maintenance),
        moment, output)
    }
    if assessment.transition == .relearned { asset.waveform?.restartLearning() }
  }

  private func evidence(
    _ assessment: WaveformMonitor.Assessment, _ monitor: WaveformMonitor, _ severity: AlarmState.Severity
  ) -> [AlertEvidence] {
    WaveformMonitor.featureNames.indices.map { i in
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

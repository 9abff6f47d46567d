internal import AnomalyDetection
internal import ConditionMonitoring
internal import CrossdockPlugin

// Numeric columns: a signal each.
extension MaintenanceModel {
  func observeColumns(of record: PluginRecord, _ output: PluginOutput) throws {
    let columns = record.columns
    guard columns.count == columnCounts[Int(record.stream)] else {
      output.count("column_mismatches")
      return
    }
    guard let asset = try asset(of: record, scalars: columns.count, waveform: false, output) else { return }
    let sequence = record.sequence
    let isFlagged = try check(record, asset, output)
    for (i, value) in columns.enumerated() {
      guard RobustBaseline.accepts(value) else {
        output.count(value.isNaN ? "missing_values" : "invalid_values")
        continue
      }
      if isFlagged, asset.checks?.reasons[i] != [] { continue }
      if options.watchesSignalDrift { try watchDrift(value, column: i, of: record, asset, output) }
      let severity = asset.scalars[i].alarm.severity
      var transition = asset.scalars[i].observe(value, sequence: sequence, options.scalars)
      if watchesPatterns {
        let score = pattern(value, column: i, asset)
        if transition == nil, SignalDetector.isAlert(score) {
          transition = asset.scalars[i].raise(value, sequence: sequence)
        }
        patternScore = score
      }
      guard transition != nil || asset.scalars[i].alarm.isHeldBack else { continue }
      try settle(transition, severity, column: i, value: value, of: record, asset, output)
    }
    guard watchesGroups else { return }
    guard isFlagged, let reasons = asset.checks?.reasons else {
      return try observeGroup(columns, of: record, asset, output)
    }
    // To the columns together, what is flagged is missing.
    for i in columns.indices { plausible[i] = reasons[i] == [] ? columns[i] : .nan }
    try plausible.withUnsafeBufferPointer {
      try observeGroup(UnsafeBufferPointer(rebasing: $0[..<columns.count]), of: record, asset, output)
    }
  }

  private func pattern(_ value: Double, column: Int, _ asset: AssetMonitor) -> Double {
    if asset.patterns.isEmpty { asset.patterns = Array(repeating: SignalDetector(), count: asset.scalars.count) }
    return asset.patterns[column].update(value)
  }

  private func settle(
    _ transition: AlarmState.Transition?, _ severityBefore: AlarmState.Severity?, column: Int, value: Double,
    of record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    let moment = moment(of: record)
    let name = streams[Int(record.stream)].columns[column]
    if let state = try alerts.settle(
      transition, &asset.scalars[column].alarm, component: name, of: asset, moment, output)
    {
      let monitor = asset.scalars[column]
      let thresholds = options.scalars.thresholds
      let z = monitor.baseline.score(value)
      let severity = monitor.alarm.severity ?? severityBefore ?? .warning
      let score = options.scalars.score(z)
      var evidence = [
        AlertEvidence(
          name, value, monitor.baseline, z: z, threshold: thresholds.threshold(of: severity), options.scalars.direction)
      ]
      if watchesPatterns, SignalDetector.isAlert(patternScore) {
        evidence.append(AlertEvidence("\(name)_pattern", patternScore, threshold: SignalDetector.alertThreshold))
      }
      try alerts.tell(
        AlertBody(
          state: state, severity: severity, asset: asset.name, component: name, alarm: monitor.alarm, score: score,
          health: AlarmState.health(score: score, thresholds),
          faults: [fault(z: z)],
          remainingLife: asset.life,
          evidence: evidence,
          range: (monitor.least, monitor.greatest),
          lineage: lineage(record.stream, first: monitor.alarm.firstSequence, last: monitor.alarm.lastSequence),
          model: .plugin, maintenance: options.maintenance),
        moment, output)
    }
    if transition == .relearned { asset.scalars[column].restartLearning() }
  }

  /// A value within its limits in a course that never was is no high or low one. Surprise has no distribution to count from: what stands
  /// for the probability is the detector's score.
  private func fault(z: Double) -> AlertBody.Fault {
    if watchesPatterns, SignalDetector.isAlert(patternScore), z.magnitude < options.scalars.thresholds.warning {
      return .init(type: "pattern", probability: patternScore)
    }
    return .init(type: z < 0 ? "low" : "high", probability: DeviationProbability.of(z: z))
  }

  /// Ends a column's alert for a reason that is not in its values.
  func end(
    scalar column: Int, of asset: AssetMonitor, reason: String, _ moment: AlertDesk.Moment, _ output: PluginOutput
  ) throws {
    try end(
      component: streams[Int(asset.stream)].columns[column], &asset.scalars[column].alarm, of: asset, reason: reason,
      moment, output)
  }
}

extension AlarmState.Thresholds {
  func threshold(of severity: AlarmState.Severity) -> Double { severity == .critical ? critical : warning }
}

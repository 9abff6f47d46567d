internal import AnomalyDetection
internal import ConditionMonitoring
internal import CrossdockPlugin

// The columns of an asset together.
extension MaintenanceModel {
  /// Columns that an alert names.
  private static let namedColumns = 3

  func observeGroup(
    _ columns: UnsafeBufferPointer<Double>, of record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    if asset.group == nil {
      asset.group = GroupMonitor(
        options.detectors, columnCount: columns.count, treeShapes[Int(record.stream)])
    }
    let before = asset.group?.alarm.severity ?? .warning
    guard
      let reading = asset.group?.observe(columns, sequence: record.sequence, options.scalars.thresholds)
    else { return }
    guard reading.transition != nil || asset.group?.alarm.isHeldBack == true else { return }
    try settle(reading, before, of: record, asset, output)
  }

  private func settle(
    _ reading: GroupMonitor.Reading, _ severityBefore: AlarmState.Severity, of record: PluginRecord,
    _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    guard var alarm = asset.group?.alarm else { return }
    let moment = moment(of: record)
    let state = try alerts.settle(
      reading.transition, &alarm, component: GroupMonitor.component, of: asset, moment, output)
    asset.group?.alarm = alarm
    guard let state else { return }
    let columns = streams[Int(record.stream)].columns
    let farthest = asset.group?.farthest(Self.namedColumns) ?? []
    var evidence = [
      AlertEvidence(
        reading.isTrees ? "half_space_trees" : "multivariate", reading.score, threshold: reading.threshold)
    ]
    for (column, deviation) in farthest {
      evidence.append(AlertEvidence("\(columns[column])_deviation", deviation, threshold: nil))
    }
    try alerts.tell(
      AlertBody(
        state: state, severity: alarm.severity ?? severityBefore, asset: asset.name,
        component: GroupMonitor.component, alarm: alarm, score: reading.score,
        health: 1 - reading.score,
        faults: farthest.prefix(1).map {
          .init(
            type: "\(columns[$0.column]) \($0.deviation < 0 ? "low" : "high")",
            probability: DeviationProbability.of(z: $0.deviation))
        }, remainingLife: asset.life, evidence: evidence, range: nil,
        lineage: lineage(record.stream, first: alarm.firstSequence, last: alarm.lastSequence), model: .plugin,
        maintenance: options.maintenance),
      moment, output)
  }

  func endGroup(
    of asset: AssetMonitor, reason: String, _ moment: AlertDesk.Moment, _ output: PluginOutput
  ) throws {
    guard var alarm = asset.group?.alarm else { return }
    try end(component: GroupMonitor.component, &alarm, of: asset, reason: reason, moment, output)
    asset.group?.alarm = alarm
  }
}

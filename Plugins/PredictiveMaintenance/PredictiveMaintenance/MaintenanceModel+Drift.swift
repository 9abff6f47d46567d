internal import ConditionMonitoring
internal import CrossdockPlugin
internal import DriftWatch
internal import JSONText
internal import ModelGovernance

// A signal is not any more what was learned: it is said, and somebody is asked to train anew. Nothing is trained in silence.
extension MaintenanceModel {
  /// Scalar values in a block (`SignalDrift`).
  private static let scalarBlock: UInt32 = 16

  func watchDrift(
    _ value: Double, column: Int, of record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    // What deviates is a fault until somebody says otherwise: nobody should train on it.
    guard !asset.scalars[column].alarm.isWarm else { return }
    if asset.drift.isEmpty { asset.drift = Array(repeating: SignalDrift(), count: asset.scalars.count) }
    let baseline = asset.scalars[column].baseline
    let z = baseline.isReady ? baseline.score(value) : .nan
    guard
      let finding = asset.drift[column].observe(
        value, z: z, blockCount: Self.scalarBlock, sequence: record.sequence, timeNs: record.eventTimeNs)
    else { return }
    try tell(finding, component: streams[Int(record.stream)].columns[column], of: record, asset, output)
  }

  func watchDrift(
    rms: Double, z: Double, of record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    guard let wear = asset.wear, asset.waveform?.alarm.isWarm == false else { return }
    if wear.drift == nil { wear.drift = SignalDrift() }
    guard
      let finding = wear.drift?.observe(
        rms, z: z, blockCount: 1, sequence: record.sequence, timeNs: record.eventTimeNs)
    else { return }
    try tell(finding, component: options.component, of: record, asset, output)
  }

  func tell(
    _ finding: SignalDrift.Finding, component: String, model: ModelIdentity = .plugin, of record: PluginRecord,
    _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    output.count("drifts")
    let lineage = lineage(record.stream, first: finding.firstSequence, last: record.sequence)
    try events.emit("drift", asset: asset.name, eventTimeNs: record.eventTimeNs, model: model, output) { json in
      json.member("component", component)
      json.member("of", finding.kind.rawValue)
      json.member("detector", finding.signs.names)
      json.member("value", Rounding.sixDigits(finding.value))
      json.member("learned", Rounding.sixDigits(finding.learned))
      json.member("scale", Rounding.sixDigits(finding.scale))
      json.member("from", UTCText.of(finding.firstTimeNs))
      json.member("to", UTCText.of(record.eventTimeNs))
      lineage.writeInputs(into: &json)
    }
    try events.emit("retrain-request", asset: asset.name, eventTimeNs: record.eventTimeNs, model: model, output) {
      json in
      json.member("component", component)
      json.member("reason", "drift of \(component) (\(finding.kind.rawValue), \(finding.signs.names))")
      json.member(
        "ranges",
        array: { json in
          json.object {
            lineage.writeRange(into: &$0)
            $0.member("from", UTCText.of(finding.firstTimeNs))
            $0.member("to", UTCText.of(record.eventTimeNs))
          }
        })
      lineage.writeInputs(into: &json)
    }
  }
}

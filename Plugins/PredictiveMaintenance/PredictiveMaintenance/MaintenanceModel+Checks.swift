internal import ConditionMonitoring
internal import CrossdockPlugin
internal import JSONText
internal import SignalFeatures

// Columns that say what cannot be: flagged, counted, told once, and kept from every detector.
extension MaintenanceModel {
  private static let counters: [(reason: QualityReasons, name: StaticString)] = [
    (.range, "flagged_range"), (.rate, "flagged_rate"), (.stuck, "flagged_stuck"), (.late, "flagged_late"),
  ]

  /// - Returns: whether any column of the record is flagged; then `asset.checks` has the reasons.
  func check(_ record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput) throws -> Bool {
    guard let plan = checkPlans[Int(record.stream)] else { return false }
    if asset.checks == nil { asset.checks = ColumnChecks(plan) }
    asset.checks?.look(record.columns, timeNs: record.eventTimeNs, sequence: record.sequence)
    if asset.checks?.isQuiet != false { return false }
    let clearCount = options.scalars.thresholds.clearCount
    for (column, value) in record.columns.enumerated() where value.isFinite {
      for (reason, name) in Self.counters where asset.checks?.reasons[column].contains(reason) == true {
        output.count(name)
      }
      let change = asset.checks?.note(column, sequence: record.sequence, clearCount: clearCount)
      switch change {
      case .began?: try tellBeginning(column, value, of: record, asset, output)
      case .ended?:
        if let episode = asset.checks?.episodes[column], episode.isTold {
          try tell("ended", column, value, episode, of: record, asset, output)
        }
        asset.checks?.endEpisode(column)
      case nil: break
      }
    }
    return asset.checks?.hasFlagged == true
  }

  private func tellBeginning(
    _ column: Int, _ value: Double, of record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    output.count("data_quality_events")
    // A sensor that comes and goes must not fill the stream: the bound on alerts holds for these, too.
    asset.checks?.bucket.refill(perHour: options.storm.perAssetPerHour, nowNs: record.monotonicNs)
    guard asset.checks?.bucket.hasToken == true, let episode = asset.checks?.episodes[column] else { return }
    _ = asset.checks?.bucket.take()
    asset.checks?.setTold(column)
    try tell("began", column, value, episode, of: record, asset, output)
  }

  private func tell(
    _ state: String, _ column: Int, _ value: Double, _ episode: ColumnChecks.Episode, of record: PluginRecord,
    _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    let lineage = lineage(record.stream, first: episode.firstSequence, last: record.sequence)
    try events.emit("data-quality", asset: asset.name, eventTimeNs: record.eventTimeNs, output) { json in
      json.member("component", streams[Int(record.stream)].columns[column])
      json.member("state", state)
      json.member("reason", episode.reasons.text)
      json.member("flagged", episode.flagged)
      json.member("value", Rounding.sixDigits(value))
      lineage.writeInputs(into: &json)
    }
  }
}

internal import AnomalyDetection
internal import ConditionMonitoring
internal import CrossdockPlugin
internal import JSONText
internal import ModelGovernance

// What was done to machines and sensors: baselines begin anew, open alerts end.
extension MaintenanceModel {
  func takeEvent(of record: PluginRecord, _ output: PluginOutput) throws {
    if governance.command(record.body, stream: Int(record.stream), sequence: record.sequence) {
      output.count("model_commands")
      return try tellModelEvents(of: record, output)
    }
    switch MachineEvent.parse(record.body) {
    case .event(let event): try reset(event, of: record, output)
    case .other: output.count("other_events")
    case .invalid(let reason):
      output.count("invalid_events")
      log(.warning, "record \(record.sequence) of \(streams[Int(record.stream)].name) is no event: \(reason)")
    }
  }

  private func reset(_ event: MachineEvent, of record: PluginRecord, _ output: PluginOutput) throws {
    output.count("machine_events")
    let moment = moment(of: record)
    var signals = 0
    try registry.forEach { asset in
      guard asset.name == event.asset else { return }
      let columns = streams[Int(asset.stream)].columns
      for i in asset.scalars.indices where event.component == nil || event.component == columns[i] {
        try end(scalar: i, of: asset, reason: event.kind.rawValue, moment, output)
        asset.scalars[i].reset()
        if !asset.drift.isEmpty { asset.drift[i].reset() }
        if !asset.patterns.isEmpty { asset.patterns[i] = SignalDetector() }
        signals += 1
      }
      // What was learned of the columns together holds only as long as each is what it was.
      if asset.group != nil, event.component == nil || columns.contains(event.component ?? "") {
        try endGroup(of: asset, reason: event.kind.rawValue, moment, output)
        asset.group = nil
      }
      if asset.waveform != nil, event.component == nil || event.component == options.component {
        try endWaveform(of: asset, reason: event.kind.rawValue, moment, output)
        asset.waveform?.reset()
        asset.wear?.reset()
        signals += WaveformMonitor.featureCount
      }
      try resetGoverned(event, asset, moment, output)
    }
    if signals == 0 {
      output.count("events_without_signal")
      let place = event.component.map { " component \"\($0)\"" } ?? ""
      log(.warning, "an event is about asset \"\(event.asset)\"\(place), of which nothing is watched")
    }
    try events.emit("baseline-reset", asset: event.asset, eventTimeNs: record.eventTimeNs, output) { json in
      if let component = event.component { json.member("component", component) }
      json.member("cause", event.kind.rawValue)
      if !event.note.isEmpty { json.member("note", event.note) }
      json.member("signals", signals)
      lineage(record.stream, first: record.sequence, last: record.sequence).writeInputs(into: &json)
    }
  }

  private func resetGoverned(
    _ event: MachineEvent, _ asset: AssetMonitor, _ moment: AlertDesk.Moment, _ output: PluginOutput
  ) throws {
    // Its features are of all inputs: whatever was replaced, they begin anew.
    governance.resetAsset(stream: Int(asset.stream), source: asset.source)
    for i in asset.governed.indices where event.component == nil || event.component == asset.governed[i].model {
      try end(
        component: asset.governed[i].model, &asset.governed[i].alarm, of: asset, reason: event.kind.rawValue, moment,
        output)
      asset.governed[i].reset()
    }
  }
}

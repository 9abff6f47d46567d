// The model `predictive-maintenance`: watches every waveform and every numeric column of the streams that it reads, each
// against what it has learned to be normal for that source, and opens, escalates and clears alerts.
//
// It works on the writer thread, inside the way to a commit: a scalar value costs a look-up by two integers and some
// arithmetic; text is built only when an alert changes or a feature stream is configured. Nothing here depends on time,
// only on the order of the records.
internal import CCrossdockPlugin
internal import ConditionMonitoring
package import CrossdockPlugin
internal import JSONText

package final class MaintenanceModel: Model {
  static let name = "predictive-maintenance"
  static let version = "0.1.0"

  package static var manifest: PluginManifest {
    PluginManifest(
      name: name, version: version,
      summary: "Learns what is normal for each vibration sensor and scalar signal and alerts when it deviates.",
      options: MaintenanceOptions.table)
  }

  let options: MaintenanceOptions
  let streams: [PluginContext.Stream]
  var registry: AssetRegistry
  private let columnCounts: [Int]
  private let alertStream: String
  private let featureStream: String?
  private let log: (PluginContext.LogLevel, String) -> Void
  private var json = JSONWriter(reserving: 1024)

  package init(_ context: PluginContext) throws {
    guard let first = context.writes.first else {
      throw PluginError("writes is empty: name the stream for alerts, and a second one for features if they are wanted")
    }
    options = try MaintenanceOptions(context)
    streams = context.streams
    columnCounts = streams.map(\.columns.count)
    registry = AssetRegistry(maxSignals: options.maxSignals)
    alertStream = first
    featureStream = context.writes.count > 1 ? context.writes[1] : nil
    log = context.log
  }

  package func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    for position in 0..<batch.count {
      let record = batch[position]
      if record.flags & UInt32(CROSSDOCK_FLAG_RETAINED) != 0 {
        // The broker repeats it at every new session: not a new measurement.
        output.count("retained_skipped")
        continue
      }
      if !record.columns.isEmpty { try observeColumns(of: record, output) }
      if !record.samples.isEmpty { try observeWaveform(of: record, output) }
    }
  }

  package func checkpoint() -> [UInt8] {
    MaintenanceCheckpoint.encode(registry, streams: streams)
  }

  package func restore(_ checkpoint: [UInt8]) throws {
    let restored = AssetRegistry(maxSignals: options.maxSignals)
    let dropped = try MaintenanceCheckpoint.decode(checkpoint, into: restored, streams: streams)
    registry = restored
    if dropped > 0 { log(.warning, "checkpoint: \(dropped) signals of streams or columns that are gone were dropped") }
  }

  // MARK: scalars

  private func observeColumns(of record: PluginRecord, _ output: PluginOutput) throws {
    let columns = record.columns
    guard columns.count == columnCounts[Int(record.stream)] else {
      output.count("column_mismatches")
      return
    }
    guard let asset = try asset(of: record, scalars: columns.count, waveform: false, output) else { return }
    let sequence = record.sequence
    for (i, value) in columns.enumerated() {
      guard RobustBaseline.accepts(value) else {
        output.count(value.isNaN ? "missing_values" : "invalid_values")
        continue
      }
      let severity = asset.scalars[i].alarm.severity
      guard let transition = asset.scalars[i].observe(value, sequence: sequence, options.scalars) else { continue }
      try emit(transition, severity, column: i, value: value, of: record, asset, output)
    }
  }

  private func emit(
    _ transition: AlarmState.Transition, _ severityBefore: AlarmState.Severity?, column: Int, value: Double,
    of record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    let monitor = asset.scalars[column]
    let stream = streams[Int(record.stream)]
    let z = monitor.baseline.score(value)
    asset.name = record.source
    try emit(
      AlertBody(
        state: .init(transition), severity: monitor.alarm.severity ?? severityBefore ?? .warning, asset: asset.name,
        stream: stream.name, component: stream.columns[column], alarm: monitor.alarm, score: options.scalars.score(z),
        evidence: [.init(feature: stream.columns[column], value: value, baseline: monitor.baseline, z: z)],
        thresholds: options.scalars.thresholds, direction: options.scalars.direction, maintenance: options.maintenance),
      eventTimeNs: record.eventTimeNs, output)
    if transition == .relearned { asset.scalars[column].restartLearning() }
  }

  // MARK: waveforms

  private func observeWaveform(of record: PluginRecord, _ output: PluginOutput) throws {
    let outcome = WaveformFeatures.extract(record.samples)
    var assessment: WaveformMonitor.Assessment?
    var isOpen = false
    switch outcome {
    case .features(let features):
      guard let asset = try asset(of: record, scalars: 0, waveform: true, output) else { return }
      let severity = asset.waveform?.alarm.severity
      assessment = asset.waveform?.observe(features, sequence: record.sequence, options.waveforms)
      if let assessment, let transition = assessment.transition {
        try emit(transition, severity, assessment, of: record, asset, output)
      }
      isOpen = asset.waveform?.alarm.isOpen ?? false
    case .flat: output.count("flat_waveforms")
    case .invalid(let samples):
      output.count("invalid_samples", UInt64(samples))
      output.count("invalid_waveforms")
    case .wrongLength: output.count("wrong_length_waveforms")
    }
    guard let featureStream else { return }
    FeatureSummaryBody.write(
      outcome, assessment: assessment, isOpen: isOpen, asset: record.source, stream: streams[Int(record.stream)].name,
      sequence: record.sequence, thresholds: options.waveforms.thresholds, into: &json)
    try output.emit(
      stream: featureStream, source: record.source, eventTimeNs: record.eventTimeNs, body: json.bytes)
  }

  private func emit(
    _ transition: AlarmState.Transition, _ severityBefore: AlarmState.Severity?,
    _ assessment: WaveformMonitor.Assessment, of record: PluginRecord, _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    guard let monitor = asset.waveform else { return }
    asset.name = record.source
    let evidence = WaveformMonitor.featureNames.indices.map { i in
      AlertBody.Evidence(
        feature: "\(WaveformMonitor.featureNames[i])", value: assessment.values[i], baseline: monitor.baselines[i],
        z: assessment.z[i])
    }
    try emit(
      AlertBody(
        state: .init(transition), severity: monitor.alarm.severity ?? severityBefore ?? .warning, asset: asset.name,
        stream: streams[Int(record.stream)].name, component: "waveform", alarm: monitor.alarm,
        score: assessment.score, evidence: evidence, thresholds: options.waveforms.thresholds,
        direction: options.waveforms.direction, maintenance: options.maintenance),
      eventTimeNs: record.eventTimeNs, output)
    if transition == .relearned { asset.waveform?.restartLearning() }
  }

  // MARK: assets and alerts

  private func asset(
    of record: PluginRecord, scalars: Int, waveform: Bool, _ output: PluginOutput
  ) throws -> AssetMonitor? {
    let asset = try registry.asset(
      stream: record.stream, source: record.sourceNumber, scalars: scalars, waveform: waveform
    ) { try forget($0, eventTimeNs: record.eventTimeNs, output) }
    if asset == nil { output.count("refused_records") }
    return asset
  }

  /// Ends the open alerts of an asset that makes room: nobody would clear them later.
  private func forget(_ asset: AssetMonitor, eventTimeNs: Int64, _ output: PluginOutput) throws {
    output.count("evicted_signals", UInt64(asset.signalCount))
    let stream = streams[Int(asset.stream)]
    var open = asset.scalars.indices.map { (stream.columns[$0], asset.scalars[$0].alarm, options.scalars) }
    if let waveform = asset.waveform { open.append(("waveform", waveform.alarm, options.waveforms)) }
    for (component, alarm, parameters) in open {
      guard let severity = alarm.severity else { continue }
      try emit(
        AlertBody(
          state: .cleared(reason: "forgotten"), severity: severity, asset: asset.name, stream: stream.name,
          component: component, alarm: alarm, score: nil, evidence: [], thresholds: parameters.thresholds,
          direction: parameters.direction, maintenance: options.maintenance),
        eventTimeNs: eventTimeNs, output)
    }
  }

  private func emit(_ alert: AlertBody, eventTimeNs: Int64, _ output: PluginOutput) throws {
    switch alert.state {
    case .opened: output.count("alerts_opened")
    case .escalated: output.count("alerts_escalated")
    case .cleared: output.count("alerts_cleared")
    }
    alert.write(into: &json)
    try output.emit(stream: alertStream, source: alert.asset, eventTimeNs: eventTimeNs, body: json.bytes)
  }
}

// The model `predictive-maintenance`: watches every waveform and every numeric column of the streams that it reads, each
// against what it has learned to be normal for that source, and opens, escalates and clears alerts.
//
// It works on the writer thread, inside the way to a commit: a scalar value costs a look-up by two integers and some
// arithmetic; text is built only when an alert changes or a feature stream is configured. Detectors depend on the order of the
// records, not on their times; only the bound on alerts looks at the monotonic time that the records carry.
//
// The ways of a record are in extensions: scalars, waveforms, what was done to machines.
internal import AnomalyDetection
internal import CCrossdockPlugin
internal import ConditionMonitoring
package import CrossdockPlugin
internal import JSONText
internal import ModelGovernance
internal import SignalFeatures

package final class MaintenanceModel: Model {
  static let name = "predictive-maintenance"
  static let version = "0.2.0"

  package static var manifest: PluginManifest {
    PluginManifest(
      name: name, version: version,
      summary: "Learns what is normal for each vibration sensor and scalar signal and alerts when it deviates.",
      options: MaintenanceOptions.table)
  }

  let options: MaintenanceOptions
  let streams: [PluginContext.Stream]
  let columnCounts: [Int]
  let epoch: String
  let featureStream: String?
  let alerts: AlertDesk
  /// Nil where too little is known of the machine.
  let vibration: VibrationWatch?
  /// Nil where waveforms are in their unit.
  let scaled: ScaledSamples?
  /// By stream: the column with the speed.
  let speedColumns: [Int?]
  /// By stream: what the trees of its assets share; nil: none, or too many or too few columns.
  let treeShapes: [HalfSpaceShape?]
  /// By stream: what its columns are checked for; nil: nothing.
  let checkPlans: [FeaturePlan?]
  let watchesGroups: Bool
  let watchesPatterns: Bool
  /// The columns of the record that is worked on, what is flagged left out.
  var plausible: [Double]
  /// Of the value that is worked on.
  var patternScore = 0.0
  let governance: ModelGovernance
  /// The records were judged before a restart; what is told of them is not kept.
  var isReplay = false
  /// A checkpoint has something of trained models that the configuration does not name any more.
  var hasStrayModels = false
  let events: EventDesk
  var registry: AssetRegistry
  var sources: SourceNumbers
  let log: (PluginContext.LogLevel, String) -> Void
  var json = JSONWriter(reserving: 2048)

  package init(_ context: PluginContext) throws {
    guard let first = context.writes.first else {
      throw PluginError("writes is empty: name the stream for alerts, and a second one for features if they are wanted")
    }
    let options = try MaintenanceOptions(context)
    self.options = options
    streams = context.streams
    columnCounts = streams.map(\.columns.count)
    epoch = context.epoch
    registry = AssetRegistry(maxSignals: options.maxSignals)
    featureStream = context.writes.dropFirst().first { $0 != options.eventsStream }
    events = EventDesk(stream: options.eventsStream)
    vibration = VibrationWatch(
      options.machine, findsFaults: options.detectors.contains(.envelope), options.waveforms.thresholds)
    scaled = ScaledSamples(options.machine.samplesScale)
    speedColumns = streams.map { stream in
      guard case .column(let name) = options.machine.speed else { return nil }
      return stream.columns.firstIndex(of: name)
    }
    let eventInput = options.eventInput
    checkPlans = streams.enumerated().map { number, stream in
      eventInput.map { Int($0) } == number ? nil : options.plausibility.plan(columns: stream.columns)
    }
    plausible = Array(repeating: .nan, count: columnCounts.max() ?? 0)
    watchesPatterns = options.detectors.contains(.pattern)
    watchesGroups = options.detectors.contains(.multivariate) || options.detectors.contains(.trees)
    treeShapes = streams.map { stream in
      options.detectors.contains(.trees) && GroupMonitor.columnCounts.contains(stream.columns.count)
        ? HalfSpaceShape(columnCount: stream.columns.count, seed: 1) : nil
    }
    governance = try Self.governance(context, options)
    sources = SourceNumbers(keepsNames: !governance.isEmpty)
    alerts = AlertDesk(
      stream: first, limits: options.storm, events: events, epoch: context.epoch, streamNames: streams.map(\.name))
    log = context.log
  }

  private static func governance(
    _ context: PluginContext, _ options: MaintenanceOptions
  ) throws -> ModelGovernance {
    do throws(GovernanceError) {
      let governance = try ModelGovernance(files: context.files("bundles").map { ($0.path, $0.contents) })
      guard governance.isEmpty || options.eventsStream != nil else {
        throw GovernanceError(
          file: "events",
          reason: "what becomes of a model is told there: name a third stream in writes, or one of them with events = …"
        )
      }
      for (number, stream) in context.streams.enumerated() {
        let isOfEvents = options.eventInput.map { Int($0) == number } ?? false
        governance.bind(stream: number, name: stream.name, columns: isOfEvents ? [] : stream.columns)
      }
      return governance
    } catch {
      throw PluginError("bundles: \(error)")
    }
  }

  package func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    isReplay = output.isReplay
    governance.isReplaying = isReplay
    defer { if governance.takeWishForCheckpoint() { output.wantCheckpoint() } }
    for position in 0..<batch.count {
      let record = batch[position]
      if record.flags & UInt32(CROSSDOCK_FLAG_RETAINED) != 0 {
        // The broker repeats it at every new session: not a new measurement.
        output.count("retained_skipped")
        continue
      }
      if hasStrayModels, !isReplay {
        try endStrayModels(moment(of: record), output)
        // The checkpoint of before has them still, and would end them again.
        output.wantCheckpoint()
      }
      if record.stream == options.eventInput {
        try takeEvent(of: record, output)
        continue
      }
      if !record.columns.isEmpty { try observeColumns(of: record, output) }
      if !record.samples.isEmpty { try observeWaveform(of: record, output) }
      if !governance.isEmpty { try observeGoverned(record, output) }
    }
  }

  package func checkpoint() -> [UInt8] {
    MaintenanceCheckpoint.encode(registry, alerts.overall, governance, sources, streams: streams)
  }

  package func restore(_ checkpoint: [UInt8]) throws {
    let restored = AssetRegistry(maxSignals: options.maxSignals)
    let decoded = try MaintenanceCheckpoint.decode(
      checkpoint, into: restored, governance, streams: streams, shapes: treeShapes, checks: checkPlans)
    hasStrayModels = false
    sources = decoded.sources
    restored.forEach { asset in
      if asset.governed.contains(where: isStray) { hasStrayModels = true }
      // What the options ask for now may be other than then.
      if asset.group?.fits(options.detectors, columnCount: columnCounts[Int(asset.stream)]) == false {
        asset.group = nil
      }
      if !watchesPatterns { asset.patterns = [] }
      if !options.watchesSignalDrift {
        asset.drift = []
        asset.wear?.drift = nil
      }
    }
    registry = restored
    alerts.overall = decoded.storm
    guard decoded.dropped > 0 else { return }
    log(.warning, "checkpoint: \(decoded.dropped) signals of streams or columns that are gone were dropped")
  }

  // MARK: assets

  func asset(
    of record: PluginRecord, scalars: Int, waveform: Bool, _ output: PluginOutput
  ) throws -> AssetMonitor? {
    let asset = try registry.asset(
      stream: record.stream, source: sources.number(of: record), name: record.source, scalars: scalars,
      waveform: waveform
    ) { try forget($0, moment(of: record), output) }
    guard let asset else {
      output.count("refused_records")
      return nil
    }
    try alerts.endStorms(asset, moment(of: record), output)
    return asset
  }

  /// Ends the open alerts of an asset that makes room: nobody would clear them later.
  private func forget(_ asset: AssetMonitor, _ moment: AlertDesk.Moment, _ output: PluginOutput) throws {
    output.count("evicted_signals", UInt64(asset.signalCount))
    for i in asset.scalars.indices { try end(scalar: i, of: asset, reason: "forgotten", moment, output) }
    try endGroup(of: asset, reason: "forgotten", moment, output)
    try endWaveform(of: asset, reason: "forgotten", moment, output)
    try endGoverned(of: asset, reason: "forgotten", moment, output)
    try alerts.endStorm(of: asset, moment, output)
  }

  // MARK: alerts

  func moment(of record: PluginRecord) -> AlertDesk.Moment {
    AlertDesk.Moment(eventTimeNs: record.eventTimeNs, monotonicNs: record.monotonicNs)
  }

  func lineage(_ stream: UInt16, first: UInt64, last: UInt64) -> Lineage {
    Lineage(epoch: epoch, stream: streams[Int(stream)].name, firstSequence: first, lastSequence: last)
  }

  /// An alert that ends for a reason that is not in the values.
  func end(
    component: String, _ alarm: inout AlarmState, of asset: AssetMonitor, reason: String, _ moment: AlertDesk.Moment,
    _ output: PluginOutput
  ) throws {
    guard let severity = alarm.severity, alarm.isTold else { return }
    alarm.isTold = false
    try alerts.tell(
      AlertBody(
        state: .cleared(reason: reason), severity: severity, asset: asset.name, component: component, alarm: alarm,
        score: nil, health: nil, faults: [], remainingLife: .notYet, evidence: [], range: nil,
        lineage: lineage(asset.stream, first: alarm.firstSequence, last: alarm.lastSequence), model: .plugin,
        maintenance: options.maintenance),
      moment, output)
  }
}

internal import CCrossdockPlugin
internal import ConditionMonitoring
internal import CrossdockPlugin
internal import DriftWatch
internal import JSONText
internal import ModelGovernance
internal import SignalFeatures

// Trained models from bundles: their verdicts become records, alerts and, where their scores change for good, requests to train anew.
extension MaintenanceModel {
  /// Features that an alert names, those that have added most.
  private static let namedContributions = 5

  func observeGoverned(_ record: PluginRecord, _ output: PluginOutput) throws {
    let sample = GovernedSample(
      stream: Int(record.stream), source: sources.number(of: record), sequence: record.sequence,
      timeNs: record.eventTimeNs, isTimeTrusted: record.isEventTimeTrusted, columns: record.columns,
      samples: record.samples)
    try governance.observe(sample, clockUs: isReplay ? nil : { -output.remainingUs }) { verdict, row in
      try take(verdict, row, of: record, output)
    }
    try tellModelEvents(of: record, output)
  }

  func tellModelEvents(of record: PluginRecord, _ output: PluginOutput) throws {
    for body in governance.takeEvents(asset: record.source, epoch: epoch) {
      output.count("model_events")
      try events.emit(body, source: record.source, eventTimeNs: record.eventTimeNs, output)
    }
  }

  private func take(
    _ verdict: GovernedVerdict, _ row: borrowing FeatureRow, of record: PluginRecord, _ output: PluginOutput
  ) throws {
    output.count("verdicts")
    if let featureStream {
      VerdictBody.write(
        verdict, row, asset: record.source,
        lineage: lineage(record.stream, first: verdict.firstSequence, last: row.lastSequence), into: &json)
      try output.emit(
        stream: featureStream, source: record.source, eventTimeNs: record.eventTimeNs, body: json.bytes)
    }
    guard verdict.isUsable else {
      output.count("unusable_verdicts")
      return
    }
    guard let asset = registry.known(stream: record.stream, source: sources.number(of: record)) else { return }
    let place = asset.place(of: verdict.name)
    asset.governed[place].life = Self.life(verdict)
    let severityBefore = asset.governed[place].alarm.severity
    let thresholds = options.scalars.thresholds
    let score: Double =
      switch verdict.severity {
      case .none: 0
      case .warning: thresholds.warning
      case .critical: thresholds.critical
      }
    let transition = asset.governed[place].alarm.observe(score: score, sequence: row.lastSequence, thresholds)
    var alarm = asset.governed[place].alarm
    if transition != nil || alarm.isHeldBack {
      let moment = moment(of: record)
      let state = try alerts.settle(
        transition, &alarm, component: verdict.name, of: asset, moment, output)
      asset.governed[place].alarm = alarm
      if let state {
        try alerts.tell(
          body(verdict, row, state, alarm, severityBefore ?? .warning, of: record, asset), moment, output)
      }
    }
    if options.drift != .off, verdict.task != .rul { try watchScore(verdict, place, row, of: record, asset, output) }
  }

  private func body(
    _ verdict: GovernedVerdict, _ row: borrowing FeatureRow, _ state: AlertBody.State, _ alarm: AlarmState,
    _ severityBefore: AlarmState.Severity, of record: PluginRecord, _ asset: AssetMonitor
  ) -> AlertBody {
    let names = verdict.version.specification.featureNames
    var evidence: [AlertEvidence] = []
    for (name, added) in verdict.contributions(row).prefix(Self.namedContributions) {
      guard let i = names.firstIndex(of: name) else { continue }
      evidence.append(AlertEvidence(name, row.values[i], contribution: added))
    }
    if evidence.isEmpty {
      for i in row.values.indices.prefix(Self.namedContributions) {
        evidence.append(AlertEvidence(names[i], row.values[i]))
      }
    }
    let rule = verdict.version.description.alert
    if let rule, verdict.task != .classification {
      evidence.insert(
        AlertEvidence(
          verdict.version.outputNames[0], verdict.point,
          threshold: alarm.severity == .critical ? rule.critical : rule.warning), at: 0)
    }
    return AlertBody(
      state: state, severity: alarm.severity ?? severityBefore, asset: asset.name, component: verdict.name,
      alarm: alarm, score: verdict.task == .classification ? nil : verdict.point, health: Self.health(verdict),
      faults: Self.faults(verdict, alarm),
      remainingLife: Self.life(verdict) ?? asset.life, evidence: evidence, range: nil,
      lineage: lineage(record.stream, first: min(alarm.firstSequence, verdict.firstSequence), last: row.lastSequence),
      model: ModelIdentity(verdict), maintenance: options.maintenance)
  }

  /// The classes of a classifier; of remaining life how probable its end is before the alert's limit. A score or value says neither.
  private static func faults(_ verdict: GovernedVerdict, _ alarm: AlarmState) -> [AlertBody.Fault] {
    if verdict.task == .rul, let rule = verdict.version.description.alert,
      let probability = verdict.probability(before: alarm.severity == .critical ? rule.critical : rule.warning)
    {
      return [.init(type: "end-of-life", probability: probability)]
    }
    return verdict.faults.map { .init(type: $0.type, probability: $0.probability) }
  }

  /// Nil: the model says nothing of remaining life.
  private static func life(_ verdict: GovernedVerdict) -> RemainingLifeBody? {
    guard verdict.task == .rul else { return nil }
    let interval = verdict.interval
    return .estimate(
      median: verdict.point, lower: interval?.lower ?? verdict.point, upper: interval?.upper ?? verdict.point,
      coverage: interval.map { $0.coverage.isFinite ? $0.coverage : 0 } ?? 0, unit: verdict.unit,
      isUpperBounded: true)
  }

  /// 1 is healthy, 0.5 at the bundle's warning; nil where the bundle gives no measure.
  private static func health(_ verdict: GovernedVerdict) -> Double? {
    let rule = verdict.version.description.alert
    switch verdict.task {
    case .rul: return rule.map { $0.warning > 0 ? min(1, max(0, verdict.point / (2 * $0.warning))) : 0 }
    case .classification:
      guard let rule else { return nil }
      return verdict.faults.reduce(0) { rule.normal.contains($1.type) ? $0 + $1.probability : $0 }
    case .anomaly: return rule.map { 1 / (1 + max(0, verdict.point / $0.warning)) }
    case .regression: return nil
    }
  }

  private func watchScore(
    _ verdict: GovernedVerdict, _ place: Int, _ row: borrowing FeatureRow, of record: PluginRecord,
    _ asset: AssetMonitor, _ output: PluginOutput
  ) throws {
    asset.governed[place].begin(verdict.version.description.version)
    if asset.governed[place].drift == nil { asset.governed[place].drift = StandardisedDrift() }
    let first = asset.governed[place].driftFirst ?? (row.firstSequence, record.eventTimeNs)
    asset.governed[place].driftFirst = first
    let score = verdict.task == .classification ? verdict.faults.first?.probability ?? 0 : verdict.point
    guard let signs = asset.governed[place].drift?.update(score), !signs.isEmpty else { return }
    let drift = asset.governed[place].drift
    let finding = SignalDrift.Finding(
      kind: .score, signs: signs, value: score, learned: drift?.mean ?? 0, scale: drift?.scale ?? 0,
      firstSequence: first.0, firstTimeNs: first.1)
    asset.governed[place].drift?.reset()
    asset.governed[place].driftFirst = nil
    try tell(finding, component: verdict.name, model: ModelIdentity(verdict), of: record, asset, output)
  }

  func isStray(_ monitor: GovernedMonitor) -> Bool { !governance.models.contains { $0.name == monitor.model } }

  /// Nobody would clear their alerts, and their last word on remaining life would stay.
  func endStrayModels(_ moment: AlertDesk.Moment, _ output: PluginOutput) throws {
    try registry.forEach { asset in
      for i in asset.governed.indices where isStray(asset.governed[i]) {
        try end(
          component: asset.governed[i].model, &asset.governed[i].alarm, of: asset, reason: "model-removed", moment,
          output)
      }
      asset.governed.removeAll(where: isStray)
    }
    hasStrayModels = false
  }

  func endGoverned(
    of asset: AssetMonitor, reason: String, _ moment: AlertDesk.Moment, _ output: PluginOutput
  ) throws {
    for i in asset.governed.indices {
      try end(
        component: asset.governed[i].model, &asset.governed[i].alarm, of: asset, reason: reason, moment, output)
    }
  }
}

// A model under governance: its active version says what the plugin makes alerts of; a shadow is evaluated on the same rows and compared; the
// version before is kept ready, its features warm. By the rules of the bundles a shadow is promoted, and an active version that fails its
// golden cases, misses its deadline too often or has drifted too far from its training data gives way to the one before.
//
// Every decision is an event and part of the checkpoint; it takes effect between two records. It follows from the records alone but for
// deadlines, where the host's clock counts: a decision that was made is kept over a restart all the same.
//
// Records that are replayed after a restart are judged by the versions that judged them before, as the checkpoint says. What the store says
// now holds from the first record on that is new, and so does what was found when the versions were opened. Whoever holds the checkpoint is
// asked to write it with that record, as with every decision: what a clock or a store has decided cannot be found again in the records.
//
// Invariants: at most one version has a stage; a version that was refused (it does not load, or its golden cases fail on this machine) is
// never evaluated.
internal import JSONText
internal import SignalFeatures
internal import StateCoding

package final class GovernedModel {
  package let name: String
  let instance: String
  /// By text; those that cannot be used with the reason.
  private let versions: [String: Result<ModelVersion, GovernanceError>]
  private(set) var stages: VersionStages
  let tracks: [FeatureTrack]
  var assets: GovernedAssets
  var trial: ShadowTrial?
  var watch: ActiveWatch
  private var events: [Message] = []
  private var hasBegun = false
  /// The records have been judged before a restart: nothing is told of them, and nothing new is taken up.
  var isReplaying = false
  /// What holds from the first new record on; nil: it holds already.
  private var upcoming: VersionStages?
  /// What the store has come to by commands of the program, and up to which revision it has been told.
  private let changes: [StoreChange]
  private let revision: Int
  private var toldRevision: Int
  /// The records that are replayed were judged by nobody: the active version could not be used then.
  private var isMute = false
  /// Something has changed that the records alone do not bring back.
  private(set) var wantsCheckpoint = false
  /// Before the first record that the model is fed with; `.max` from then on.
  private var recordsPassedBy: UInt32 = 0
  /// By stream, as they were bound.
  private var streamNames: [Int: String] = [:]
  /// Where the record that is looked at stands.
  private var place: (stream: Int, sequence: UInt64, timeNs: Int64) = (0, 0, 0)
  /// The time of the first record in the window that drift is looked for in.
  private var windowBeganNs: Int64 = 0

  private(set) var active: ModelVersion?
  private(set) var shadow: ModelVersion?
  private var activeTrack = 0

  /// What is to be told after the record.
  private enum Message {
    case event(ModelEvent, stream: String, sequence: UInt64)
    case request(RetrainRequest)
  }

  /// - Parameter assetsBytes: what the extractors of all devices may take.
  init(_ entries: VersionEntries, assetsBytes: Int) {
    name = entries.name
    instance = entries.instance
    changes = entries.changes
    revision = entries.revision
    // Without a checkpoint nobody knows what was told: a model begins with what there is.
    toldRevision = entries.revision
    stages = VersionStages(
      active: entries.version("active"), shadow: entries.version("shadow"), previous: entries.version("previous"),
      decided: entries.decided, store: entries.store)
    var versions: [String: Result<ModelVersion, GovernanceError>] = [:]
    var tracks: [FeatureTrack] = []
    for (_, text) in entries.stages {
      let loaded = Self.load(text, entries)
      versions[text] = loaded
      if case .success(let version) = loaded, !tracks.contains(where: { $0.hash == version.specification.hash }) {
        tracks.append(FeatureTrack(version.plan))
      }
    }
    self.versions = versions
    self.tracks = tracks
    let bytes = max(1, tracks.reduce(0) { $0 + $1.plan.assetBytes + ($1.reach.isOneRow ? 0 : RowMarks.mostBytes) })
    assets = GovernedAssets(limit: max(1, min(GovernanceLimits.assets, assetsBytes / bytes)))
    watch = ActiveWatch(nil)
    resolve()
  }

  private static func load(_ text: String, _ entries: VersionEntries) -> Result<ModelVersion, GovernanceError> {
    Result { () throws(GovernanceError) in
      if let damage = entries.damage[text] { throw GovernanceError(file: "its files", reason: damage) }
      let version = try ModelVersion(files: entries.files[text] ?? [:])
      guard version.description.name == entries.name, version.description.version == text else {
        throw GovernanceError(
          file: ModelDescription.fileName, reason: "it is of \(version.description.name) \(version.description.version)"
        )
      }
      if let mismatch = version.goldenMismatch() {
        throw GovernanceError(file: GoldenCases.outputName, reason: mismatch)
      }
      return version
    }
  }

  private func usable(_ text: String?) -> ModelVersion? { text.flatMap { try? versions[$0]?.get() } }

  /// Brings what is evaluated to what the stages say.
  private func resolve() {
    let (before, shadowBefore) = (active, shadow)
    active = isMute ? nil : usable(stages.active)
    shadow = usable(stages.shadow)
    if let active, let track = tracks.firstIndex(where: { $0.hash == active.specification.hash }) {
      activeTrack = track
    }
    if active !== before { watch = ActiveWatch(active) }
    if shadow !== shadowBefore || active !== before {
      trial = shadow.map { ShadowTrial($0, classes: $0.description.classes.count) }
      assets.resetShadowSeverities()
    }
  }

  // MARK: binding

  func bind(stream: Int, name: String, columns: [String]) {
    streamNames[stream] = name
    for track in tracks { _ = track.bind(stream: stream, columns: columns) }
  }

  /// Whether the active version can work on a stream's records.
  package func isFed(by stream: Int) -> Bool {
    tracks.indices.contains(activeTrack) && tracks[activeTrack].isFed(by: stream)
  }

  // MARK: records

  func observe(
    _ sample: GovernedSample, clockUs: (() -> Int64)?,
    verdict: (GovernedVerdict, borrowing FeatureRow) throws -> Void
  ) rethrows {
    place = (sample.stream, sample.sequence, sample.timeNs)
    if !isReplaying { begin() }
    guard let active else { return }
    guard isFed(by: sample.stream) else { return passedBy(active) }
    recordsPassedBy = .max
    let asset = assets.asset(sample.asset, tracks)
    let shadow = shadow
    let sharesTrack = shadow?.specification.hash == active.specification.hash
    var outputs = UnsafeBufferPointer<Double>(start: nil, count: 0)
    _ = try tracks[activeTrack].observe(sample, &asset.extractors[activeTrack]) { row in
      if watch.isWindowEmpty { windowBeganNs = row.firstTimeNs }
      outputs = watch.evaluate(active, row, of: sample.asset, clockUs)
      let severity = active.severity(outputs)
      let before = asset.activeSeverity
      asset.activeSeverity = severity
      try verdict(
        GovernedVerdict(
          name: name, version: active, outputs: outputs,
          firstSequence: asset.marks[activeTrack].first(of: row, tracks[activeTrack].reach), severity: severity,
          severityBefore: before), row)
      trial?.sawActive(severity, after: before)
      if sharesTrack, let shadow { compare(shadow, row, active, outputs, asset, clockUs) }
    }
    for index in tracks.indices where index != activeTrack {
      _ = tracks[index].observe(sample, &asset.extractors[index]) { row in
        _ = asset.marks[index].first(of: row, tracks[index].reach)
        guard let shadow, tracks[index].hash == shadow.specification.hash, !outputs.isEmpty else { return }
        compare(shadow, row, active, outputs, asset, clockUs)
      }
    }
    review()
  }

  /// A stream with its columns is in agent.conf, but nothing comes of it: not among `reads`, or silent.
  private func passedBy(_ active: ModelVersion) {
    guard recordsPassedBy < GovernanceLimits.recordsPassedBy else { return }
    recordsPassedBy += 1
    guard recordsPassedBy == GovernanceLimits.recordsPassedBy else { return }
    let columns = active.specification.inputs.map(\.column).joined(separator: ", ")
    tell(
      ModelEvent(
        kind: .refused, from: nil, to: stages.active, cause: .inputs,
        reason:
          "\(recordsPassedBy) records have come, and none from a stream with the columns that it needs (\(columns))"))
  }

  private func compare(
    _ shadow: ModelVersion, _ row: borrowing FeatureRow, _ active: ModelVersion,
    _ outputs: UnsafeBufferPointer<Double>, _ asset: GovernedAsset, _ clockUs: (() -> Int64)?
  ) {
    guard var trial else { return }
    self.trial = nil
    asset.shadowSeverity = trial.evaluate(
      shadow, row, against: active, outputs, severityBefore: asset.shadowSeverity, clockUs)
    self.trial = trial
  }

  /// A command of the configured stream.
  func command(_ command: ModelCommand, stream: Int, sequence: UInt64) {
    place = (stream, sequence, place.timeNs)
    if !isReplaying { begin() }
    guard let kind = command.kind else {
      return refuse("there is no command \"\(command.name)\": promote, rollback")
    }
    let target = kind == .promote ? stages.shadow : stages.previous
    guard let target else {
      return refuse(kind == .promote ? "there is no version in shadow" : "there is no version before")
    }
    if let wanted = command.version, wanted != target {
      return refuse("the command is about version \(wanted), and it would be \(target)")
    }
    if let (_, reason) = obstacle(target) { return refuse("version \(target) cannot be used: \(reason)") }
    decide(kind == .promote ? .promoted : .rolledBack, .command, command.reason) { _ in }
  }

  private func refuse(_ reason: String) {
    tell(ModelEvent(kind: .refused, from: stages.active, to: nil, cause: .command, reason: reason))
  }

  func resetAsset(_ key: UInt64) { assets.reset(key) }

  /// Nothing while records are replayed: they have told it before.
  /// - Parameters:
  ///   - asset: of the record that was looked at last.
  ///   - epoch: of the journal; empty: not known.
  func takeEvents(asset: String, epoch: String) -> [[UInt8]] {
    guard !events.isEmpty else { return [] }
    defer { events = [] }
    guard !isReplaying else { return [] }
    return events.map { message in
      switch message {
      case .event(let event, let stream, let sequence):
        event.body(model: name, instance: instance, stream: stream, sequence: sequence, epoch: epoch)
      case .request(let request): request.body(asset: asset, epoch: epoch)
      }
    }
  }

  func takeWish() -> Bool {
    defer { wantsCheckpoint = false }
    return wantsCheckpoint
  }

  // MARK: decisions

  /// What the store says, from the first new record on.
  private func takeUp() {
    guard var next = upcoming else { return }
    upcoming = nil
    isMute = false
    next.take(decisionsOf: stages)
    let (before, activeBefore, shadowBefore) = (stages, active, shadow)
    stages = next
    resolve()
    if stages.inUse != before.inUse || active !== activeBefore || shadow !== shadowBefore { wantsCheckpoint = true }
  }

  /// What was found out when the versions were loaded and bound, told with the first new record; and the decisions that the store does not
  /// have yet, because what told of them was lost: by their numbers it takes each once.
  private func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    takeUp()
    tellChanges()
    for decision in stages.open {
      tell(decision, decision.cause, "it was decided before, and the store has not taken it")
    }
    for text in stages.inUse {
      guard let (cause, reason) = obstacle(text) else { continue }
      let told = "version \(text) cannot be used: \(reason)"
      if text == stages.active, let previous = stages.previous, obstacle(previous) == nil {
        decide(.rolledBack, cause, told) { _ in }
      } else {
        tell(ModelEvent(kind: .refused, from: nil, to: text, cause: cause, reason: told))
      }
    }
  }

  /// What somebody has changed by a command of the program since this was last told: with the first new record, and in one commit with the
  /// checkpoint that says so.
  private func tellChanges() {
    for change in changes where change.revision > toldRevision { tell(change.event) }
    guard revision != toldRevision else { return }
    toldRevision = revision
    wantsCheckpoint = true
  }

  /// Why a version could say nothing; nil when it can.
  private func obstacle(_ text: String) -> (cause: GovernanceDecision.Cause, reason: String)? {
    switch versions[text] {
    case .failure(let error): return (.golden, "\(error)")
    case .success(let version):
      let track = tracks.first { $0.hash == version.specification.hash }
      guard track?.isFed != true else { return nil }
      let columns = version.specification.inputs.map(\.column).joined(separator: ", ")
      return (.inputs, "no stream that the plugin reads has all the columns that it needs (\(columns))")
    case nil: return (.golden, "its files are not there")
    }
  }

  /// What the rules of the bundles say after a record.
  private func review() {
    if let finding = watch.takeFinding() {
      wantsCheckpoint = true
      if let first = finding.driftedSince { askForTraining(finding.reason, since: first) }
      if let previous = stages.previous, previous != stages.fallen, obstacle(previous) == nil {
        decide(.rolledBack, finding.cause, finding.reason, finding.evidence)
      } else {
        tell(
          ModelEvent(
            kind: .limit, from: stages.active, to: nil, cause: finding.cause,
            reason: finding.reason + "; there is no version to go back to", evidence: finding.evidence))
      }
      return
    }
    guard let shadow, let active, let standing = trial?.standing(shadow), let trial else { return }
    switch standing {
    case .goesOn: return
    case .isToBeTold:
      tell(comparison(trial, active, shadow))
      self.trial?.wasTold()
    case .isToBePromoted(let reason):
      let evidence = comparison(trial, active, shadow).evidence
      decide(.promoted, .rule, reason, evidence)
    }
  }

  private func comparison(_ trial: ShadowTrial, _ active: ModelVersion, _ shadow: ModelVersion) -> ModelEvent {
    let comparison = Comparison(
      agreement: trial.agreement, classes: shadow.description.classes, times: (watch.times, trial.times),
      bytes: (active.artefactBytes, shadow.artefactBytes), deadlineMisses: (watch.deadlineMisses, trial.deadlineMisses))
    return ModelEvent(
      kind: .comparison, from: stages.active, to: stages.shadow, cause: .rule, reason: "", evidence: comparison.write)
  }

  private func decide(
    _ kind: GovernanceDecision.Kind, _ cause: GovernanceDecision.Cause, _ reason: String,
    _ evidence: @escaping (inout JSONWriter) -> Void
  ) {
    guard let decision = stages.decide(kind, cause) else { return }
    wantsCheckpoint = true
    tell(decision, cause, reason, evidence)
    resolve()
  }

  private func tell(
    _ decision: GovernanceDecision, _ cause: GovernanceDecision.Cause, _ reason: String,
    _ evidence: @escaping (inout JSONWriter) -> Void = { _ in }
  ) {
    tell(
      ModelEvent(
        kind: decision.kind == .promoted ? .promoted : .rolledBack, from: decision.from, to: decision.to,
        number: decision.number, cause: cause, reason: reason, evidence: evidence))
  }

  /// What the model sees is not what it was trained on: whoever trains it is told in which records.
  private func askForTraining(_ reason: String, since first: UInt64) {
    guard events.count < GovernanceLimits.openEvents else { return }
    let request = RetrainRequest(
      model: name, version: stages.active ?? "", specification: active?.specification, reason: reason,
      stream: streamNames[place.stream] ?? "", range: min(first, place.sequence)...place.sequence,
      fromNs: min(windowBeganNs, place.timeNs), toNs: place.timeNs)
    events.append(.request(request))
  }

  private func tell(_ event: ModelEvent) {
    guard events.count < GovernanceLimits.openEvents else { return }
    events.append(.event(event, stream: streamNames[place.stream] ?? "", sequence: place.sequence))
  }

  // MARK: state

  func encode(into state: StateWriter) {
    stages.encode(into: state)
    state.append(active?.identity ?? "")
    watch.encode(into: state)
    state.append(trial == nil ? "" : shadow?.identity ?? "")
    trial?.encode(into: state)
    state.append(UInt16(streamNames.count))
    for (number, name) in streamNames.sorted(by: { $0.key < $1.key }) {
      state.append(UInt32(truncatingIfNeeded: number))
      state.append(name)
    }
    state.append(recordsPassedBy)
    assets.encode(into: state, tracks)
    state.append(UInt64(toldRevision))
    state.append(windowBeganNs)
    watch.encodeCorrelation(into: state)
  }

  func restore(from state: inout StateReader) throws {
    let saved = try VersionStages.Saved(from: &state)
    let isOfThisLife = saved.store == stages.storeLife
    let identity = try state.text()
    upcoming = stages.laidOver(by: saved)
    // What has judged the records may be gone, or be something else by the same name: then those in use now judge them.
    if identity.isEmpty || identity == saved.active.flatMap(usable)?.identity {
      stages = VersionStages(saved)
      isMute = identity.isEmpty
    } else if let upcoming {
      stages = upcoming
    }
    resolve()
    let isSame = identity == active?.identity ?? ""
    try watch.restore(from: &state, isSame: isSame)
    let shadow = try state.text()
    if !shadow.isEmpty {
      let restored = try ShadowTrial.Counts(from: &state)
      if isSame, shadow == self.shadow?.identity { trial?.restore(restored) }
    }
    var streams: [UInt32: UInt32] = [:]
    for _ in 0..<(try state.integer(UInt16.self)) {
      let number = try state.integer(UInt32.self)
      let name = try state.text()
      streams[number] = streamNames.first { $0.value == name }.map { UInt32(truncatingIfNeeded: $0.key) }
    }
    recordsPassedBy = try state.integer()
    assets = try GovernedAssets(from: &state, tracks, streams: streams, limit: assets.limit)
    // A checkpoint from before changes were told does not have it.
    guard !state.isAtEnd else { return }
    let told = Int(truncatingIfNeeded: try state.integer(UInt64.self) & 0xFFFF_FFFF)
    toldRevision = isOfThisLife ? told : 0
    if !state.isAtEnd { windowBeganNs = try state.integer() }
    // Nor does one from before it was counted how slowly rows follow each other.
    if !state.isAtEnd { try watch.restoreCorrelation(from: &state, isSame: isSame) }
  }
}

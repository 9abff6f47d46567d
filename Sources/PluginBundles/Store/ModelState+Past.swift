// What a model's state was at a time, by its history. For replays: records are judged by the versions of their time.
internal import Records

extension ModelState {
  /// Whether the history is all of it: only the newest changes are kept.
  package var historyIsWhole: Bool { history.first?.revision == 1 }

  /// The stages as they were after the changes up to a time; before the first one, as that left them. Versions that are gone since are named all
  /// the same.
  /// - Returns: nil where the history is not whole.
  package func asOf(_ timeNs: Int64) -> ModelState? {
    guard historyIsWhole else { return nil }
    let past = history.prefix { $0.timeNs <= timeNs }
    var state = ModelState(life: life)
    state.versions = versions
    state.decided = decided
    for change in past.isEmpty ? history.prefix(1) : past { state.repeat(change) }
    // Decisions are numbered: those that came later are not counted yet.
    for change in history.dropFirst(state.history.count) {
      guard let instance = change.instance, let last = state.decided[instance] else { continue }
      state.decided[instance] = max(0, last - 1)
    }
    return state
  }

  private mutating func `repeat`(_ change: Change) {
    revision = change.revision
    history.append(change)
    guard let version = SemanticVersion(change.version) else { return }
    switch change.what {
    case Change.promoted:
      (previous, active, shadow) = (active ?? previous, version, nil)
    case Change.rolledBack:
      (active, previous) = (version, active)
    case Change.inShadow: (shadow, staged) = (version, nil)
    case Change.removed:
      if let stage = stage(of: version) { self[stage] = nil }
    default:
      // Others change no stage.
      if let stage = Stage.allCases.first(where: { change.what == Change.installed(as: $0) }) { place(version, stage) }
    }
  }

  private mutating func place(_ version: SemanticVersion, _ stage: Stage) {
    if let old = self.stage(of: version) { self[old] = nil }
    if stage == .active, let active { previous = active }
    self[stage] = version
  }
}

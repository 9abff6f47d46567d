package import Records

/// What a plugin instance has decided about a model that it runs.
package struct ModelDecision: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case promoted
    case rolledBack = "rolled-back"
  }

  package var instance: String
  /// Counts the instance's decisions about this model, from 1.
  package var number: Int
  package var kind: Kind
  package var from: SemanticVersion?
  package var to: SemanticVersion
  package var by: String
  package var reason: String

  package init(
    instance: String, number: Int, kind: Kind, from: SemanticVersion?, to: SemanticVersion, by: String, reason: String
  ) {
    self.instance = instance
    self.number = number
    self.kind = kind
    self.from = from
    self.to = to
    self.by = by
    self.reason = reason
  }
}

// The changes of a model's state. Pure: the store makes them durable.
extension ModelState {
  /// Who changes it, and why.
  package struct Occasion: Sendable {
    package var nowNs: Int64
    package var by: String
    package var reason: String

    package init(nowNs: Int64, by: String = "command", reason: String = "") {
      self.nowNs = nowNs
      self.by = by
      self.reason = reason
    }
  }

  /// A new version takes its stage; whatever had it gives way: the active one becomes the previous one, others go.
  mutating func install(_ version: StoredVersion, as stage: Stage, _ occasion: Occasion) {
    versions.removeAll { $0.version == version.version }
    versions.append(version)
    let old = self.stage(of: version.version)
    // Mended in place: it keeps its state.
    guard old != stage else { return note("mended", version.version, from: nil, occasion) }
    if let old { self[old] = nil }
    let before = self[stage]
    if stage == .active, let active { previous = active }
    self[stage] = version.version
    note(Change.installed(as: stage), version.version, from: before, occasion)
  }

  /// One step up: a shadow becomes active, or, where there is none, what is staged becomes the shadow.
  mutating func promote(_ name: String, _ occasion: Occasion) throws(CrossdockError) -> Stage {
    if let next = shadow {
      (previous, active, shadow) = (active ?? previous, next, nil)
      note(Change.promoted, next, from: previous, occasion)
      return .active
    }
    guard let next = staged else {
      throw CrossdockError(
        "promote the model", at: name, reason: "it has no version in shadow and none that is staged",
        hint: "crossdock model install FILE installs one beside the active one")
    }
    (shadow, staged) = (next, nil)
    note(Change.inShadow, next, from: nil, occasion)
    return .shadow
  }

  /// The active version and the one before change places.
  mutating func rollBack(_ name: String, _ occasion: Occasion) throws(CrossdockError) {
    guard let target = previous else {
      throw CrossdockError(
        "roll back the model", at: name,
        reason: active.map { "there is no version before \($0)" } ?? "it has no active version",
        hint: "crossdock model install FILE --active --allow-downgrade installs an older one")
    }
    (active, previous) = (target, active)
    note(Change.rolledBack, target, from: previous, occasion)
  }

  /// A version that is not active goes.
  mutating func drop(_ name: String, _ version: SemanticVersion, _ occasion: Occasion) throws(CrossdockError) {
    guard let stage = stage(of: version), stage != .active else {
      throw CrossdockError(
        "remove the version", at: "\(name) \(version)",
        reason: active == version ? "it is the active one" : "it is not installed",
        hint: active == version ? "roll back or promote another one first" : "crossdock model show \(name) lists them")
    }
    self[stage] = nil
    note(Change.removed, version, from: nil, occasion)
  }

  /// Takes a decision that an instance has made and made durable. One that was taken already, or that no longer fits because somebody has
  /// changed the state meanwhile, changes no stage.
  /// - Returns: whether anything is different now.
  mutating func apply(_ decision: ModelDecision, nowNs: Int64) -> Bool {
    let last = decided[decision.instance] ?? 0
    guard decision.number > last else { return false }
    if decided[decision.instance] == nil, decided.count == Self.maxDeciders, let first = decided.keys.min() {
      decided[first] = nil
    }
    decided[decision.instance] = decision.number
    let occasion = Occasion(nowNs: nowNs, by: decision.by, reason: decision.reason)
    switch decision.kind {
    case .promoted where shadow == decision.to && active == decision.from:
      (previous, active, shadow) = (active ?? previous, decision.to, nil)
      note(Change.promoted, decision.to, from: decision.from, occasion, instance: decision.instance)
    case .rolledBack where active == decision.from && previous == decision.to:
      (active, previous) = (decision.to, active)
      note(Change.rolledBack, decision.to, from: decision.from, occasion, instance: decision.instance)
    default:
      note(
        "decision does not fit any more", decision.to, from: decision.from, occasion, instance: decision.instance)
    }
    return true
  }

  /// A reason may come from a command that somebody sends: its length in bytes counts, or the state could no longer be read.
  private static func line(_ text: String, atMost maxBytes: Int) -> String {
    var line = String.UnicodeScalarView()
    var bytes = 0
    for scalar in text.unicodeScalars {
      bytes += UTF8.width(scalar)
      if bytes > maxBytes { break }
      line.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
    }
    return String(line)
  }

  private mutating func note(
    _ what: String, _ version: SemanticVersion, from: SemanticVersion?, _ occasion: Occasion, instance: String? = nil
  ) {
    revision += 1
    history.append(
      Change(
        revision: revision, timeNs: occasion.nowNs, what: what, version: version.text, from: from?.text,
        by: Self.line(occasion.by, atMost: Self.maxByBytes),
        reason: Self.line(occasion.reason, atMost: Self.maxReasonBytes), instance: instance))
    history.removeFirst(max(0, history.count - Self.maxHistory))
    let kept = kept
    versions.removeAll { !kept.contains($0.version) }
  }
}

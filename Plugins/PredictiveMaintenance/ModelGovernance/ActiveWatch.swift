internal import JSONText
internal import SignalFeatures
internal import StateCoding

/// How the active version does: its time against the deadline, its features against the training data.
struct ActiveWatch {
  struct Finding {
    var cause: GovernanceDecision.Cause
    var reason: String
    var evidence: (inout JSONWriter) -> Void
    /// Of drift: the records in which it was, from this one on.
    var driftedSince: UInt64?
  }

  private let rule: ModelDescription.RollbackRule
  private let deadlineUs: Int
  private(set) var times = EvaluationTimes()
  private(set) var deadlineMisses: UInt64 = 0
  private var rows = 0
  private var misses = 0
  /// Late evaluations without one in time between them, and what they took together. Depends on the clock, and is not kept.
  private var lateInARow: (count: Int, us: Int64) = (0, 0)
  private var drift: DriftWindow
  /// Over a limit now; told once, until a window has passed without.
  private var isOverDeadline = false
  private var isOverDrift = false
  private var finding: Finding?

  init(_ version: ModelVersion?) {
    rule = version?.description.rollback ?? ModelDescription.RollbackRule(window: 1, deadlineMisses: 1, psi: 1)
    deadlineUs = version?.description.deadlineUs ?? GovernanceLimits.deadlineUs
    drift = DriftWindow(version?.reference)
  }

  mutating func evaluate(
    _ version: ModelVersion, _ row: borrowing FeatureRow, of device: UInt64, _ clockUs: (() -> Int64)?
  ) -> UnsafeBufferPointer<Double> {
    let beganUs = clockUs?() ?? 0
    let outputs = version.evaluate(row.values)
    if let clockUs { took(us: clockUs() - beganUs) }
    look(
      at: drift.update(
        row.values, of: device, sequence: row.firstSequence, window: rule.window, limit: rule.psi))
    return outputs
  }

  private mutating func took(us: Int64) {
    times.add(us: us)
    rows += 1
    if us > Int64(deadlineUs) {
      misses += 1
      deadlineMisses += 1
      lateInARow = (lateInARow.count + 1, min(lateInARow.us + us, GovernanceLimits.heldUs))
    } else {
      lateInARow = (0, 0)
    }
    // One may be the box's own pause; two are the model's.
    let holdsAll = lateInARow.us >= GovernanceLimits.heldUs && lateInARow.count > 1
    if misses >= rule.deadlineMisses || holdsAll, !isOverDeadline {
      isOverDeadline = true
      let (misses, rows, deadlineUs, largest) = (misses, rows, deadlineUs, times.largestUs)
      let tally = "\(misses) of \(rows) evaluations took longer than \(deadlineUs) µs"
      finding = Finding(
        cause: .deadline,
        reason: holdsAll
          ? tally + ", and \(lateInARow.count) in a row \(GovernanceLimits.heldUs / 1000) ms or more together" : tally,
        evidence: {
          $0.member("deadline_us", deadlineUs)
          $0.member("misses", misses)
          $0.member("evaluations", rows)
          $0.member("max_us", largest)
        })
    }
    guard rows >= rule.window else { return }
    if misses < rule.deadlineMisses, !holdsAll { isOverDeadline = false }
    (rows, misses) = (0, 0)
  }

  private mutating func look(at outcome: DriftWindow.Outcome) {
    guard case .beyond(let furthest) = outcome else {
      if outcome == .within { isOverDrift = false }
      return
    }
    guard !isOverDrift else { return }
    isOverDrift = true
    let limit = rule.psi
    func rounded(_ index: Double) -> Double { (index * 1000).rounded() / 1000 }
    finding = Finding(
      cause: .drift,
      reason:
        "feature \"\(furthest.feature)\" has a population stability index of \(rounded(furthest.psi)) over \(furthest.count) rows"
        + " (\(rounded(furthest.chance)) of it by chance); the limit is \(limit)",
      evidence: {
        $0.member("feature", furthest.feature)
        $0.member("psi", furthest.psi)
        $0.member("chance", furthest.chance)
        $0.member("limit", limit)
        $0.member("rows", furthest.count)
      }, driftedSince: furthest.firstSequence)
  }

  mutating func takeFinding() -> Finding? {
    guard finding != nil else { return nil }
    defer { finding = nil }
    return finding
  }

  /// Findings are taken after each record: none is open here. Times are not kept.
  func encode(into state: StateWriter) {
    state.append(UInt32(rows))
    state.append(UInt32(misses))
    state.append(deadlineMisses)
    state.append(UInt8(isOverDeadline ? 1 : 0))
    state.append(UInt8(isOverDrift ? 1 : 0))
    drift.encode(into: state)
  }

  mutating func restore(from state: inout StateReader, isSame: Bool) throws {
    let (rows, misses) = (try state.integer(UInt32.self), try state.integer(UInt32.self))
    let total = try state.integer(UInt64.self)
    let flags = (try state.integer(UInt8.self), try state.integer(UInt8.self))
    try drift.restore(from: &state, isSame: isSame)
    guard isSame else { return }
    (self.rows, self.misses, deadlineMisses) = (Int(rows), Int(misses), total)
    (isOverDeadline, isOverDrift) = (flags.0 != 0, flags.1 != 0)
  }
}

extension ActiveWatch {
  func encodeCorrelation(into state: StateWriter) { drift.encodeCorrelation(into: state) }

  mutating func restoreCorrelation(from state: inout StateReader, isSame: Bool) throws {
    try drift.restoreCorrelation(from: &state, isSame: isSame)
  }

  /// The next row is the first of a window.
  var isWindowEmpty: Bool { drift.isEmpty }
}

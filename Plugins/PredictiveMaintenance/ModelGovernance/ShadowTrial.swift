internal import SignalFeatures
internal import StateCoding

/// A version in shadow beside the active one: what they have in common so far, and whether it may take over.
struct ShadowTrial {
  enum Standing: Equatable {
    case goesOn
    /// So many evaluations have passed that the comparison is told.
    case isToBeTold
    case isToBePromoted(reason: String)
  }

  /// What a checkpoint keeps.
  struct Counts: Equatable {
    var agreement: Agreement
    /// Since the rule was last looked at.
    var ruleRows: UInt64 = 0
    var ruleAgreed: UInt64 = 0
    var ruleMisses: UInt64 = 0
    var rowsUntold: UInt64 = 0
    var deadlineMisses: UInt64 = 0
  }

  private var counts: Counts
  private(set) var times = EvaluationTimes()
  /// Rows that it sits out still: one that is late takes its deadline a row and no more, in the mean. Depends on the clock, as
  /// deadlines do, and is not kept.
  private var rowsToSitOut: Int64 = 0

  init(_ version: ModelVersion, classes: Int) {
    counts = Counts(agreement: Agreement(classCount: classes))
  }

  var agreement: Agreement { counts.agreement }
  var deadlineMisses: UInt64 { counts.deadlineMisses }

  mutating func sawActive(_ severity: GovernedSeverity, after before: GovernedSeverity) {
    counts.agreement.activeAlerts.add(severity, after: before)
  }

  /// Evaluates the shadow on a row and compares.
  /// - Returns: the severity that it would have given.
  mutating func evaluate(
    _ shadow: ModelVersion, _ row: borrowing FeatureRow, against active: ModelVersion,
    _ outputs: UnsafeBufferPointer<Double>, severityBefore: GovernedSeverity, _ clockUs: (() -> Int64)?
  ) -> GovernedSeverity {
    guard rowsToSitOut == 0 else {
      rowsToSitOut -= 1
      return severityBefore
    }
    let beganUs = clockUs?() ?? 0
    let own = shadow.evaluate(row.values)
    if let clockUs { took(us: clockUs() - beganUs, deadlineUs: Int64(shadow.description.deadlineUs)) }
    let isSame: Bool
    if shadow.description.task == .classification, active.description.classes == shadow.description.classes {
      let difference = zip(outputs, own).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      isSame = counts.agreement.add(
        classes: active.chosenClass(outputs), shadow.chosenClass(own), difference: difference)
    } else {
      isSame = counts.agreement.add(numbers: outputs[0], own[0], within: shadow.description.agreementWithin)
    }
    counts.ruleRows += 1
    counts.rowsUntold += 1
    if isSame { counts.ruleAgreed += 1 }
    let severity = shadow.severity(own)
    counts.agreement.shadowAlerts.add(severity, after: severityBefore)
    return severity
  }

  private mutating func took(us: Int64, deadlineUs: Int64) {
    times.add(us: us)
    guard us > deadlineUs else { return }
    counts.deadlineMisses += 1
    counts.ruleMisses += 1
    rowsToSitOut = min(us / deadlineUs, GovernanceLimits.satOutRows)
  }

  /// By the rule of the shadow's own bundle. One that misses its deadline as often as would send it back is not taken.
  mutating func standing(_ shadow: ModelVersion) -> Standing {
    if let rule = shadow.description.promotion, counts.ruleRows >= UInt64(rule.evaluations) {
      let share = Double(counts.ruleAgreed) / Double(counts.ruleRows)
      let isInTime = counts.ruleMisses < UInt64(shadow.description.rollback.deadlineMisses)
      let rows = counts.ruleRows
      (counts.ruleRows, counts.ruleAgreed, counts.ruleMisses) = (0, 0, 0)
      if share >= rule.agreement, isInTime {
        return .isToBePromoted(
          reason: "it agreed in \(share) of \(rows) evaluations; the rule asks for \(rule.agreement)")
      }
    }
    return counts.rowsUntold >= UInt64(shadow.description.compareEvery) ? .isToBeTold : .goesOn
  }

  mutating func wasTold() { counts.rowsUntold = 0 }

  func encode(into state: StateWriter) {
    counts.agreement.encode(into: state)
    for count in [counts.ruleRows, counts.ruleAgreed, counts.ruleMisses, counts.rowsUntold, counts.deadlineMisses] {
      state.append(count)
    }
  }

  mutating func restore(_ counts: Counts) { self.counts = counts }
}

extension ShadowTrial.Counts {
  init(from state: inout StateReader) throws {
    agreement = try Agreement(from: &state)
    ruleRows = try state.integer()
    ruleAgreed = try state.integer()
    ruleMisses = try state.integer()
    rowsUntold = try state.integer()
    deadlineMisses = try state.integer()
  }
}

// When a score becomes an alert, and when the alert ends. One state machine a component; it knows no clock, only values.
//
//            ≥ hits of the last window values ≥ warning            ≥ hits of the last window values ≥ critical
//   quiet ───────────────────────────────────────────► warning ───────────────────────────────────────────► critical
//     ▲                (critical at once where they are)   │                                                    │
//     └── refractory (no opening for refractoryCount) ◄────┴────── clearCount values in a row < clear ◄─────────┘
//
// One alert is open at a time, its severity never falls, and clear < warning ≤ critical: a score that dithers about a
// threshold opens one alert, not many. While refractory, values are still remembered: a fault that stays opens an alert
// at the end of the period.

package struct AlarmState: Equatable, Sendable {
  package enum Severity: UInt8, Sendable {
    case warning = 1
    case critical = 2
  }

  package enum Transition: Equatable, Sendable {
    case opened
    case escalated
    case cleared
    /// Closed because the new level was accepted as normal after `relearnCount` values in alarm.
    case relearned
  }

  package struct Thresholds: Equatable, Sendable {
    package var warning = 6.0
    package var critical = 12.0
    package var clear = 3.0
    /// So many of the last `window` values.
    package var hits = 3
    /// 1…32
    package var window = 5
    package var clearCount = 10
    package var refractoryCount = 30
    /// Values in alarm after which the baseline is learned anew; 0: never.
    package var relearnCount = 0

    package init() {}
  }

  package internal(set) var severity: Severity?
  /// The sequence at which the exceedances of this alert began.
  package internal(set) var firstSequence: UInt64 = 0
  package internal(set) var openedSequence: UInt64 = 0
  package internal(set) var lastSequence: UInt64 = 0
  /// Whether the open alert was reported: what a storm holds back is told later, or never when it ends before.
  package var isTold = false
  var warningBits: UInt32 = 0
  var criticalBits: UInt32 = 0
  var clearRun: UInt32 = 0
  var refractoryLeft: UInt32 = 0
  var alarmedCount: UInt32 = 0

  package init() {}

  package var isOpen: Bool { severity != nil }
  /// Open, and nobody was told yet.
  package var isHeldBack: Bool { severity != nil && !isTold }
  /// Something deviates: an alert is open, or one of the last values exceeded.
  package var isWarm: Bool { severity != nil || warningBits != 0 }

  /// - Parameters:
  ///   - score: in scales, positive in the direction that matters; not NaN.
  ///   - sequence: of the record that it comes from.
  package mutating func observe(score: Double, sequence: UInt64, _ thresholds: Thresholds) -> Transition? {
    let mask: UInt32 = thresholds.window >= 32 ? .max : (1 << UInt32(thresholds.window)) - 1
    let exceeds = score >= thresholds.warning
    if !isOpen, exceeds, warningBits == 0 { firstSequence = sequence }
    warningBits = (warningBits << 1 | (exceeds ? 1 : 0)) & mask
    criticalBits = (criticalBits << 1 | (score >= thresholds.critical ? 1 : 0)) & mask
    lastSequence = sequence
    let isCritical = criticalBits.nonzeroBitCount >= thresholds.hits
    guard let severity else {
      if refractoryLeft > 0 {
        refractoryLeft -= 1
        return nil
      }
      guard warningBits.nonzeroBitCount >= thresholds.hits else { return nil }
      self.severity = isCritical ? .critical : .warning
      openedSequence = sequence
      clearRun = 0
      alarmedCount = 0
      return .opened
    }
    return observeWhileOpen(score, severity, isCritical, thresholds)
  }

  private mutating func observeWhileOpen(
    _ score: Double, _ severity: Severity, _ isCritical: Bool, _ thresholds: Thresholds
  ) -> Transition? {
    if alarmedCount < .max { alarmedCount += 1 }
    if severity == .warning, isCritical {
      self.severity = .critical
      return .escalated
    }
    clearRun = score < thresholds.clear ? clearRun + 1 : 0
    if clearRun >= thresholds.clearCount {
      close(thresholds)
      return .cleared
    }
    if thresholds.relearnCount > 0, alarmedCount >= thresholds.relearnCount {
      close(thresholds)
      return .relearned
    }
    return nil
  }

  /// Opens at once: for a detector that is itself sure, with a persistence of its own. Follows `observe` of the same record.
  package mutating func raise(sequence: UInt64) -> Transition? {
    guard severity == nil, refractoryLeft == 0 else { return nil }
    if warningBits == 0 { firstSequence = sequence }
    severity = .warning
    openedSequence = sequence
    lastSequence = sequence
    clearRun = 0
    alarmedCount = 0
    return .opened
  }

  /// Forgets what led to an alert, and the alert: the machine or its sensor is another one now.
  package mutating func reset() {
    self = AlarmState()
  }

  private mutating func close(_ thresholds: Thresholds) {
    severity = nil
    warningBits = 0
    criticalBits = 0
    clearRun = 0
    refractoryLeft = UInt32(thresholds.refractoryCount)
  }

  /// 1 is healthy, 0.5 at the critical threshold, towards 0 beyond: 1 / (1 + (score / critical)²).
  package static func health(score: Double, _ thresholds: Thresholds) -> Double {
    let excess = max(score, 0) / thresholds.critical
    return 1 / (1 + excess * excess)
  }
}

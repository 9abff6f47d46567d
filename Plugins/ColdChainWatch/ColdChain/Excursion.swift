// One limit of one box, as a state machine: a value beyond the limit for long enough opens an alert, a value back inside by
// the hysteresis for long enough clears it.
//
//   inside ──beyond the limit──► pending ──for openAfterNs──► open ──inside by hysteresis for clearAfterNs──► inside
//              ▲                    │                           │ an update each updateEveryNs, or when the
//              └──not beyond────────┘                           │ extreme went updateStep further
//
// Time is what `pass` was told: a value holds until the next sample. Time in a gap is not known, so it neither opens nor
// clears anything; it does count for `updateEveryNs`.

package struct ExcursionRule: Equatable, Sendable {
  package enum Direction: Equatable, Sendable { case above, below }

  package var direction: Direction
  package var limit: Double
  package var hysteresis: Double
  package var openAfterNs: Int64
  package var clearAfterNs: Int64
  package var updateEveryNs: Int64
  package var updateStep: Double

  package init(
    _ direction: Direction, limit: Double, hysteresis: Double, openAfterNs: Int64, clearAfterNs: Int64,
    updateEveryNs: Int64, updateStep: Double
  ) {
    self.direction = direction
    self.limit = limit
    self.hysteresis = hysteresis
    self.openAfterNs = openAfterNs
    self.clearAfterNs = clearAfterNs
    self.updateEveryNs = updateEveryNs
    self.updateStep = updateStep
  }

  func isBeyond(_ value: Double) -> Bool { direction == .above ? value > limit : value < limit }

  func isRecovered(_ value: Double) -> Bool {
    direction == .above ? value <= limit - hysteresis : value >= limit + hysteresis
  }

  /// How much further than `other`, in the direction that harms.
  func distance(of value: Double, from other: Double) -> Double {
    direction == .above ? value - other : other - value
  }
}

package struct Excursion: Equatable, Sendable {
  package enum Phase: UInt8, Sendable {
    case inside = 0
    case pending = 1
    case open = 2
  }

  package enum Change: String, Sendable { case opened, updated, cleared }

  package private(set) var phase = Phase.inside
  /// Event time and sequence of the first sample beyond the limit.
  package private(set) var sinceNs: Int64 = 0
  package private(set) var firstSequence: UInt64 = 0
  /// The furthest value of this excursion.
  package private(set) var extreme = 0.0
  /// Known time since it began, without gaps.
  package private(set) var durationNs: Int64 = 0
  private var isRecovering = false
  private var recoveredNs: Int64 = 0
  private var sinceReportNs: Int64 = 0
  private var reportedExtreme = 0.0

  package init() {}

  /// Time went by since the last sample.
  package mutating func pass(_ duration: Int64, isGap: Bool) {
    guard phase != .inside else { return }
    sinceReportNs = sum(sinceReportNs, duration)
    guard !isGap else { return }
    durationNs = sum(durationNs, duration)
    if isRecovering { recoveredNs = sum(recoveredNs, duration) }
  }

  /// A sample; call `pass` for the time before it first.
  package mutating func sample(
    _ value: Double, atNs time: Int64, sequence: UInt64, rule: ExcursionRule
  ) -> Change? {
    switch phase {
    case .inside, .pending:
      guard rule.isBeyond(value) else {
        self = Excursion()
        return nil
      }
      if phase == .inside { begin(value, time, sequence) }
      if rule.distance(of: value, from: extreme) > 0 { extreme = value }
      guard durationNs >= rule.openAfterNs else { return nil }
      phase = .open
      return report(.opened)
    case .open:
      if rule.distance(of: value, from: extreme) > 0 { extreme = value }
      return openSample(value, rule)
    }
  }

  private mutating func begin(_ value: Double, _ time: Int64, _ sequence: UInt64) {
    self = Excursion()
    phase = .pending
    sinceNs = time
    firstSequence = sequence
    extreme = value
  }

  private mutating func openSample(_ value: Double, _ rule: ExcursionRule) -> Change? {
    if rule.isRecovered(value) {
      if !isRecovering { recoveredNs = 0 }
      isRecovering = true
      if recoveredNs >= rule.clearAfterNs { return .cleared }
    } else {
      isRecovering = false
    }
    let isDue = sinceReportNs >= rule.updateEveryNs
    let isFurther = rule.distance(of: extreme, from: reportedExtreme) >= rule.updateStep
    return isDue || isFurther ? report(.updated) : nil
  }

  private mutating func report(_ change: Change) -> Change {
    sinceReportNs = 0
    reportedExtreme = extreme
    return change
  }

  /// After `cleared` was told.
  package mutating func reset() {
    self = Excursion()
  }

  private func sum(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }
}

extension Excursion {
  /// 1 byte when inside; else 1 phase, 8 since, 8 sequence, 8 extreme, 8 duration, 1 recovering, 8 recovered, 8 since the report, 8 reported.
  package func encode(into state: inout StateWriter) {
    state.append(phase.rawValue)
    guard phase != .inside else { return }
    state.append(sinceNs)
    state.append(firstSequence)
    state.append(extreme)
    state.append(durationNs)
    state.append(UInt8(isRecovering ? 1 : 0))
    state.append(recoveredNs)
    state.append(sinceReportNs)
    state.append(reportedExtreme)
  }

  package init(from state: inout StateReader) throws {
    guard let read = Phase(rawValue: try state.integer()) else { throw StateReader.Damaged("a phase is unknown") }
    phase = read
    guard phase != .inside else { return }
    sinceNs = try state.integer()
    firstSequence = try state.integer()
    extreme = try state.number()
    durationNs = try state.integer()
    isRecovering = try state.flag()
    recoveredNs = try state.integer()
    sinceReportNs = try state.integer()
    reportedExtreme = try state.number()
    guard durationNs >= 0, recoveredNs >= 0, sinceReportNs >= 0 else {
      throw StateReader.Damaged("a duration is negative")
    }
  }
}

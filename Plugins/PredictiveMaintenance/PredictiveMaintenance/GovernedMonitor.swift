internal import ConditionMonitoring
internal import DriftWatch
internal import StateCoding

/// What is remembered of one asset for one governed model.
struct GovernedMonitor {
  let model: String
  var alarm = AlarmState()
  /// Of its last verdict; nil: it is no model of remaining life, or has said nothing yet.
  var life: RemainingLifeBody?
  /// Whose scores `drift` has seen.
  private(set) var version = ""
  /// Nil where a score says nothing of drift: remaining life falls by itself.
  var drift: StandardisedDrift?
  var driftFirst: (sequence: UInt64, timeNs: Int64)?

  init(model: String) {
    self.model = model
  }

  /// Scores of another version are other scores: what was learned of the last one's says nothing of them.
  mutating func begin(_ version: String) {
    guard version != self.version else { return }
    self.version = version
    drift = nil
    driftFirst = nil
  }

  mutating func reset() {
    self = GovernedMonitor(model: model)
  }

  func encode(into state: StateWriter) {
    state.append(model)
    state.append(version)
    alarm.encode(into: state)
    state.append(UInt8((drift == nil ? 0 : 1) | (driftFirst == nil ? 0 : 2)))
    if let drift { drift.encode(into: state) }
    if let driftFirst {
      state.append(driftFirst.sequence)
      state.append(driftFirst.timeNs)
    }
    life.encode(into: state)
  }

  init(from state: inout StateReader) throws {
    model = try state.text()
    version = try state.text()
    alarm = try AlarmState(from: &state)
    let parts = try state.integer(UInt8.self)
    if parts & 1 != 0 {
      var drift = StandardisedDrift()
      try drift.restore(from: &state)
      self.drift = drift
    }
    if parts & 2 != 0 { driftFirst = (try state.integer(), try state.integer()) }
    life = try RemainingLifeBody?(from: &state)
  }
}

extension RemainingLifeBody? {
  func encode(into state: StateWriter) {
    guard case .estimate(let median, let lower, let upper, let coverage, let unit, let isUpperBounded)? = self else {
      state.append(UInt8(self == nil ? 0 : 1))
      return
    }
    state.append(UInt8(isUpperBounded ? 3 : 2))
    for number in [median, lower, upper, coverage] { state.append(number) }
    state.append(unit)
  }

  init(from state: inout StateReader) throws {
    let kind = try state.integer(UInt8.self)
    switch kind {
    case 0: self = nil
    case 1: self = .notYet
    default:
      self = .estimate(
        median: try state.number(), lower: try state.number(), upper: try state.number(),
        coverage: try state.number(), unit: try state.text(), isUpperBounded: kind == 3)
    }
  }
}

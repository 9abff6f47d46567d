// Which version of a model is active, which in shadow, which the one before: what the store says, and on top of it the decisions of this
// instance that the store does not have yet. A decision is first in the instance's checkpoint, in the same transaction as the event that
// tells of it, and then, a moment later, in the store; where the agent ends in between, or somebody changes the store meanwhile, the
// same decisions are laid over what the store says then. One that no longer fits changes nothing.
internal import StateCoding

struct VersionStages: Equatable {
  var active: String?
  var shadow: String?
  var previous: String?
  /// How many decisions have been made.
  private(set) var decided: Int
  /// The newest of them, until the store has them.
  private(set) var open: [GovernanceDecision] = []

  /// - Parameter decided: how many the store has taken.
  init(active: String?, shadow: String?, previous: String?, decided: Int) {
    self.active = active
    self.shadow = shadow
    self.previous = previous
    self.decided = decided
  }

  var inUse: [String] { [active, shadow, previous].compactMap(\.self) }

  mutating func decide(_ kind: GovernanceDecision.Kind) -> GovernanceDecision? {
    let to = kind == .promoted ? shadow : previous
    guard let to else { return nil }
    let decision = GovernanceDecision(number: decided + 1, kind: kind, from: active, to: to)
    _ = apply(decision)
    decided += 1
    open.append(decision)
    open.removeFirst(max(0, open.count - GovernanceLimits.openDecisions))
    return decision
  }

  /// - Returns: whether it fitted.
  private mutating func apply(_ decision: GovernanceDecision) -> Bool {
    switch decision.kind {
    case .promoted where shadow == decision.to && active == decision.from:
      (previous, active, shadow) = (active ?? previous, decision.to, nil)
    case .rolledBack where previous == decision.to && active == decision.from:
      (active, previous) = (decision.to, active)
    default: return false
    }
    return true
  }

  func encode(into state: StateWriter) {
    state.append(UInt64(decided))
    state.append(UInt16(open.count))
    for decision in open {
      state.append(UInt64(decision.number))
      state.append(decision.kind.rawValue)
      state.append(decision.from ?? "")
      state.append(decision.to)
    }
  }

  /// Lays the decisions of a checkpoint over what the store says now.
  mutating func restore(from state: inout StateReader) throws {
    let before = Int(truncatingIfNeeded: try state.integer(UInt64.self) & 0xFFFF_FFFF)
    let count = Int(try state.integer(UInt16.self))
    guard count <= GovernanceLimits.openDecisions else {
      throw StateReader.Damaged(description: "too many open decisions")
    }
    let inStore = decided
    for _ in 0..<count {
      let number = Int(truncatingIfNeeded: try state.integer(UInt64.self) & 0xFFFF_FFFF)
      guard let kind = GovernanceDecision.Kind(rawValue: try state.integer()) else {
        throw StateReader.Damaged(description: "no decision")
      }
      let (from, to) = (try state.text(), try state.text())
      let decision = GovernanceDecision(number: number, kind: kind, from: from.isEmpty ? nil : from, to: to)
      guard decision.number > inStore else { continue }
      // It stays open whether it fits or not: the store counts it, too.
      open.append(decision)
      _ = apply(decision)
    }
    decided = max(inStore, before)
  }
}

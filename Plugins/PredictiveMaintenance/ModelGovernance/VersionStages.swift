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
  /// The version that has given way by itself to the one that is active: it is not gone back to by itself, or two that are both too slow
  /// would change places for ever.
  private(set) var fallen: String?
  /// The life of the model in the store: removed and installed again, it counts anew.
  private let store: String

  /// - Parameter decided: how many the store has taken.
  init(active: String?, shadow: String?, previous: String?, decided: Int, store: String = "") {
    self.active = active
    self.shadow = shadow
    self.previous = previous
    self.decided = decided
    self.store = store
  }

  var inUse: [String] { [active, shadow, previous].compactMap(\.self) }

  mutating func decide(_ kind: GovernanceDecision.Kind, _ cause: GovernanceDecision.Cause) -> GovernanceDecision? {
    let to = kind == .promoted ? shadow : previous
    guard let to else { return nil }
    let decision = GovernanceDecision(number: decided + 1, kind: kind, from: active, to: to, cause: cause)
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
    fallen = decision.kind == .rolledBack && decision.cause != .command ? decision.from : nil
    return true
  }

  func encode(into state: StateWriter) {
    state.append(store)
    state.append(fallen ?? "")
    state.append(UInt64(decided))
    state.append(UInt16(open.count))
    for decision in open {
      state.append(UInt64(decision.number))
      state.append(decision.kind.rawValue)
      state.append(decision.from ?? "")
      state.append(decision.to)
      state.append(decision.cause.rawValue)
    }
  }

  /// Lays the decisions of a checkpoint over what the store says now.
  mutating func restore(from state: inout StateReader) throws {
    let isSame = try state.text() == store
    let fallen = try state.text()
    // As long as it is the one that would be gone back to.
    if isSame, !fallen.isEmpty, fallen == previous { self.fallen = fallen }
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
      guard let cause = GovernanceDecision.Cause(rawValue: try state.text()) else {
        throw StateReader.Damaged(description: "no cause of a decision")
      }
      let decision = GovernanceDecision(
        number: number, kind: kind, from: from.isEmpty ? nil : from, to: to, cause: cause)
      guard isSame, decision.number > inStore else { continue }
      // It stays open whether it fits or not: the store counts it, too.
      open.append(decision)
      _ = apply(decision)
    }
    decided = isSame ? max(inStore, before) : inStore
  }
}

// Which version of a model is active, which in shadow, which the one before: what the store says, and on top of it the decisions of this
// instance that the store does not have yet. A decision is first in the instance's checkpoint, in the same transaction as the event that
// tells of it, and then, a moment later, in the store; where the agent ends in between, or somebody changes the store meanwhile, the
// same decisions are laid over what the store says then. One that no longer fits changes nothing.
//
// A checkpoint also says which versions had the stages when it was taken: the records since were judged by those, whatever the store
// has been told meanwhile, and a replay of them is, too.
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
  var storeLife: String { store }

  /// - Parameter decided: how many the store has taken.
  init(active: String?, shadow: String?, previous: String?, decided: Int, store: String = "") {
    self.active = active
    self.shadow = shadow
    self.previous = previous
    self.decided = decided
    self.store = store
  }

  /// As they were when a checkpoint was taken: before the records that are replayed behind it.
  init(_ saved: Saved) {
    self.init(
      active: saved.active, shadow: saved.shadow, previous: saved.previous, decided: saved.decided, store: saved.store)
    (open, fallen) = (saved.open, saved.fallen)
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
    for version in [active, shadow, previous, fallen] { state.append(version ?? "") }
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
  func laidOver(by saved: Saved) -> VersionStages {
    var next = self
    guard saved.store == store else { return next }
    // As long as it is the one that would be gone back to.
    if let fallen = saved.fallen, fallen == previous { next.fallen = fallen }
    for decision in saved.open { next.take(decision) }
    next.decided = max(decided, saved.decided)
    return next
  }

  /// Takes up what was decided while records were replayed, where the store does not have it.
  mutating func take(decisionsOf replayed: VersionStages) {
    guard replayed.store == store else { return }
    for decision in replayed.open where decision.number > decided { take(decision) }
    decided = max(decided, replayed.decided)
  }

  /// It stays open whether it fits or not: the store counts it, too.
  private mutating func take(_ decision: GovernanceDecision) {
    guard decision.number > decided else { return }
    open.append(decision)
    open.removeFirst(max(0, open.count - GovernanceLimits.openDecisions))
    _ = apply(decision)
  }
}

extension VersionStages {
  /// What a checkpoint says.
  struct Saved {
    var store: String
    var active: String?
    var shadow: String?
    var previous: String?
    var fallen: String?
    var decided: Int
    var open: [GovernanceDecision] = []

    init(from state: inout StateReader) throws {
      store = try state.text()
      let versions = try (0..<4).map { _ in try state.text() }.map { $0.isEmpty ? nil : $0 }
      (active, shadow, previous, fallen) = (versions[0], versions[1], versions[2], versions[3])
      decided = try Self.number(&state)
      let count = Int(try state.integer(UInt16.self))
      guard count <= GovernanceLimits.openDecisions else {
        throw StateReader.Damaged(description: "too many open decisions")
      }
      for _ in 0..<count {
        let number = try Self.number(&state)
        guard let kind = GovernanceDecision.Kind(rawValue: try state.integer()) else {
          throw StateReader.Damaged(description: "no decision")
        }
        let (from, to) = (try state.text(), try state.text())
        guard let cause = GovernanceDecision.Cause(rawValue: try state.text()) else {
          throw StateReader.Damaged(description: "no cause of a decision")
        }
        open.append(
          GovernanceDecision(number: number, kind: kind, from: from.isEmpty ? nil : from, to: to, cause: cause))
      }
    }

    private static func number(_ state: inout StateReader) throws -> Int {
      Int(truncatingIfNeeded: try state.integer(UInt64.self) & 0xFFFF_FFFF)
    }
  }
}

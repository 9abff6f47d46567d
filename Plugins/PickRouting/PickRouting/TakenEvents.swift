/// Identities of the latest events that were taken, each once, the oldest first; at most
/// `PickRoutingLimits.maximumTakenEvents`.
struct TakenEvents: Equatable {
  private(set) var identities: [UInt64] = []

  init() {}

  /// Nil: too many.
  init?(_ identities: [UInt64]) {
    guard identities.count <= PickRoutingLimits.maximumTakenEvents else { return nil }
    self.identities = identities
  }

  func contains(_ identity: UInt64?) -> Bool { identity.map(identities.contains) ?? false }

  mutating func add(_ identity: UInt64?) {
    guard let identity, !identities.contains(identity) else { return }
    if identities.count == PickRoutingLimits.maximumTakenEvents { identities.removeFirst() }
    identities.append(identity)
  }
}

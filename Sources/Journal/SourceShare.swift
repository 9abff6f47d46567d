/// What a plugin has brought into the journal of names of sources, which are never given up: each plugin has a share of its own, so that
/// none uses up what the others need.
package struct SourceShare: Sendable, Equatable {
  private(set) var names: UInt64 = 0
  /// With their rows.
  private(set) var bytes: UInt64 = 0

  package init() {}

  /// - Parameter state: as `state` gave it; anything else is a share of which nothing is used.
  package init(_ state: [UInt8]) {
    guard state.count == 16 else { return }
    func number(_ start: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(state[start + $1]) << UInt64($1 * 8) } }
    (names, bytes) = (number(0), number(8))
  }

  package var state: [UInt8] {
    [names, bytes].flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) } }
  }

  /// What became of a name.
  package enum Answer: Sendable, Equatable {
    case number(UInt32)
    case tooLong
    /// The plugin has used its share.
    case isUsed
    /// Half of the room for names is taken, by whomever.
    case noRoom
  }

  mutating func use(_ size: Int) {
    names += 1
    bytes += UInt64(size)
  }

  func hasRoom(for size: Int, in limits: JournalLimits) -> Bool {
    names < UInt64(JournalLimits.maxSourcesOfPlugin) && bytes + UInt64(size) <= UInt64(limits.maxSourceBytesOfPlugin)
  }
}

internal import DriftWatch
internal import StateCoding

/// The features of the active version against its training data, over windows of so many rows, `leastRows` at least: of fewer,
/// little but a change of nearly all values is beyond chance. `PopulationStability` says how that is told.
struct DriftWindow {
  struct Finding: Equatable {
    var feature: String
    var psi: Double
    /// What the index is by chance, on average.
    var chance: Double
    /// Values it is of: rows in which the feature is defined.
    var count: Int
    /// Of the window's first row's first record.
    var firstSequence: UInt64
  }

  static let leastRows = 50

  private var features: [(name: String, place: Int, stability: PopulationStability)]
  private var rows = 0
  private var firstSequence: UInt64 = 0

  init(_ reference: ReferenceTable?) {
    features = (reference?.features ?? []).map {
      (
        $0.name, $0.place,
        PopulationStability(edges: $0.edges, shares: $0.shares, referenceCount: reference?.rows ?? 0)
      )
    }
  }

  var isWatching: Bool { !features.isEmpty }

  enum Outcome: Equatable {
    /// The window is not full.
    case open
    /// It is, and no feature is beyond the limit.
    case within
    /// The feature that is furthest beyond it.
    case beyond(Finding)
  }

  mutating func update(
    _ row: UnsafeBufferPointer<Double>, sequence: UInt64, window: Int, limit: Double
  ) -> Outcome {
    guard isWatching else { return .open }
    if rows == 0 { firstSequence = sequence }
    for index in features.indices { features[index].stability.update(row[features[index].place]) }
    rows += 1
    guard rows >= max(window, Self.leastRows) else { return .open }
    var furthest: Finding?
    for (name, _, stability) in features where stability.isDrift(beyond: limit, among: features.count) {
      let (psi, chance) = (stability.index, stability.chanceIndex)
      if let furthest, psi - chance <= furthest.psi - furthest.chance { continue }
      furthest = Finding(
        feature: name, psi: psi, chance: chance, count: stability.count, firstSequence: firstSequence)
    }
    rows = 0
    for index in features.indices { features[index].stability.reset() }
    return furthest.map(Outcome.beyond) ?? .within
  }

  func encode(into state: StateWriter) {
    state.append(UInt32(rows))
    state.append(firstSequence)
    state.append(UInt16(features.count))
    for feature in features { feature.stability.encode(into: state) }
  }

  /// - Parameter isSame: whether it was written for this version; otherwise it is read over.
  mutating func restore(from state: inout StateReader, isSame: Bool) throws {
    let rows = Int(try state.integer(UInt32.self))
    let firstSequence: UInt64 = try state.integer()
    let count = Int(try state.integer(UInt16.self))
    guard isSame else {
      for _ in 0..<count {
        let bins = Int(try state.integer(UInt16.self))
        for _ in 0..<bins { _ = try state.integer(UInt32.self) }
        _ = try state.integer(UInt64.self)
      }
      return
    }
    guard count == features.count else { throw StateReader.Damaged(description: "another number of features") }
    (self.rows, self.firstSequence) = (rows, firstSequence)
    for index in features.indices { try features[index].stability.restore(from: &state) }
  }
}

extension DriftWindow {
  /// The next row is the first of a window.
  var isEmpty: Bool { rows == 0 }
}

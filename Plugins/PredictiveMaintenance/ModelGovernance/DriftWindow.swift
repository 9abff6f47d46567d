internal import DriftWatch
internal import StateCoding

/// The features of the active version against its training data, over windows of so many rows.
struct DriftWindow {
  struct Finding: Equatable {
    var feature: String
    var psi: Double
    /// Of the window's first row's first record.
    var firstSequence: UInt64
  }

  private var features: [(name: String, place: Int, stability: PopulationStability)]
  private var rows = 0
  private var firstSequence: UInt64 = 0
  /// The largest of the last whole window; nil before the first.
  private(set) var latest: Finding?

  init(_ reference: ReferenceTable?) {
    features = (reference?.features ?? []).map {
      ($0.name, $0.place, PopulationStability(edges: $0.edges, shares: $0.shares))
    }
  }

  var isWatching: Bool { !features.isEmpty }

  /// - Returns: the largest index when a window is full.
  mutating func update(_ row: UnsafeBufferPointer<Double>, sequence: UInt64, window: Int) -> Finding? {
    guard isWatching else { return nil }
    if rows == 0 { firstSequence = sequence }
    for index in features.indices { features[index].stability.update(row[features[index].place]) }
    rows += 1
    guard rows >= window else { return nil }
    var largest = Finding(
      feature: features[0].name, psi: features[0].stability.index, firstSequence: firstSequence)
    for feature in features.dropFirst() where feature.stability.index > largest.psi {
      largest = Finding(feature: feature.name, psi: feature.stability.index, firstSequence: firstSequence)
    }
    rows = 0
    for index in features.indices { features[index].stability.reset() }
    latest = largest
    return largest
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

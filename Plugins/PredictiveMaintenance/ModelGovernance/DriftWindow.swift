internal import DriftWatch
internal import StateCoding

/// The features of the active version against its training data, over windows of so many rows, `leastRows` at least: of fewer,
/// little but a change of nearly all values is beyond chance. `PopulationStability` says how that is told; how slowly rows follow each
/// other it learns from those of a window's first `devices` devices.
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
  static let devices = 64

  private var features: [(name: String, place: Int, stability: PopulationStability)]
  private var rows = 0
  private var firstSequence: UInt64 = 0
  /// Devices of which rows have come in the window, in the order of the first, and of each the watched values of the newest.
  private var keys: [UInt64] = []
  private var newest: [Double] = []

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
    _ row: UnsafeBufferPointer<Double>, of device: UInt64, sequence: UInt64, window: Int, limit: Double
  ) -> Outcome {
    guard isWatching else { return .open }
    if rows == 0 { firstSequence = sequence }
    count(row, of: device)
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
    keys.removeAll(keepingCapacity: true)
    newest.removeAll(keepingCapacity: true)
    return furthest.map(Outcome.beyond) ?? .within
  }

  private mutating func count(_ row: UnsafeBufferPointer<Double>, of device: UInt64) {
    var known = keys.firstIndex(of: device)
    if known == nil, keys.count < Self.devices {
      known = keys.count
      keys.append(device)
      for _ in features.indices { newest.append(.nan) }
    }
    for index in features.indices {
      let value = row[features[index].place]
      guard let known else {
        features[index].stability.update(value)
        continue
      }
      let place = known * features.count + index
      features[index].stability.update(value, after: newest[place])
      newest[place] = value
    }
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
  /// What `encode` leaves out: it came later, and stands at the end of a checkpoint.
  func encodeCorrelation(into state: StateWriter) {
    state.append(UInt16(features.count))
    for feature in features { feature.stability.correlation.encode(into: state) }
    state.append(UInt16(keys.count))
    for key in keys { state.append(key) }
    for value in newest { state.append(value.bitPattern) }
  }

  /// - Parameter isSame: whether it was written for this version; otherwise it is left.
  mutating func restoreCorrelation(from state: inout StateReader, isSame: Bool) throws {
    guard isSame else { return }
    guard Int(try state.integer(UInt16.self)) == features.count else {
      throw StateReader.Damaged(description: "another number of features")
    }
    for index in features.indices { try features[index].stability.restoreCorrelation(from: &state) }
    let count = Int(try state.integer(UInt16.self))
    guard count <= Self.devices else { throw StateReader.Damaged(description: "too many devices") }
    keys = []
    newest = []
    for _ in 0..<count { keys.append(try state.integer()) }
    for _ in 0..<count * features.count { newest.append(Double(bitPattern: try state.integer())) }
  }

  /// The next row is the first of a window.
  var isEmpty: Bool { rows == 0 }
}

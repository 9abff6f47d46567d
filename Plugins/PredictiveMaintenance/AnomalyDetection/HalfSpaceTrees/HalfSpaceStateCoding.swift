// The state of a `HalfSpaceTrees` in a checkpoint: what the shape is made from, the window, the ranges, the leaves where
// anything is (most are empty: 256 leaves of a tree share 250 rows).
package import StateCoding

extension HalfSpaceTrees {
  package func encode(into state: StateWriter) {
    state.append(UInt16(shape.columnCount))
    state.append(UInt16(shape.treeCount))
    state.append(UInt8(shape.depth))
    state.append(shape.seed)
    state.append(UInt16(window))
    state.append(phase)
    state.append(UInt16(counted))
    state.append(lastScore)
    state.append(all: low)
    state.append(all: high)
    let used = latest.indices.filter { latest[$0] != 0 || weights[$0] != 0 }
    state.append(UInt32(used.count))
    for leaf in used {
      state.append(UInt32(leaf))
      state.append(latest[leaf])
      state.append(weights[leaf])
    }
  }

  /// - Parameter shape: one to be shared; used when it is the one that the state was made with.
  package init(shape shared: HalfSpaceShape? = nil, from state: inout StateReader) throws {
    let columnCount = Int(try state.integer(UInt16.self))
    let treeCount = Int(try state.integer(UInt16.self))
    let depth = Int(try state.integer(UInt8.self))
    let seed = try state.integer(UInt64.self)
    let window = Int(try state.integer(UInt16.self))
    guard (1...HalfSpaceShape.largestColumnCount).contains(columnCount),
      (1...HalfSpaceShape.largestTreeCount).contains(treeCount), (1...HalfSpaceShape.largestDepth).contains(depth),
      window > 0
    else { throw StateReader.Damaged(description: "half-space trees of no possible size") }
    if let shared, shared.columnCount == columnCount, shared.treeCount == treeCount, shared.depth == depth,
      shared.seed == seed
    {
      self.init(shape: shared, window: window)
    } else {
      let shape = HalfSpaceShape(columnCount: columnCount, treeCount: treeCount, depth: depth, seed: seed)
      self.init(shape: shape, window: window)
    }
    phase = try state.integer()
    counted = Int(try state.integer(UInt16.self))
    lastScore = try state.number()
    low = try state.numbers(columnCount)
    high = try state.numbers(columnCount)
    guard phase <= 2, counted < window else { throw StateReader.Damaged(description: "a window is over-full") }
    if phase > 0 { setRanges() }
    for _ in 0..<(try state.integer(UInt32.self)) {
      let leaf = Int(try state.integer(UInt32.self))
      guard leaf < latest.count else { throw StateReader.Damaged(description: "a mass of no leaf") }
      latest[leaf] = try state.integer()
      weights[leaf] = try state.integer()
      guard latest[leaf] <= counted, weights[leaf] <= UInt32(window) << UInt32(depth) else {
        throw StateReader.Damaged(description: "a mass is greater than its window")
      }
    }
  }
}

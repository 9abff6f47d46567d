/// What a row that ends in each leaf of one tree gets from the masses on its way: mass · 2^level of the first node with fewer
/// than `least` rows, or of the leaf (Tan, Ting & Liu 2011, algorithm 3).
struct LeafWeights {
  private(set) var weights: [UInt32]

  /// - Parameter masses: of the 2^depth leaves of a tree.
  init(_ masses: ArraySlice<UInt16>, depth: Int, least: UInt32) {
    let leafCount = 1 << depth
    // Node k has the mass of the nodes 2k and 2k + 1; a parent's weight stands where it was found at or above.
    var nodes = [UInt32](repeating: 0, count: 2 * leafCount)
    for (i, mass) in masses.enumerated() { nodes[leafCount + i] = UInt32(mass) }
    for k in stride(from: leafCount - 1, to: 0, by: -1) { nodes[k] = nodes[2 * k] + nodes[2 * k + 1] }
    weights = [UInt32](repeating: 0, count: leafCount)
    for i in 0..<leafCount {
      var level = 0
      while level < depth, nodes[(leafCount + i) >> (depth - level)] >= least { level += 1 }
      weights[i] = nodes[(leafCount + i) >> (depth - level)] << UInt32(level)
    }
  }
}

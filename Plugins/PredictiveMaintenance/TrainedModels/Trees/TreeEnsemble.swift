/// Trees whose scores add up, to one score or several.
struct TreeEnsemble: Sendable {
  enum Sum: Sendable {
    case doubles
    /// Of floats, rounded after each tree.
    case floats
  }

  var trees: [DecisionTree]
  var sets = CategorySets()
  /// Raw scores.
  var scoreCount: Int
  /// The score that each tree adds to.
  var scoreOfTree: [Int32]
  /// Where the scores begin.
  var base: [Double]
  var sum: Sum
  /// The sum is divided by it: 1, or how many trees were averaged.
  var divisor = 1.0
  /// Factors of trees (XGBoost's dart), or none.
  var weights: [Double] = []
  /// Where leaves are functions: the score of a leaf is a number in here.
  var linear: LinearLeaves?

  /// The way of the plain walk: one tree after the other. `TreeForest` gives the same bits.
  func plainScores(of row: UnsafeBufferPointer<Double>) -> [Double] {
    var scores = base
    var leaves = trees.map { $0.leaves[$0.leaf(of: row, sets: sets)] }
    leaves.withUnsafeMutableBufferPointer { leaves in
      if let start = leaves.baseAddress { linear?.replace(start, count: leaves.count, row: row) }
      scores.withUnsafeMutableBufferPointer { add(UnsafePointer(leaves.baseAddress), to: $0) }
    }
    return scores
  }

  /// Adds one leaf a tree, in the order of the trees.
  @inline(__always)
  func add(_ leaves: UnsafePointer<Double>?, to scores: UnsafeMutableBufferPointer<Double>) {
    guard let leaves, let out = scores.baseAddress else { return }
    switch sum {
    case .doubles where scoreCount == 1:
      var total = out[0]
      for tree in 0..<trees.count { total += leaves[tree] }
      out[0] = total
    case .floats where scoreCount == 1 && weights.isEmpty:
      var total = Float(out[0])
      for tree in 0..<trees.count { total += Float(leaves[tree]) }
      out[0] = Double(total)
    case .doubles:
      scoreOfTree.withUnsafeBufferPointer { place in
        for tree in 0..<trees.count { out[Int(place[tree])] += leaves[tree] }
      }
    case .floats:
      for tree in 0..<trees.count {
        let leaf = weights.isEmpty ? Float(leaves[tree]) : Float(weights[tree]) * Float(leaves[tree])
        out[Int(scoreOfTree[tree])] = Double(Float(out[Int(scoreOfTree[tree])]) + leaf)
      }
    }
    if divisor != 1 {
      for score in 0..<scoreCount { out[score] /= divisor }
    }
  }
}

/// One tree as it was trained: decisions, of which 0 is the root, and leaves. A tree of one leaf has no decisions.
///
/// Every format's comparison becomes one of doubles when the file is read, `value <= threshold` goes left (see
/// `FloatThreshold`), and a set
/// of categories, in which means left. Invariant, checked by `DecisionTree.checked`: each decision but the root and
/// each leaf is the child
/// of exactly one decision.
struct DecisionTree: Sendable {
  struct Decision: Sendable {
    var input: Int32
    /// A decision, or ~leaf.
    var left: Int32
    var right: Int32
    /// A number in `CategorySets`, or -1 where the threshold decides.
    var categories: Int32 = -1
    var threshold: Double
    var missing: MissingRule
    /// Rows of the training set that came here, or their weight: for contributions.
    var cover: Double = 0
  }

  var decisions: [Decision]
  /// A leaf's score; of an ensemble with several scores a leaf, the row of its scores.
  var leaves: [Double]
  var leafCovers: [Double]
  /// Decisions on the longest way to a leaf.
  private(set) var depth = 0

  init(decisions: [Decision], leaves: [Double], leafCovers: [Double]) {
    self.decisions = decisions
    self.leaves = leaves
    self.leafCovers = leafCovers
  }

  enum Defect: Error {
    case child(decision: Int)
    case unreachable
    case depth
  }

  /// Sets `depth` and checks that it is a tree.
  mutating func check() throws(Defect) {
    guard !decisions.isEmpty else {
      if leaves.count != 1 { throw .unreachable }
      return
    }
    guard leaves.count == decisions.count + 1 else { throw .unreachable }
    var isSeen = [Bool](repeating: false, count: decisions.count)
    var isLeafSeen = [Bool](repeating: false, count: leaves.count)
    isSeen[0] = true
    var level: [Int] = [0]
    var found = 1
    while !level.isEmpty {
      depth += 1
      guard depth <= ModelLimits.maxTreeDepth else { throw .depth }
      var next: [Int] = []
      for decision in level {
        for child in [decisions[decision].left, decisions[decision].right] {
          if child >= 0 {
            guard Int(child) < decisions.count, !isSeen[Int(child)] else { throw .child(decision: decision) }
            isSeen[Int(child)] = true
            next.append(Int(child))
          } else {
            guard Int(~child) < leaves.count, !isLeafSeen[Int(~child)] else { throw .child(decision: decision) }
            isLeafSeen[Int(~child)] = true
          }
          found += 1
        }
      }
      level = next
    }
    guard found == decisions.count + leaves.count else { throw .unreachable }
  }

  /// The leaf of a row: the plain way down, which the fast one must equal.
  func leaf(of row: UnsafeBufferPointer<Double>, sets: CategorySets) -> Int {
    guard !decisions.isEmpty else { return 0 }
    var at: Int32 = 0
    while at >= 0 {
      let decision = decisions[Int(at)]
      at = decision.goesLeft(row[Int(decision.input)], sets: sets) ? decision.left : decision.right
    }
    return Int(~at)
  }
}

extension DecisionTree.Decision {
  func goesLeft(_ value: Double, sets: CategorySets) -> Bool {
    if missing.isMissing(value) { return missing.goesLeft }
    return categories >= 0 ? sets.contains(value, inSet: Int(categories)) : value <= threshold
  }
}

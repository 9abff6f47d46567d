/// The trees of an operator, out of its attributes: arrays by node, with the numbers of tree and node of each.
///
/// Values are doubles that came from floats, so that they compare as the floats do; `BRANCH_GT` and `BRANCH_GTE` are
/// their opposites with
/// the children exchanged.
struct TreeAttributes {
  private(set) var trees: [DecisionTree] = []
  /// A row of scores for each leaf, where there are several scores; else leaves have the score itself.
  private(set) var leafScores: [Double] = []
  /// The scores that any leaf adds to.
  private(set) var usedScores: Set<Int> = []
  private(set) var hasNegativeWeight = false

  private struct Key: Hashable {
    var tree: Int
    var node: Int
  }

  private struct Arrays {
    let treeIDs: [Int]
    let nodeIDs: [Int]
    let inputs: [Int]
    let modes: [String]
    let values: [Double]
    let trues: [Int]
    let falses: [Int]
    let missing: [Int]
  }

  private let operation: Operation
  private let scoreCount: Int
  /// How several weights of a leaf for one score become one.
  private let aggregation: ScoreAggregation
  private var numbers: [Key: Int] = [:]
  /// By node: the scores of a leaf, and their weights.
  private var weights: [Int: [(score: Int, weight: Double)]] = [:]

  init(
    _ operation: Operation, prefix: String, scoreCount: Int, inputCount: Int, aggregation: ScoreAggregation
  ) throws(ModelFormatError) {
    self.operation = operation
    self.aggregation = aggregation
    self.scoreCount = scoreCount
    let arrays = try Self.arrays(operation, inputCount: inputCount)
    for node in arrays.treeIDs.indices {
      let key = Key(tree: arrays.treeIDs[node], node: arrays.nodeIDs[node])
      guard numbers.updateValue(node, forKey: key) == nil else {
        throw operation.failure("node \(key.node) of tree \(key.tree) twice")
      }
    }
    try readWeights(prefix)
    var seen: Set<Int> = []
    for node in arrays.treeIDs.indices where seen.insert(arrays.treeIDs[node]).inserted {
      guard trees.count < ModelLimits.maxTrees else {
        throw operation.failure("more than \(ModelLimits.maxTrees) trees")
      }
      trees.append(try tree(root: node, arrays))
    }
  }

  private static func arrays(_ operation: Operation, inputCount: Int) throws(ModelFormatError) -> Arrays {
    let node = operation.node
    let treeIDs = try node.integers("nodes_treeids") ?? []
    let count = treeIDs.count
    guard (1...ModelLimits.maxTreeNodes).contains(count) else {
      throw operation.failure("\(count) nodes, at most \(ModelLimits.maxTreeNodes) are read")
    }
    let arrays = Arrays(
      treeIDs: treeIDs, nodeIDs: try node.integers("nodes_nodeids") ?? [],
      inputs: try node.integers("nodes_featureids") ?? [], modes: try node.texts("nodes_modes") ?? [],
      values: try node.numbers("nodes_values") ?? [], trues: try node.integers("nodes_truenodeids") ?? [],
      falses: try node.integers("nodes_falsenodeids") ?? [],
      missing: try node.integers("nodes_missing_value_tracks_true") ?? [])
    guard arrays.nodeIDs.count == count, arrays.inputs.count == count, arrays.modes.count == count,
      arrays.values.count == count, arrays.trues.count == count, arrays.falses.count == count,
      arrays.missing.isEmpty || arrays.missing.count == count
    else { throw operation.failure("the arrays nodes_… are not of one length") }
    for index in 0..<count where arrays.modes[index] != "LEAF" {
      guard (0..<inputCount).contains(arrays.inputs[index]), !arrays.values[index].isNaN else {
        throw operation.failure("nodes_featureids[\(index)]: there are \(inputCount) inputs; or its value is no number")
      }
    }
    return arrays
  }

  private mutating func readWeights(_ prefix: String) throws(ModelFormatError) {
    let node = operation.node
    let treeIDs = try node.integers("\(prefix)_treeids") ?? []
    let nodeIDs = try node.integers("\(prefix)_nodeids") ?? []
    let scores = try node.integers("\(prefix)_ids") ?? []
    let values = try node.numbers("\(prefix)_weights") ?? []
    guard nodeIDs.count == treeIDs.count, scores.count == treeIDs.count, values.count == treeIDs.count else {
      throw operation.failure("the arrays \(prefix)_… are not of one length")
    }
    for index in treeIDs.indices {
      guard let number = numbers[Key(tree: treeIDs[index], node: nodeIDs[index])],
        (0..<scoreCount).contains(scores[index]), values[index].isFinite
      else { throw operation.failure("\(prefix)_weights[\(index)] is of no node or no score, or not finite") }
      weights[number, default: []].append((scores[index], values[index]))
      usedScores.insert(scores[index])
      if values[index] < 0 { hasNegativeWeight = true }
    }
  }

  private mutating func tree(root: Int, _ arrays: Arrays) throws(ModelFormatError) -> DecisionTree {
    var decisions: [DecisionTree.Decision] = []
    var leaves: [Double] = []
    var queue: [(node: Int, parent: Int, isLeft: Bool)] = [(root, -1, false)]
    var next = 0
    while next < queue.count {
      let (node, parent, isLeft) = queue[next]
      next += 1
      guard queue.count <= arrays.treeIDs.count else { throw operation.failure("a node is the child of several") }
      let number: Int32
      if arrays.modes[node] == "LEAF" {
        number = ~Int32(leaves.count)
        leaves.append(try leaf(node))
      } else {
        number = Int32(decisions.count)
        let (decision, isTrueLeft) = try decision(node, arrays)
        let tree = arrays.treeIDs[node]
        guard let yes = numbers[Key(tree: tree, node: arrays.trues[node])],
          let no = numbers[Key(tree: tree, node: arrays.falses[node])]
        else { throw operation.failure("node \(arrays.nodeIDs[node]) of tree \(tree) has a child that is not there") }
        queue.append((isTrueLeft ? yes : no, decisions.count, true))
        queue.append((isTrueLeft ? no : yes, decisions.count, false))
        decisions.append(decision)
      }
      guard parent >= 0 else { continue }
      if isLeft { decisions[parent].left = number } else { decisions[parent].right = number }
    }
    var tree = DecisionTree(decisions: decisions, leaves: leaves, leafCovers: [])
    do {
      try tree.check()
    } catch {
      throw operation.failure("tree \(arrays.treeIDs[root]) is none, or deeper than \(ModelLimits.maxTreeDepth)")
    }
    return tree
  }

  private mutating func leaf(_ node: Int) throws(ModelFormatError) -> Double {
    let scores = weights[node] ?? []
    let isExtreme = aggregation == .least || aggregation == .greatest
    // An extreme is of the leaves that have something for the score.
    if scoreCount == 1 || usedScores.count == 1 && !isExtreme { return scores.reduce(0) { $0 + $1.weight } }
    let row = leafScores.count / scoreCount
    guard leafScores.count + scoreCount <= ModelLimits.maxTensorElements else {
      throw operation.failure("more than \(ModelLimits.maxTensorElements) scores of leaves")
    }
    // What a leaf does not add to is -0, which changes no sum; a weight of -0 is 0.
    leafScores += repeatElement(-0.0, count: scoreCount)
    for (score, weight) in scores {
      let place = row * scoreCount + score
      let isFirst = leafScores[place] == 0 && leafScores[place].sign == .minus
      switch aggregation {
      case .least where !isFirst: leafScores[place] = min(leafScores[place], weight + 0)
      case .greatest where !isFirst: leafScores[place] = max(leafScores[place], weight + 0)
      default: leafScores[place] += weight + 0
      }
    }
    return Double(row)
  }

  private func decision(_ node: Int, _ arrays: Arrays) throws(ModelFormatError) -> (DecisionTree.Decision, Bool) {
    let value = arrays.values[node]
    let isTrueLeft: Bool
    let threshold: Double
    switch arrays.modes[node] {
    case "BRANCH_LEQ": (isTrueLeft, threshold) = (true, value)
    case "BRANCH_LT": (isTrueLeft, threshold) = (true, value.nextDown)
    case "BRANCH_GT": (isTrueLeft, threshold) = (false, value)
    case "BRANCH_GTE": (isTrueLeft, threshold) = (false, value.nextDown)
    default:
      throw operation.failure("nodes_modes[\(node)] is '\(arrays.modes[node].prefix(20))', which is not evaluated")
    }
    // What is missing passes no comparison, unless it is said to.
    let isTrue = !arrays.missing.isEmpty && arrays.missing[node] != 0
    let decision = DecisionTree.Decision(
      input: Int32(arrays.inputs[node]), left: 0, right: 0, threshold: threshold,
      missing: isTrue == isTrueLeft ? .left : .right)
    return (decision, isTrueLeft)
  }
}

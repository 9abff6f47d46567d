/// What each input adds to the score of a tree, for one row: the path-dependent TreeSHAP of Lundberg, Erion and Lee,
/// "Consistent
/// Individualized Feature Attribution for Tree Ensembles" (2018), algorithm 2. An input that is not known goes both
/// ways, weighted by the
/// training rows that went there. O(leaves × depth²) a tree.
struct TreeContributions {
  /// An input on the way down: the shares of rows that pass when it is not known (zero) and known (one), and the
  /// weight of subsets by size.
  private struct Step {
    var input: Int32
    var zero: Double
    var one: Double
    var weight: Double
  }

  private let tree: DecisionTree
  private let sets: CategorySets
  private let row: UnsafeBufferPointer<Double>
  private let factor: Double
  private let output: UnsafeMutablePointer<Double>
  /// A way of its own for each level, one behind the other.
  private var steps: [Step]

  /// Adds to `output`: one value an input, and the expected score behind them.
  static func add(
    _ tree: DecisionTree, sets: CategorySets, row: UnsafeBufferPointer<Double>, factor: Double,
    to output: UnsafeMutablePointer<Double>
  ) {
    output[row.count] += factor * expectedScore(of: tree)
    guard !tree.decisions.isEmpty else { return }
    var walk = TreeContributions(tree: tree, sets: sets, row: row, factor: factor, output: output)
    walk.descend(0, depth: 0, parent: 0, zero: 1, one: 1, input: -1)
  }

  private init(
    tree: DecisionTree, sets: CategorySets, row: UnsafeBufferPointer<Double>, factor: Double,
    output: UnsafeMutablePointer<Double>
  ) {
    self.tree = tree
    self.sets = sets
    self.row = row
    self.factor = factor
    self.output = output
    let levels = tree.depth + 2
    steps = Array(repeating: Step(input: -1, zero: 0, one: 0, weight: 0), count: levels * (levels + 1) / 2)
  }

  /// The mean of leaves by the rows that came to them, from the bottom up.
  private static func expectedScore(of tree: DecisionTree) -> Double {
    guard !tree.decisions.isEmpty, tree.decisions[0].cover > 0 else { return tree.leaves[0] }
    var sum = 0.0
    for leaf in tree.leaves.indices { sum += tree.leafCovers[leaf] / tree.decisions[0].cover * tree.leaves[leaf] }
    return sum
  }

  private func cover(_ child: Int32) -> Double {
    child >= 0 ? tree.decisions[Int(child)].cover : tree.leafCovers[Int(~child)]
  }

  /// `parent`: where the way down to here begins in `steps`, with `depth` steps.
  private mutating func descend(_ child: Int32, depth: Int, parent: Int, zero: Double, one: Double, input: Int32) {
    var depth = depth
    let path = parent + depth
    for i in 0..<depth { steps[path + i] = steps[parent + i] }
    extend(path, depth: depth, zero: zero, one: one, input: input)
    guard child >= 0 else {
      let leaf = tree.leaves[Int(~child)]
      for i in stride(from: 1, through: depth, by: 1) {
        let step = steps[path + i]
        output[Int(step.input)] += factor * unwoundSum(path, depth: depth, at: i) * (step.one - step.zero) * leaf
      }
      return
    }
    let decision = tree.decisions[Int(child)]
    let isLeft = decision.goesLeft(row[Int(decision.input)], sets: sets)
    let hot = isLeft ? decision.left : decision.right
    let cold = isLeft ? decision.right : decision.left
    var incomingZero = 1.0
    var incomingOne = 1.0
    // The input may have decided before: its step is taken back, and one for both put in.
    var at = 0
    while at <= depth, steps[path + at].input != decision.input { at += 1 }
    if at <= depth {
      incomingZero = steps[path + at].zero
      incomingOne = steps[path + at].one
      unwind(path, depth: depth, at: at)
      depth -= 1
    }
    let total = decision.cover
    let hotShare = total > 0 ? cover(hot) / total : 0.5
    let coldShare = total > 0 ? cover(cold) / total : 0.5
    descend(
      hot, depth: depth + 1, parent: path, zero: hotShare * incomingZero, one: incomingOne, input: decision.input)
    descend(cold, depth: depth + 1, parent: path, zero: coldShare * incomingZero, one: 0, input: decision.input)
  }

  private mutating func extend(_ path: Int, depth: Int, zero: Double, one: Double, input: Int32) {
    steps[path + depth] = Step(input: input, zero: zero, one: one, weight: depth == 0 ? 1 : 0)
    let count = Double(depth + 1)
    for i in stride(from: depth - 1, through: 0, by: -1) {
      steps[path + i + 1].weight += one * steps[path + i].weight * Double(i + 1) / count
      steps[path + i].weight *= zero * Double(depth - i) / count
    }
  }

  private mutating func unwind(_ path: Int, depth: Int, at index: Int) {
    let one = steps[path + index].one
    let zero = steps[path + index].zero
    var next = steps[path + depth].weight
    let count = Double(depth + 1)
    for i in stride(from: depth - 1, through: 0, by: -1) {
      if one != 0 {
        let weight = steps[path + i].weight
        steps[path + i].weight = next * count / (Double(i + 1) * one)
        next = weight - steps[path + i].weight * zero * Double(depth - i) / count
      } else if zero != 0 {
        steps[path + i].weight *= count / (zero * Double(depth - i))
      }
    }
    for i in index..<depth {
      steps[path + i].input = steps[path + i + 1].input
      steps[path + i].zero = steps[path + i + 1].zero
      steps[path + i].one = steps[path + i + 1].one
    }
  }

  private func unwoundSum(_ path: Int, depth: Int, at index: Int) -> Double {
    let one = steps[path + index].one
    let zero = steps[path + index].zero
    var next = steps[path + depth].weight
    var total = 0.0
    let count = Double(depth + 1)
    for i in stride(from: depth - 1, through: 0, by: -1) {
      if one != 0 {
        let weight = next * count / (Double(i + 1) * one)
        total += weight
        next = steps[path + i].weight - weight * zero * Double(depth - i) / count
      } else if zero != 0 {
        total += steps[path + i].weight / zero / (Double(depth - i) / count)
      }
    }
    return total
  }
}

extension TreeModel {
  var contributionCount: Int {
    let count = ensemble.scoreCount * (inputCount + 1)
    let isWithin = count <= ModelLimits.maxContributions && contributionSteps <= ModelLimits.maxContributionSteps
    return isWithin && ensemble.linear == nil ? count : 0
  }

  func contributions(of row: UnsafeBufferPointer<Double>, into contributions: UnsafeMutableBufferPointer<Double>) {
    precondition(row.count == inputCount && contributions.count == contributionCount)
    guard !contributions.isEmpty else { return }
    contributions.update(repeating: 0)
    guard let start = contributions.baseAddress else { return }
    for (index, tree) in ensemble.trees.enumerated() {
      let output = start + Int(ensemble.scoreOfTree[index]) * (inputCount + 1)
      let factor = ensemble.weights.isEmpty ? 1 : ensemble.weights[index]
      TreeContributions.add(tree, sets: ensemble.sets, row: row, factor: factor, to: output)
    }
    if ensemble.divisor != 1 { for i in contributions.indices { contributions[i] /= ensemble.divisor } }
    for score in 0..<ensemble.scoreCount {
      contributions[score * (inputCount + 1) + inputCount] += ensemble.base[score]
    }
  }
}

/// Trees of an operator, ready to run. Where ONNX says little (one score of two classes, base values), as ONNX Runtime
/// does.
struct TreeEvaluation: Sendable {
  private let forest: TreeForest
  private let leafScores: [Double]
  private let scoreCount: Int
  private let base: [Double]
  private let aggregation: ScoreAggregation
  private let transform: PostTransform
  private let isClassifier: Bool
  /// Leaves add to one score only, and none has a weight below zero.
  private let isProbability: Bool
  /// The only score that leaves add to, or -1.
  private let onlyScore: Int
  private let inputCount: Int
  private let input: Int
  let operationCount: Int

  init(
    trees: TreeAttributes, scoreCount: Int, base: [Double], aggregation: ScoreAggregation, transform: PostTransform,
    isClassifier: Bool, inputCount: Int, input: Int
  ) {
    forest = TreeForest(trees.trees)
    leafScores = trees.leafScores
    self.scoreCount = scoreCount
    self.base = base
    self.aggregation = aggregation
    self.transform = transform
    self.isClassifier = isClassifier
    isProbability = !trees.hasNegativeWeight && trees.usedScores.count == 1
    onlyScore = scoreCount == 1 ? 0 : trees.usedScores.count == 1 ? trees.usedScores.first ?? -1 : -1
    self.inputCount = inputCount
    self.input = input
    operationCount = trees.trees.reduce(inputCount) { $0 + $1.depth + scoreCount }
  }

  var outputCount: Int { scoreCount }
  var scratchCount: Int { forest.scratchCount }

  func run(_ memory: GraphMemory, output: Int, scratch: Int) {
    let row = UnsafeBufferPointer(start: memory[input], count: inputCount)
    let space = UnsafeMutableBufferPointer(start: memory[scratch], count: scratchCount)
    let leaves = forest.scores(of: row, sets: CategorySets(), scratch: space)
    let scores = memory[output]
    // A score that no leaf adds to stays -0, which no sum of others is.
    scores.update(repeating: -0.0, count: scoreCount)
    if isExtreme { extremes(leaves, into: scores) } else { aggregate(leaves, into: scores) }
    if isClassifier && scoreCount == 2 { finishTwo(scores) } else { finish(scores) }
  }

  private func aggregate(_ leaves: UnsafePointer<Double>, into scores: UnsafeMutablePointer<Double>) {
    let count = forest.treeCount
    for tree in 0..<count {
      if onlyScore >= 0 {
        add(leaves[tree], to: scores + onlyScore)
      } else {
        let row = Int(leaves[tree]) * scoreCount
        for score in 0..<scoreCount { add(leafScores[row + score], to: scores + score) }
      }
    }
    if aggregation == .average {
      for score in 0..<scoreCount { scores[score] = Double(Float(scores[score] / Double(count))) }
    }
  }

  @inline(__always)
  private func add(_ value: Double, to score: UnsafeMutablePointer<Double>) {
    score[0] = Double(Float(score[0] + value))
  }

  private var isExtreme: Bool { aggregation == .least || aggregation == .greatest }

  /// The least or the greatest of the leaves that have something for a score; the others do not count as 0.
  private func extremes(_ leaves: UnsafePointer<Double>, into scores: UnsafeMutablePointer<Double>) {
    for tree in 0..<forest.treeCount {
      for score in 0..<scoreCount {
        let value = scoreCount == 1 ? leaves[tree] + 0 : leafScores[Int(leaves[tree]) * scoreCount + score]
        guard !isAbsent(value) else { continue }
        let isBetter = aggregation == .least ? value < scores[score] : value > scores[score]
        if isAbsent(scores[score]) || isBetter { scores[score] = value }
      }
    }
  }

  private func isAbsent(_ score: Double) -> Bool { score == 0 && score.sign == .minus }

  /// Of a regressor, base values go to scores that some leaf adds to.
  private func finish(_ scores: UnsafeMutablePointer<Double>) {
    for score in 0..<scoreCount {
      let takesBase = !base.isEmpty && (isClassifier || !isAbsent(scores[score]))
      scores[score] += takesBase ? base[base.count == 1 ? 0 : score] : 0
    }
    transform.apply(scores, count: scoreCount)
  }

  /// Of two classes, leaves may add to the first only: its score stands for the second then, and is turned round for
  /// the first.
  private func finishTwo(_ scores: UnsafeMutablePointer<Double>) {
    let hasSecond = !isAbsent(scores[1])
    switch (base.count, hasSecond) {
    case (2, true):
      scores[1] = base[1] + scores[0]
      scores[0] = isAbsent(scores[0]) ? 0 : -scores[1]
    case (2, false):
      scores[0] += base[0]
    default:
      // Where leaves add to the second only, a single base value goes to none.
      if !isAbsent(scores[0]) || !hasSecond { scores[0] += base.first ?? 0 }
      guard hasSecond else { return finishOne(scores) }
    }
    transform.apply(scores, count: 2)
  }

  private func finishOne(_ scores: UnsafeMutablePointer<Double>) {
    let score = scores[0]
    if transform == .logistic {
      scores[0] = PostTransform.sigmoid(-score)
      scores[1] = PostTransform.sigmoid(score)
    } else {
      scores[0] = isProbability ? 1 - score : -score
      scores[1] = score
    }
  }
}

/// Trees of LightGBM or XGBoost with names and an objective.
struct TreeModel: TrainedModel {
  let format: ModelFormat
  let inputCount: Int
  let inputNames: [String]
  let outputNames: [String]
  let classLabels: [String]
  let ensemble: TreeEnsemble
  let transform: ScoreTransform
  private let forest: TreeForest
  /// Leaves × depth² of all trees.
  let contributionSteps: Int

  init(
    format: ModelFormat, inputCount: Int, inputNames: [String], ensemble: TreeEnsemble, transform: ScoreTransform
  ) {
    self.format = format
    self.inputCount = inputCount
    self.inputNames = inputNames
    self.ensemble = ensemble
    self.transform = transform
    forest = TreeForest(ensemble.trees)
    contributionSteps = ensemble.trees.reduce(0) { $0 + $1.leaves.count * $1.depth * $1.depth }
    let outputs = transform.outputCount(scores: ensemble.scoreCount)
    if outputs > 1 {
      outputNames = (0..<outputs).map { "\($0)" }
    } else {
      switch transform {
      case .sigmoid, .floatSigmoid: outputNames = ["probability"]
      case .greatest, .step: outputNames = ["class"]
      default: outputNames = ["value"]
      }
    }
    switch transform {
    case .softmax, .floatSoftmax, .sigmoid: classLabels = outputs > 1 ? outputNames : []
    default: classLabels = []
    }
  }

  var outputCount: Int { outputNames.count }
  var scratchCount: Int { forest.scratchCount + ensemble.scoreCount }

  func evaluate(
    _ row: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>,
    scratch: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(row.count == inputCount && outputs.count == outputCount && scratch.count >= scratchCount)
    let leaves = forest.scores(of: row, sets: ensemble.sets, scratch: scratch)
    ensemble.linear?.replace(leaves, count: ensemble.trees.count, row: row)
    let scores = UnsafeMutableBufferPointer(rebasing: scratch[forest.scratchCount..<scratchCount])
    for score in 0..<ensemble.scoreCount { scores[score] = ensemble.base[score] }
    ensemble.add(UnsafePointer(leaves), to: scores)
    transform.apply(scores)
    for output in 0..<outputs.count { outputs[output] = scores[output] }
  }
}

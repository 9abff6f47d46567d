/// Tree ensembles of ai.onnx.ml (TreeEnsembleRegressor and TreeEnsembleClassifier, versions 1 to 3).
enum TreeOperators {
  /// Nil when the operator is none of these.
  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor]? {
    switch operation.node.type {
    case "TreeEnsembleRegressor": return try regress(operation, &builder)
    case "TreeEnsembleClassifier": return try classify(operation, &builder)
    default: return nil
    }
  }

  private static func regress(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let name = try operation.node.text("aggregate_function", default: "SUM")
    guard let aggregation = ScoreAggregation(rawValue: name) else {
      throw operation.failure("aggregate_function is '\(name.prefix(40))'")
    }
    let targets = try operation.node.integer("n_targets", default: 1)
    return [try evaluate(operation, &builder, prefix: "target", scoreCount: targets, aggregation)]
  }

  /// Of its outputs, labels and scores, the scores.
  private static func classify(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let labels = try LearningOperators.labels(operation.node, ["classlabels_strings", "classlabels_int64s"])
    guard !labels.isEmpty else { throw operation.failure("there are no classes") }
    var scores = try evaluate(operation, &builder, prefix: "class", scoreCount: labels.count, .sum)
    scores.labels = labels
    return [scores, scores]
  }

  private static func evaluate(
    _ operation: Operation, _ builder: inout GraphBuilder, prefix: String, scoreCount: Int,
    _ aggregation: ScoreAggregation
  ) throws(ModelFormatError) -> GraphTensor {
    let input = try operation.input(0)
    let (rows, columns) = try LearningOperators.rows(input, operation)
    guard rows == 1, !input.isConstant, (1...ModelLimits.maxOutputs).contains(scoreCount) else {
      throw operation.failure("trees are evaluated for one row, and some scores")
    }
    let trees = try TreeAttributes(
      operation, prefix: prefix, scoreCount: scoreCount, inputCount: columns, aggregation: aggregation)
    let base = try operation.node.numbers("base_values") ?? []
    guard [0, 1, scoreCount].contains(base.count) else { throw operation.failure("base_values do not fit the scores") }
    let evaluation = TreeEvaluation(
      trees: trees, scoreCount: scoreCount, base: base, aggregation: aggregation,
      transform: try PostTransform(operation),
      isClassifier: prefix == "class", inputCount: columns, input: input.place)
    let scratch = try builder.input(count: evaluation.scratchCount, kind: .double, shape: [evaluation.scratchCount])
    return try builder.emit(
      operation.node, reading: [input], kind: .float, shape: [1, evaluation.outputCount],
      operations: evaluation.operationCount
    ) { output in
      { memory in evaluation.run(memory, output: output, scratch: scratch.place) }
    }
  }
}

/// How the leaves of trees become a score.
enum ScoreAggregation: String, Sendable {
  case sum = "SUM"
  case average = "AVERAGE"
  case least = "MIN"
  case greatest = "MAX"
}

/// Linear models of ai.onnx.ml.
extension LearningOperators {
  static func linearRegressor(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let targets = try operation.node.integer("targets", default: 1)
    return [try linear(operation, &builder, scoreCount: targets, addsSecond: false)]
  }

  /// Of its outputs, labels and scores, the scores.
  static func linearClassifier(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let labels = try labels(operation.node, ["classlabels_strings", "classlabels_ints"])
    let (_, columns) = try rows(try operation.input(0), operation)
    let coefficients = try operation.node.floats("coefficients") ?? []
    let scoreCount = coefficients.count / max(1, columns)
    var scores = try linear(
      operation, &builder, scoreCount: scoreCount, addsSecond: scoreCount == 1 && labels.count == 2)
    scores.labels = labels
    return [scores, scores]
  }

  /// `addsSecond`: one score of two classes becomes two.
  private static func linear(
    _ operation: Operation, _ builder: inout GraphBuilder, scoreCount: Int, addsSecond: Bool
  ) throws(ModelFormatError) -> GraphTensor {
    let input = try operation.input(0)
    let (rows, columns) = try rows(input, operation)
    let coefficients = try operation.node.floats("coefficients") ?? []
    guard (1...ModelLimits.maxOutputs).contains(scoreCount), coefficients.count == scoreCount * columns else {
      throw operation.failure(
        "\(coefficients.count) coefficients do not fit \(columns) columns and \(scoreCount) scores")
    }
    let intercepts = try operation.node.floats("intercepts") ?? Array(repeating: 0, count: scoreCount)
    guard intercepts.count == scoreCount else { throw operation.failure("intercepts do not fit the scores") }
    let transform = try PostTransform(operation)
    let width = addsSecond ? 2 : scoreCount
    return try builder.emit(
      operation.node, reading: [input], kind: .float, shape: [rows, width],
      operations: MatrixOperators.work(rows, columns, scoreCount)
    ) { output in
      { memory in
        for row in 0..<rows {
          let (from, to) = (memory[input.place] + row * columns, memory[output] + row * width)
          for score in 0..<scoreCount {
            var sum = intercepts[score]
            for column in 0..<columns { sum += from[column] * coefficients[score * columns + column] }
            to[score] = sum
          }
          if addsSecond {
            let score = to[0]
            to[0] = transform == .logistic ? PostTransform.sigmoid(-score) : 1 - score
            to[1] = transform == .logistic ? PostTransform.sigmoid(score) : score
          } else {
            transform.apply(to, count: width)
          }
        }
      }
    }
  }
}

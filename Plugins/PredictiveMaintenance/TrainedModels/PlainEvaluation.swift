/// Trees evaluated the plain way, one decision after the other, with no layout for speed: the second opinion of tests
/// and fuzzing.
package enum PlainEvaluation {
  /// Nil for models that are no trees of LightGBM or XGBoost.
  package static func outputs(of model: any TrainedModel, row: [Double]) -> [Double]? {
    guard let model = model as? TreeModel else { return nil }
    var scores = row.withUnsafeBufferPointer { model.ensemble.plainScores(of: $0) }
    scores.withUnsafeMutableBufferPointer { model.transform.apply($0) }
    return Array(scores.prefix(model.outputCount))
  }
}

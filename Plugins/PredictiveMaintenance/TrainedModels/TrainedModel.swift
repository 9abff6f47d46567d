/// A model that a training library wrote and that is evaluated here: numbers in, numbers out, the same bits for the
/// same row.
///
/// Missing values are NaN. What else a row may hold (infinities, the huge and the tiny) is treated as the format's own
/// library treats it,
/// see docs/model-formats.md.
package protocol TrainedModel: Sendable {
  var format: ModelFormat { get }
  /// Values of a row.
  var inputCount: Int { get }
  /// As many as inputs, or none where the file has none.
  var inputNames: [String] { get }
  var outputCount: Int { get }
  /// As many as outputs.
  var outputNames: [String] { get }
  /// As many as outputs where those are scores of classes, or none.
  var classLabels: [String] { get }
  /// Doubles that `evaluate` needs to work in.
  var scratchCount: Int { get }
  /// Takes no memory. Counts are the caller's duty; `scratch` may hold anything.
  func evaluate(
    _ row: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>,
    scratch: UnsafeMutableBufferPointer<Double>)

  /// 0 when the model cannot tell, else raw scores × (inputs + 1).
  var contributionCount: Int { get }
  /// What each input adds to each raw score (before sigmoid, softmax and the like), by TreeSHAP: for each score, one
  /// value an input, then
  /// the expected score; their sum is the score. Takes memory and time: for alerts and explanations.
  func contributions(of row: UnsafeBufferPointer<Double>, into contributions: UnsafeMutableBufferPointer<Double>)
}

extension TrainedModel {
  package var contributionCount: Int { 0 }

  package func contributions(
    of row: UnsafeBufferPointer<Double>, into contributions: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(contributions.isEmpty, "this model has no contributions")
  }

  /// Takes memory for the scratch: for commands and checks.
  package func evaluate(
    _ row: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: scratchCount) { scratch in
      scratch.initialize(repeating: 0)
      evaluate(row, into: outputs, scratch: scratch)
    }
  }

  package func evaluate(_ row: [Double]) -> [Double] {
    var outputs = [Double](repeating: 0, count: outputCount)
    row.withUnsafeBufferPointer { row in outputs.withUnsafeMutableBufferPointer { evaluate(row, into: $0) } }
    return outputs
  }

  package func contributions(of row: [Double]) -> [Double] {
    var values = [Double](repeating: 0, count: contributionCount)
    row.withUnsafeBufferPointer { row in values.withUnsafeMutableBufferPointer { contributions(of: row, into: $0) } }
    return values
  }
}

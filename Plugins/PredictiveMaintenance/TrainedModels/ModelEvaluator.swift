/// A model with memory to work in, for rows that come one after the other. One a thread.
package final class ModelEvaluator {
  package let model: any TrainedModel
  private let scratch: UnsafeMutableBufferPointer<Double>
  private let outputs: UnsafeMutableBufferPointer<Double>

  package init(_ model: any TrainedModel) {
    self.model = model
    scratch = .allocate(capacity: model.scratchCount)
    scratch.initialize(repeating: 0)
    outputs = .allocate(capacity: model.outputCount)
    outputs.initialize(repeating: 0)
  }

  deinit {
    scratch.deallocate()
    outputs.deallocate()
  }

  /// What is returned holds until the next call.
  package func evaluate(_ row: UnsafeBufferPointer<Double>) -> UnsafeBufferPointer<Double> {
    model.evaluate(row, into: outputs, scratch: scratch)
    return UnsafeBufferPointer(outputs)
  }
}

/// A graph of ONNX: the row is copied into its inputs, the kernels run one after the other, the outputs are copied out.
struct GraphModel: TrainedModel {
  struct Port: Sendable {
    let place: Int
    let count: Int
    let isFloat: Bool
  }

  let format = ModelFormat.onnx
  let inputNames: [String]
  let outputNames: [String]
  let classLabels: [String]
  let inputs: [Port]
  let outputs: [Port]
  let kernels: [GraphKernel]
  let constants: [Double]
  let scratchCount: Int

  var inputCount: Int { inputs.reduce(0) { $0 + $1.count } }
  var outputCount: Int { outputNames.count }

  func evaluate(
    _ row: UnsafeBufferPointer<Double>, into results: UnsafeMutableBufferPointer<Double>,
    scratch: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(row.count == inputCount && results.count == outputCount && scratch.count >= scratchCount)
    guard let values = scratch.baseAddress else { return }
    var at = 0
    for input in inputs {
      for index in 0..<input.count {
        let value = row[at + index]
        values[input.place + index] = input.isFloat ? Double(Float(value)) : value
      }
      at += input.count
    }
    constants.withUnsafeBufferPointer { constants in
      // Kernels write to values only, once the model is read.
      let memory = GraphMemory(
        constants: UnsafeMutablePointer(mutating: constants.baseAddress ?? UnsafePointer(values)), values: values)
      for kernel in kernels { kernel(memory) }
      var at = 0
      for output in outputs {
        for index in 0..<output.count { results[at + index] = memory[output.place][index] }
        at += output.count
      }
    }
  }
}

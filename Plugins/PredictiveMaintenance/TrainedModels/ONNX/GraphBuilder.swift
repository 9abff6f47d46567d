/// Makes a graph into a list of kernels, with shapes checked and everything computed that is known when the model is
/// read.
struct GraphBuilder {
  private(set) var kernels: [GraphKernel] = []
  private(set) var constants: [Double] = []
  /// Doubles of one evaluation.
  private(set) var valueCount = 0
  /// Multiplications and the like of one evaluation, and those that were done while reading.
  private var operationCount = 0
  private var tensors: [String: GraphTensor] = [:]

  func tensor(_ name: String) -> GraphTensor? { tensors[name] }

  mutating func name(_ tensor: GraphTensor, _ name: String) {
    if !name.isEmpty { tensors[name] = tensor }
  }

  mutating func constant(
    _ values: [Double], kind: ElementKind, shape: [Int]
  ) throws(ModelFormatError) -> GraphTensor {
    try reserve(values.count, in: "the constants")
    let place = ~constants.count
    constants += values
    return GraphTensor(kind: kind, shape: shape, place: place)
  }

  mutating func input(count: Int, kind: ElementKind, shape: [Int]) throws(ModelFormatError) -> GraphTensor {
    try reserve(count, in: "the inputs")
    defer { valueCount += count }
    return GraphTensor(kind: kind, shape: shape, place: valueCount)
  }

  private func reserve(_ count: Int, in place: String) throws(ModelFormatError) {
    guard count >= 0, valueCount + constants.count + count <= ModelLimits.maxTensorElements else {
      throw ModelFormatError(
        format: .onnx, place: place, reason: "more than \(ModelLimits.maxTensorElements) values all together")
    }
  }

  func values(of tensor: GraphTensor) -> ArraySlice<Double>? {
    tensor.isConstant ? constants[~tensor.place..<(~tensor.place + tensor.count)] : nil
  }

  private static func rounding(_ kernel: @escaping GraphKernel, place: Int, count: Int) -> GraphKernel {
    { memory in
      kernel(memory)
      let output = memory[place]
      for index in 0..<count { output[index] = Double(Float(output[index])) }
    }
  }

  /// Adds an operation, whose result has a place of its own. It is computed at once when all that it reads is constant.
  /// `operations`: how much work it is; a result of floats is rounded after it.
  mutating func emit(
    _ node: ONNXNode, reading inputs: [GraphTensor], kind: ElementKind, shape: [Int], operations: Int? = nil,
    _ makeKernel: (_ output: Int) -> GraphKernel
  ) throws(ModelFormatError) -> GraphTensor {
    guard shape.count <= ModelLimits.maxTensorRank else {
      throw node.failure("a result of more than \(ModelLimits.maxTensorRank) dimensions")
    }
    var count = 1
    for size in shape {
      guard size >= 0, size <= ModelLimits.maxTensorElements, count * size <= ModelLimits.maxTensorElements else {
        throw node.failure("a result of more than \(ModelLimits.maxTensorElements) values")
      }
      count *= size
    }
    guard count > 0 else { throw node.failure("a result without values") }
    try reserve(count, in: node.place)
    let work = max(count, operations ?? count)
    guard work <= ModelLimits.maxGraphOperations - operationCount else {
      throw node.failure("an evaluation of more than \(ModelLimits.maxGraphOperations) operations")
    }
    operationCount += work
    let isConstant = inputs.allSatisfy(\.isConstant)
    let place = isConstant ? ~constants.count : valueCount
    let kernel = makeKernel(place)
    let rounded = kind == .float ? Self.rounding(kernel, place: place, count: count) : kernel
    if isConstant {
      constants += repeatElement(0, count: count)
      constants.withUnsafeMutableBufferPointer { constants in
        let start = constants.baseAddress.unsafelyUnwrapped
        rounded(GraphMemory(constants: start, values: start))
      }
    } else {
      valueCount += count
      kernels.append(rounded)
    }
    return GraphTensor(kind: kind, shape: shape, place: place)
  }
}

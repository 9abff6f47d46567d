/// Convolution, pooling and normalisation of signals: tensors of batch × channels × length.
enum SignalOperators {
  /// Nil when the operator is none of these.
  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor]? {
    switch operation.node.type {
    case "Conv": return try convolve(operation, &builder)
    case "MaxPool": return try pool(operation, &builder, isMaximum: true)
    case "AveragePool": return try pool(operation, &builder, isMaximum: false)
    case "GlobalMaxPool": return try poolAll(operation, &builder, isMaximum: true)
    case "GlobalAveragePool": return try poolAll(operation, &builder, isMaximum: false)
    case "BatchNormalization": return try normalize(operation, &builder)
    default: return nil
    }
  }

  private static func signal(_ operation: Operation) throws(ModelFormatError) -> GraphTensor {
    let input = try operation.input(0)
    guard input.shape.count == 3 else {
      throw operation.failure("the shape \(input.shape) is not batch × channels × length: signals have one dimension")
    }
    return input
  }

  private static func convolve(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let (input, weights) = (try signal(operation), try operation.input(1))
    let groups = try operation.node.integer("group", default: 1)
    let (batch, channels, length) = (input.shape[0], input.shape[1], input.shape[2])
    guard weights.shape.count == 3, groups >= 1, groups <= channels, channels % groups == 0,
      weights.shape[1] == channels / groups, weights.shape[0] % groups == 0
    else {
      throw operation.failure("weights of \(weights.shape) do not fit a signal of \(input.shape) in \(groups) groups")
    }
    if let size = try operation.node.integers("kernel_shape"), size != [weights.shape[2]] {
      throw operation.failure("kernel_shape is not that of the weights")
    }
    let window = try SignalWindow(operation, size: weights.shape[2], length: length, allowsCeiling: false)
    let outputs = weights.shape[0]
    let bias = operation.optional(2)
    guard bias == nil || bias?.shape == [outputs] else { throw operation.failure("the bias does not fit the weights") }
    let layer = SignalConvolution(
      batch: batch, channels: channels, length: length, outputs: outputs, groups: groups, window: window,
      input: input.place, weights: weights.place, bias: bias?.place)
    let work = MatrixOperators.work(batch, outputs, channels / groups, window.size, window.count)
    return [
      try builder.emit(
        operation.node, reading: [input, weights] + (bias.map { [$0] } ?? []), kind: input.kind,
        shape: [batch, outputs, window.count], operations: work
      ) { output in
        { memory in layer.run(memory, output) }
      }
    ]
  }

  private static func pool(
    _ operation: Operation, _ builder: inout GraphBuilder, isMaximum: Bool
  ) throws(ModelFormatError) -> [GraphTensor] {
    let input = try signal(operation)
    guard let size = try operation.node.integers("kernel_shape"), size.count == 1 else {
      throw operation.failure("kernel_shape should be one number: signals have one dimension")
    }
    guard operation.node.outputs.count == 1 else { throw operation.failure("the places of maxima are not evaluated") }
    let length = input.shape[2]
    let window = try SignalWindow(operation, size: size[0], length: length, allowsCeiling: true)
    let countsPads = try operation.node.integer("count_include_pad", default: 0) != 0
    let rows = input.shape[0] * input.shape[1]
    return [
      try builder.emit(
        operation.node, reading: [input], kind: input.kind, shape: [input.shape[0], input.shape[1], window.count],
        operations: MatrixOperators.work(rows, window.count, window.size)
      ) { output in
        { memory in
          var to = memory[output]
          for row in 0..<rows {
            let from = memory[input.place] + row * length
            for step in 0..<window.count {
              let (first, range) = window.elements(at: step, length: length)
              var total = isMaximum ? -Double.infinity : 0
              for element in range {
                let value = from[first + element * window.dilation]
                total = isMaximum ? (value > total || value.isNaN ? value : total) : total + value
              }
              // Beyond the padding there is nothing to count.
              let counted = countsPads ? min(window.size, length + window.padAfter - first) : range.count
              to[0] = isMaximum ? total : total / Double(counted)
              to += 1
            }
          }
        }
      }
    ]
  }

  private static func poolAll(
    _ operation: Operation, _ builder: inout GraphBuilder, isMaximum: Bool
  ) throws(ModelFormatError) -> [GraphTensor] {
    let input = try signal(operation)
    let (rows, length) = (input.shape[0] * input.shape[1], input.shape[2])
    return [
      try builder.emit(
        operation.node, reading: [input], kind: input.kind, shape: [input.shape[0], input.shape[1], 1],
        operations: input.count
      ) { output in
        { memory in
          for row in 0..<rows {
            let from = memory[input.place] + row * length
            var total = from[0]
            for index in 1..<max(1, length) {
              total = isMaximum ? (from[index] > total || from[index].isNaN ? from[index] : total) : total + from[index]
            }
            memory[output][row] = isMaximum ? total : total / Double(length)
          }
        }
      }
    ]
  }

  private static func normalize(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    guard input.shape.count >= 2, try operation.node.integer("training_mode", default: 0) == 0 else {
      throw operation.failure("inputs should have channels, and training should be over")
    }
    let channels = input.shape[1]
    var parameters: [GraphTensor] = []
    for index in 1...4 { parameters.append(try operation.input(index)) }
    guard parameters.allSatisfy({ $0.shape == [channels] }) else {
      throw operation.failure("scale, bias, mean and variance should have one number for each of \(channels) channels")
    }
    let epsilon = try operation.node.float("epsilon", default: Double(Float(1e-5)))
    let places = parameters.map(\.place)
    let (batch, length) = (input.shape[0], input.shape[2...].reduce(1, *))
    return [
      try builder.emit(operation.node, reading: [input] + parameters, kind: input.kind, shape: input.shape) { output in
        { memory in
          for row in 0..<(batch * channels) {
            let channel = row % channels
            let scale = memory[places[0]][channel] / (memory[places[3]][channel] + epsilon).squareRoot()
            let shift = memory[places[1]][channel] - memory[places[2]][channel] * scale
            for index in (row * length)..<((row + 1) * length) {
              memory[output][index] = memory[input.place][index] * scale + shift
            }
          }
        }
      }
    ]
  }
}

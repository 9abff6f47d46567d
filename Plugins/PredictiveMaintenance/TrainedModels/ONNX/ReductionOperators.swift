import Glibc

/// Operators along axes: sums and the like, the greatest, softmax.
enum ReductionOperators {
  /// Nil when the operator is none of these.
  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor]? {
    switch operation.node.type {
    case "Softmax": return try softmax(operation, &builder, isLogarithm: false)
    case "LogSoftmax": return try softmax(operation, &builder, isLogarithm: true)
    case "ArgMax": return try greatest(operation, &builder, sign: 1)
    case "ArgMin": return try greatest(operation, &builder, sign: -1)
    case "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL1", "ReduceL2":
      return try reduce(operation, &builder)
    default: return nil
    }
  }

  private static func reduce(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    let type = operation.node.type
    let isAttribute = operation.version < (type == "ReduceSum" ? 13 : 18)
    let given = try operation.axes(
      isAttribute ? operation.node.integers("axes") : operation.constantIntegers(1, builder))
    let isEmpty = given?.isEmpty ?? true
    if isEmpty, try operation.node.integer("noop_with_empty_axes", default: 0) != 0 { return [input] }
    var axes: Set<Int> = isEmpty ? Set(input.shape.indices) : []
    for axis in given ?? [] { axes.insert(try operation.axis(axis, rank: input.shape.count)) }
    let keeps = try operation.node.integer("keepdims", default: 1) != 0
    let kept = input.shape.indices.filter { !axes.contains($0) }
    let shape = input.shape.indices.filter { keeps || !axes.contains($0) }.map {
      axes.contains($0) ? 1 : input.shape[$0]
    }
    let strides = input.strides
    let firsts = Broadcast.elements(shape: kept.map { input.shape[$0] }, strides: kept.map { strides[$0] }, from: 0)
    let gone = axes.sorted()
    let members = Broadcast.elements(shape: gone.map { input.shape[$0] }, strides: gone.map { strides[$0] }, from: 0)
    return [
      try builder.emit(operation.node, reading: [input], kind: input.kind, shape: shape, operations: input.count) {
        output in
        { memory in
          for index in 0..<firsts.count {
            memory[output][index] = reduced(memory[input.place] + Int(firsts[index]), members, type)
          }
        }
      }
    ]
  }

  @Sendable
  private static func reduced(_ from: UnsafePointer<Double>, _ members: [Int32], _ type: String) -> Double {
    switch type {
    case "ReduceMax": return members.reduce(-.infinity) { from[Int($1)].isNaN ? .nan : max($0, from[Int($1)]) }
    case "ReduceMin": return members.reduce(.infinity) { from[Int($1)].isNaN ? .nan : min($0, from[Int($1)]) }
    case "ReduceL1": return members.reduce(0) { $0 + from[Int($1)].magnitude }
    case "ReduceSumSquare": return members.reduce(0) { $0 + from[Int($1)] * from[Int($1)] }
    case "ReduceL2": return members.reduce(0) { $0 + from[Int($1)] * from[Int($1)] }.squareRoot()
    case "ReduceMean": return members.reduce(0) { $0 + from[Int($1)] } / Double(members.count)
    default: return members.reduce(0) { $0 + from[Int($1)] }
    }
  }

  private static func greatest(
    _ operation: Operation, _ builder: inout GraphBuilder, sign: Double
  ) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let axis = try operation.axis(try operation.node.integer("axis", default: 0), rank: input.shape.count)
    let keeps = try operation.node.integer("keepdims", default: 1) != 0
    let takesLast = try operation.node.integer("select_last_index", default: 0) != 0
    let (size, inner) = (input.shape[axis], input.strides[axis])
    let shape = input.shape[..<axis] + (keeps ? [1] : []) + input.shape[(axis + 1)...]
    let outer = input.shape[..<axis].reduce(1, *)
    return [
      try builder.emit(
        operation.node, reading: [input], kind: .integer, shape: Array(shape), operations: input.count
      ) { output in
        { memory in
          for row in 0..<outer {
            for column in 0..<inner {
              let from = memory[input.place] + row * size * inner + column
              var best = 0
              for index in 1..<max(1, size) {
                let (value, old) = (sign * from[index * inner], sign * from[best * inner])
                if value > old || takesLast && value == old { best = index }
              }
              memory[output][row * inner + column] = Double(best)
            }
          }
        }
      }
    ]
  }

  private static func softmax(
    _ operation: Operation, _ builder: inout GraphBuilder, isLogarithm: Bool
  ) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let isOld = operation.version < 13
    let axis = try operation.axis(
      try operation.node.integer("axis", default: isOld ? 1 : -1), rank: input.shape.count)
    // Before version 13 all axes from this one on were one.
    let size = isOld ? input.shape[axis...].reduce(1, *) : input.shape[axis]
    let inner = isOld ? 1 : input.strides[axis]
    let outer = input.shape[..<axis].reduce(1, *)
    return [
      try builder.emit(
        operation.node, reading: [input], kind: input.kind, shape: input.shape,
        operations: MatrixOperators.work(input.count, 8)
      ) { output in
        { memory in
          for row in 0..<outer {
            for column in 0..<inner {
              let at = row * size * inner + column
              softmax(
                memory[input.place] + at, into: memory[output] + at, count: size, step: inner, isLogarithm: isLogarithm)
            }
          }
        }
      }
    ]
  }

  @Sendable
  static func softmax(
    _ from: UnsafePointer<Double>, into to: UnsafeMutablePointer<Double>, count: Int, step: Int, isLogarithm: Bool
  ) {
    var greatest = -Double.infinity
    for index in 0..<count { greatest = max(greatest, from[index * step]) }
    var sum = 0.0
    for index in 0..<count {
      let value = from[index * step] - greatest
      let power = exp(value)
      to[index * step] = isLogarithm ? value : power
      sum += power
    }
    let logarithm = log(sum)
    for index in 0..<count {
      to[index * step] = isLogarithm ? to[index * step] - logarithm : to[index * step] / sum
    }
  }
}

/// Operators that take each element by itself, or elements of several inputs side by side (with the sizes of 1
/// repeated, "broadcast").
enum ElementOperators {
  /// Nil when the operator is none of these.
  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor]? {
    switch operation.node.type {
    case "Clip": return try clip(operation, &builder)
    case "Where": return try choose(operation, &builder)
    case "Cast": return try cast(operation, &builder)
    case "Max", "Min", "Sum", "Mean": return try many(operation, &builder)
    case let name where ElementFunction.names.contains(name): return try apply(operation, &builder)
    case let name where PairFunction.names.contains(name): return try pair(operation, &builder)
    default: return nil
    }
  }

  typealias Unary = ElementFunction.Function
  typealias Binary = PairFunction.Function

  private static func apply(
    _ operation: Operation, _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> [GraphTensor] {
    try each(operation, &builder, try ElementFunction.function(operation.node))
  }

  private static func pair(
    _ operation: Operation, _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> [GraphTensor] {
    let (a, b) = (try operation.input(0), try operation.input(1))
    let isTruth = PairFunction.comparisons.contains(operation.node.type)
    let function = try PairFunction.function(operation.node)
    return [try combine(operation, &builder, a, b, kind: isTruth ? .integer : a.kind, function)]
  }

  private static func each(
    _ operation: Operation, _ builder: inout GraphBuilder, _ function: @escaping Unary
  ) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let count = input.count
    let kind = ["Not", "IsNaN"].contains(operation.node.type) ? ElementKind.integer : input.kind
    return [
      try builder.emit(operation.node, reading: [input], kind: kind, shape: input.shape) { output in
        { memory in
          let (from, to) = (memory[input.place], memory[output])
          for index in 0..<count { to[index] = function(from[index]) }
        }
      }
    ]
  }

  private static func combine(
    _ operation: Operation, _ builder: inout GraphBuilder, _ a: GraphTensor, _ b: GraphTensor, kind: ElementKind,
    _ function: @escaping Binary
  ) throws(ModelFormatError) -> GraphTensor {
    let shape = try Broadcast.shape(a.shape, b.shape, operation)
    let (mapA, mapB) = (Broadcast.map(a, to: shape), Broadcast.map(b, to: shape))
    let count = shape.reduce(1, *)
    let isWhole = kind == .integer && operation.node.type == "Div"
    return try builder.emit(operation.node, reading: [a, b], kind: kind, shape: shape) { output in
      { memory in
        let (x, y, to) = (memory[a.place], memory[b.place], memory[output])
        for index in 0..<count {
          let value = function(x[mapA.at(index)], y[mapB.at(index)])
          to[index] = isWhole ? value.rounded(.towardZero) : value
        }
      }
    }
  }

  private static func many(
    _ operation: Operation, _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> [GraphTensor] {
    let type = operation.node.type
    var result = try operation.input(0)
    for index in 1..<max(1, operation.inputs.count) {
      let next = try operation.input(index)
      result = try combine(operation, &builder, result, next, kind: result.kind) { a, b in
        switch type {
        case "Max": a.isNaN || b.isNaN ? .nan : max(a, b)
        case "Min": a.isNaN || b.isNaN ? .nan : min(a, b)
        default: a + b
        }
      }
    }
    guard type == "Mean" else { return [result] }
    let (sum, count) = (result, Double(operation.inputs.count))
    return [
      try builder.emit(operation.node, reading: [sum], kind: sum.kind, shape: sum.shape) { output in
        { memory in
          for index in 0..<sum.count { memory[output][index] = memory[sum.place][index] / count }
        }
      }
    ]
  }

  private static func clip(
    _ operation: Operation, _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> [GraphTensor] {
    let lower: Double
    let upper: Double
    if operation.version < 11 {
      lower = try operation.node.float("min", default: -.infinity)
      upper = try operation.node.float("max", default: .infinity)
    } else {
      lower = try operation.constantNumber(1, builder) ?? -.infinity
      upper = try operation.constantNumber(2, builder) ?? .infinity
    }
    return try each(operation, &builder) { $0.isNaN ? $0 : min(upper, max(lower, $0)) }
  }

  private static func choose(
    _ operation: Operation, _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> [GraphTensor] {
    let (condition, a, b) = (try operation.input(0), try operation.input(1), try operation.input(2))
    let shape = try Broadcast.shape(try Broadcast.shape(condition.shape, a.shape, operation), b.shape, operation)
    let maps = (
      Broadcast.map(condition, to: shape), Broadcast.map(a, to: shape), Broadcast.map(b, to: shape)
    )
    let count = shape.reduce(1, *)
    return [
      try builder.emit(operation.node, reading: [condition, a, b], kind: a.kind, shape: shape) { output in
        { memory in
          for index in 0..<count {
            let isFirst = memory[condition.place][maps.0.at(index)] != 0
            memory[output][index] =
              isFirst ? memory[a.place][maps.1.at(index)] : memory[b.place][maps.2.at(index)]
          }
        }
      }
    ]
  }

  private static func cast(
    _ operation: Operation, _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let type = try operation.node.integer("to", default: 1)
    guard let kind = ElementKind(type) else { throw operation.failure("a cast to type \(type) is not evaluated") }
    let count = input.count
    let isTruth = type == 9
    return [
      try builder.emit(operation.node, reading: [input], kind: kind, shape: input.shape) { output in
        { memory in
          let (from, to) = (memory[input.place], memory[output])
          for index in 0..<count {
            let value = from[index]
            to[index] = isTruth ? (value != 0 ? 1 : 0) : kind == .integer ? value.rounded(.towardZero) : value
          }
        }
      }
    ]
  }
}

/// Operators that rename, reorder or choose elements and compute nothing.
enum ShapeOperators {
  /// Nil when the operator is none of these.
  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor]? {
    switch operation.node.type {
    case "Identity", "Dropout": return [try operation.input(0)]
    case "Constant": return try constant(operation, &builder)
    case "ConstantOfShape": return try constantOfShape(operation, &builder)
    case "Shape": return try shape(operation, &builder)
    case "Reshape": return try reshape(operation, &builder)
    case "Flatten": return try flatten(operation, &builder)
    case "Squeeze": return try squeeze(operation, &builder)
    case "Unsqueeze": return try unsqueeze(operation, &builder)
    case "Transpose": return try transpose(operation, &builder)
    case "Concat": return try concat(operation, &builder)
    case "Slice": return try slice(operation, &builder)
    case "Gather": return try gather(operation, &builder)
    case "Expand": return try expand(operation, &builder)
    case "Split": return try split(operation, &builder)
    case "Pad": return try pad(operation, &builder)
    default: return nil
    }
  }

  /// Elements of one input, chosen by number; -1 is `fill`.
  static func choose(
    _ elements: [Int32], of input: GraphTensor, shape: [Int], fill: Double = 0, _ operation: Operation,
    _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> GraphTensor {
    try builder.emit(operation.node, reading: [input], kind: input.kind, shape: shape) { output in
      { memory in
        let (from, to) = (memory[input.place], memory[output])
        for index in 0..<elements.count {
          let element = Int(elements[index])
          to[index] = element < 0 ? fill : from[element]
        }
      }
    }
  }

  private static func renamed(_ input: GraphTensor, _ shape: [Int], _ operation: Operation) throws(ModelFormatError)
    -> [GraphTensor]
  {
    guard shape.count <= ModelLimits.maxTensorRank else {
      throw operation.failure("more than \(ModelLimits.maxTensorRank) dimensions")
    }
    guard try Broadcast.bounded(shape, operation).reduce(1, *) == input.count else {
      throw operation.failure("the shape \(input.shape) does not become \(shape)")
    }
    var output = input
    output.shape = shape
    return [output]
  }

  private static func constant(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let node = operation.node
    if case .tensor(let tensor)? = node["value"], tensor.isNumeric {
      return [try builder.constant(tensor.values, kind: tensor.kind, shape: tensor.shape)]
    }
    if node.has("value_float") {
      return [try builder.constant([try node.float("value_float", default: 0)], kind: .float, shape: [])]
    }
    if node.has("value_int") {
      return [try builder.constant([Double(try node.integer("value_int", default: 0))], kind: .integer, shape: [])]
    }
    if let floats = try node.floats("value_floats") {
      return [try builder.constant(floats, kind: .float, shape: [floats.count])]
    }
    if let integers = try node.integers("value_ints") {
      return [try builder.constant(integers.map { Double($0) }, kind: .integer, shape: [integers.count])]
    }
    throw operation.failure("a constant that is no number")
  }

  private static func constantOfShape(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    guard let shape = try operation.constantIntegers(0, builder) else { throw operation.failure("there is no shape") }
    let count = try Broadcast.bounded(shape, operation).reduce(1, *)
    var (value, kind) = (0.0, ElementKind.float)
    if case .tensor(let tensor)? = operation.node["value"], let first = tensor.values.first {
      (value, kind) = (first, tensor.kind)
    }
    return [try builder.constant(Array(repeating: value, count: count), kind: kind, shape: shape)]
  }

  private static func shape(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let shape = try operation.input(0).shape
    func place(_ value: Int) -> Int { max(0, min(shape.count, value < 0 ? value + shape.count : value)) }
    let start = place(try operation.node.integer("start", default: 0))
    let end = place(try operation.node.integer("end", default: shape.count))
    let sizes = start < end ? shape[start..<end].map { Double($0) } : []
    return [try builder.constant(sizes, kind: .integer, shape: [sizes.count])]
  }

  private static func reshape(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    guard var shape = try operation.constantIntegers(1, builder) else { throw operation.failure("there is no shape") }
    let keepsZero = try operation.node.integer("allowzero", default: 0) != 0
    for axis in shape.indices where shape[axis] == 0 && !keepsZero {
      guard axis < input.shape.count else { throw operation.failure("a size of 0 beyond the input's dimensions") }
      shape[axis] = input.shape[axis]
    }
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      let known = try Broadcast.bounded(shape, operation).reduce(1, *)
      guard known > 0 else { throw operation.failure("the shape \(input.shape) does not become \(shape)") }
      shape[open] = input.count / known
    }
    return try renamed(input, shape, operation)
  }

  private static func flatten(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    let given = try operation.node.integer("axis", default: 1)
    let axis = given == input.shape.count ? given : try operation.axis(given, rank: input.shape.count)
    let before = input.shape[..<axis].reduce(1, *)
    return try renamed(input, [before, input.shape[axis...].reduce(1, *)], operation)
  }

  private static func axes(_ operation: Operation, _ builder: GraphBuilder) throws(ModelFormatError) -> [Int]? {
    try operation.axes(
      operation.version < 13 ? operation.node.integers("axes") : operation.constantIntegers(1, builder))
  }

  private static func squeeze(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    var dropped: Set<Int> = []
    if let axes = try axes(operation, builder) {
      for axis in axes { dropped.insert(try operation.axis(axis, rank: input.shape.count)) }
    } else {
      dropped = Set(input.shape.indices.filter { input.shape[$0] == 1 })
    }
    guard dropped.allSatisfy({ input.shape[$0] == 1 }) else { throw operation.failure("a dimension that is not 1") }
    return try renamed(input, input.shape.indices.filter { !dropped.contains($0) }.map { input.shape[$0] }, operation)
  }

  private static func unsqueeze(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    guard let axes = try axes(operation, builder) else {
      throw operation.failure("there are no axes")
    }
    let rank = input.shape.count + axes.count
    var added: Set<Int> = []
    for axis in axes { added.insert(try operation.axis(axis, rank: rank)) }
    guard added.count == axes.count else { throw operation.failure("an axis twice") }
    var sizes = input.shape[...]
    return try renamed(input, (0..<rank).map { added.contains($0) ? 1 : sizes.removeFirst() }, operation)
  }

  private static func transpose(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    let order = try operation.node.integers("perm") ?? input.shape.indices.reversed()
    guard order.sorted() == Array(input.shape.indices) else { throw operation.failure("perm is no order of the axes") }
    return [try transposed(input, order, operation, &builder)]
  }

  static func transposed(
    _ input: GraphTensor, _ order: [Int], _ operation: Operation, _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> GraphTensor {
    let shape = order.map { input.shape[$0] }
    let strides = order.map { input.strides[$0] }
    let elements = Broadcast.elements(shape: shape, strides: strides, from: 0)
    return try choose(elements, of: input, shape: shape, operation, &builder)
  }

  static func concat(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor] {
    let first = try operation.input(0)
    let axis = try operation.axis(try operation.node.integer("axis", default: 1), rank: first.shape.count)
    var parts: [GraphTensor] = []
    for index in operation.inputs.indices {
      let part = try operation.input(index)
      guard part.shape.count == first.shape.count,
        part.shape.indices.allSatisfy({ $0 == axis || part.shape[$0] == first.shape[$0] })
      else { throw operation.failure("the shapes \(first.shape) and \(part.shape) do not fit together") }
      parts.append(part)
    }
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let outer = shape[..<axis].reduce(1, *)
    let widths = parts.map { $0.shape[axis...].reduce(1, *) }
    let width = widths.reduce(0, +)
    let places = parts.map(\.place)
    return [
      try builder.emit(operation.node, reading: parts, kind: first.kind, shape: shape) { output in
        { memory in
          var at = 0
          for part in 0..<places.count {
            for row in 0..<outer {
              (memory[output] + row * width + at).update(
                from: memory[places[part]] + row * widths[part], count: widths[part])
            }
            at += widths[part]
          }
        }
      }
    ]
  }
}

/// Operators that choose parts of a tensor.
extension ShapeOperators {
  static func slice(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let isOld = operation.version < 10
    guard let starts = try isOld ? operation.node.integers("starts") : operation.constantIntegers(1, builder),
      let ends = try isOld ? operation.node.integers("ends") : operation.constantIntegers(2, builder),
      starts.count == ends.count, starts.count <= input.shape.count
    else { throw operation.failure("starts and ends do not fit together") }
    let axes =
      try (isOld ? operation.node.integers("axes") : operation.constantIntegers(3, builder)) ?? Array(starts.indices)
    let steps =
      try (isOld ? nil : operation.constantIntegers(4, builder)) ?? Array(repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count,
      steps.allSatisfy({ $0 != 0 && $0.magnitude < 1 << 40 })
    else { throw operation.failure("axes and steps do not fit starts") }
    var shape = input.shape
    var strides = input.strides
    var first = 0
    var seen: Set<Int> = []
    for index in axes.indices {
      let axis = try operation.axis(axes[index], rank: shape.count)
      guard seen.insert(axis).inserted else { throw operation.failure("an axis twice") }
      let (size, step) = (input.shape[axis], steps[index])
      func place(_ value: Int, _ range: ClosedRange<Int>) -> Int {
        max(range.lowerBound, min(range.upperBound, value < 0 ? value + size : value))
      }
      let start = step > 0 ? place(starts[index], 0...size) : place(starts[index], 0...max(0, size - 1))
      let end = step > 0 ? place(ends[index], 0...size) : place(ends[index], -1...size)
      shape[axis] = max(0, step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step)
      first += start * input.strides[axis]
      // One element has no next: its step may be beyond any bound.
      strides[axis] = shape[axis] > 1 ? input.strides[axis] * step : 0
    }
    guard shape.allSatisfy({ $0 > 0 }) else { throw operation.failure("a slice without values") }
    let elements = Broadcast.elements(shape: try Broadcast.bounded(shape, operation), strides: strides, from: first)
    return [try choose(elements, of: input, shape: shape, operation, &builder)]
  }

  static func gather(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let axis = try operation.axis(try operation.node.integer("axis", default: 0), rank: input.shape.count)
    guard let chosen = try operation.constantIntegers(1, builder) else {
      throw operation.failure("there are no indices")
    }
    let indexShape = try operation.input(1).shape
    let shape = input.shape[..<axis] + indexShape + input.shape[(axis + 1)...]
    return [try pick(chosen, axis: axis, of: input, shape: Array(shape), operation, &builder)]
  }

  /// Elements of one axis by their numbers; below 0 from the back.
  static func pick(
    _ chosen: [Int], axis: Int, of input: GraphTensor, shape: [Int], _ operation: Operation,
    _ builder: inout GraphBuilder
  ) throws(ModelFormatError) -> GraphTensor {
    let size = input.shape[axis]
    guard chosen.allSatisfy({ (-size..<size).contains($0) }) else {
      throw operation.failure("an index beyond the \(size) of axis \(axis)")
    }
    let count = try Broadcast.bounded(shape, operation).reduce(1, *)
    let (inner, outer) = (input.strides[axis], input.shape[..<axis].reduce(1, *))
    var elements: [Int32] = []
    elements.reserveCapacity(count)
    for row in 0..<outer {
      for index in chosen {
        let first = (row * size + (index < 0 ? index + size : index)) * inner
        for element in 0..<inner { elements.append(Int32(first + element)) }
      }
    }
    return try choose(elements, of: input, shape: shape, operation, &builder)
  }

  static func expand(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    guard let sizes = try operation.constantIntegers(1, builder) else { throw operation.failure("there is no shape") }
    let shape = try Broadcast.shape(input.shape, sizes, operation)
    let map = Broadcast.map(input, to: shape)
    let elements = (0..<shape.reduce(1, *)).map { Int32(map.at($0)) }
    return [try choose(elements, of: input, shape: shape, operation, &builder)]
  }

  static func split(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let axis = try operation.axis(try operation.node.integer("axis", default: 0), rank: input.shape.count)
    let size = input.shape[axis]
    let given = try operation.version < 13 ? operation.node.integers("split") : operation.constantIntegers(1, builder)
    let parts = operation.node.outputs.count
    let even = (size + parts - 1) / max(1, parts)
    let sizes = given ?? (0..<parts).map { min(even, max(0, size - $0 * even)) }
    guard sizes.count == parts, sizes.allSatisfy({ (1...size).contains($0) }), sizes.reduce(0, +) == size else {
      throw operation.failure("the parts \(sizes.prefix(20)) are not \(size)")
    }
    var outputs: [GraphTensor] = []
    var start = 0
    for part in sizes {
      var shape = input.shape
      shape[axis] = part
      let chosen = Array(start..<(start + part))
      outputs.append(try pick(chosen, axis: axis, of: input, shape: shape, operation, &builder))
      start += part
    }
    return outputs
  }

  static func pad(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let isOld = operation.version < 11
    guard try operation.node.text("mode", default: "constant") == "constant", operation.optional(3) == nil else {
      throw operation.failure("padding is evaluated of constants and all axes only")
    }
    guard let pads = try isOld ? operation.node.integers("pads") : operation.constantIntegers(1, builder),
      pads.count == 2 * input.shape.count, pads.allSatisfy({ (0...ModelLimits.maxTensorElements).contains($0) })
    else { throw operation.failure("pads should be two numbers from 0 an axis") }
    let fill =
      try isOld ? operation.node.float("value", default: 0) : operation.constantNumber(2, builder) ?? 0
    let rank = input.shape.count
    let shape = try Broadcast.bounded((0..<rank).map { pads[$0] + input.shape[$0] + pads[rank + $0] }, operation)
    var elements = [Int32](repeating: -1, count: shape.reduce(1, *))
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let first = (0..<rank).reduce(0) { $0 + pads[$1] * strides[$1] }
    for (element, place) in Broadcast.elements(shape: input.shape, strides: strides, from: first).enumerated() {
      elements[Int(place)] = Int32(element)
    }
    return [try choose(elements, of: input, shape: shape, fill: fill, operation, &builder)]
  }
}

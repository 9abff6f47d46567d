/// What an operator's builder is given: the node, its inputs, the version of its set of operators; and what it makes.
struct Operation {
  let node: ONNXNode
  /// Nil for those that are left out.
  let inputs: [GraphTensor?]
  let version: Int

  func failure(_ reason: String) -> ModelFormatError { node.failure(reason) }

  func input(_ index: Int) throws(ModelFormatError) -> GraphTensor {
    guard index < inputs.count, let input = inputs[index] else { throw failure("there is no input \(index)") }
    guard input.count > 0 else { throw failure("input \(index) has no values") }
    return input
  }

  func optional(_ index: Int) -> GraphTensor? { index < inputs.count ? inputs[index] : nil }

  /// Numbers that have to be known when the model is read: shapes, axes.
  func constantIntegers(_ index: Int, _ builder: GraphBuilder) throws(ModelFormatError) -> [Int]? {
    guard let tensor = optional(index) else { return nil }
    guard let values = builder.values(of: tensor) else { throw failure("input \(index) should be a constant") }
    var integers: [Int] = []
    for value in values {
      // Ends of slices are as great as a whole number can be.
      guard value == value.rounded() else { throw failure("input \(index) should be whole numbers") }
      integers.append(Int(max(-1e15, min(1e15, value))))
    }
    return integers
  }

  func constantNumber(_ index: Int, _ builder: GraphBuilder) throws(ModelFormatError) -> Double? {
    guard let tensor = optional(index) else { return nil }
    guard let values = builder.values(of: tensor), let value = values.first, values.count == 1 else {
      throw failure("input \(index) should be one constant number")
    }
    return value
  }

  /// Of an attribute or a constant; nil stays nil.
  func axes(_ axes: [Int]?) throws(ModelFormatError) -> [Int]? {
    guard axes?.count ?? 0 <= ModelLimits.maxTensorRank else {
      throw failure("more than \(ModelLimits.maxTensorRank) axes")
    }
    return axes
  }

  /// From the front, when it counts from the back.
  func axis(_ axis: Int, rank: Int) throws(ModelFormatError) -> Int {
    let fromFront = axis < 0 ? axis + rank : axis
    guard (0..<rank).contains(fromFront) else { throw failure("there is no axis \(axis) of \(rank)") }
    return fromFront
  }
}

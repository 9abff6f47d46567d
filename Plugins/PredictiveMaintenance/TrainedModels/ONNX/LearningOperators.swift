/// Operators of ai.onnx.ml but the trees.
enum LearningOperators {
  /// Nil when the operator is none of these.
  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor]? {
    switch operation.node.type {
    case "Scaler": return try scale(operation, &builder)
    case "LinearRegressor": return try linearRegressor(operation, &builder)
    case "LinearClassifier": return try linearClassifier(operation, &builder)
    case "Normalizer": return try normalize(operation, &builder)
    case "Imputer": return try impute(operation, &builder)
    case "Binarizer": return try binarize(operation, &builder)
    case "ArrayFeatureExtractor": return try extract(operation, &builder)
    case "FeatureVectorizer": return try vectorize(operation, &builder)
    case "ZipMap": return try zipMap(operation, &builder)
    default: return nil
    }
  }

  /// Rows × values; one row where there is one dimension.
  static func rows(_ input: GraphTensor, _ operation: Operation) throws(ModelFormatError) -> (rows: Int, columns: Int) {
    switch input.shape.count {
    case 1: return (1, input.shape[0])
    case 2: return (input.shape[0], input.shape[1])
    default: throw operation.failure("the shape \(input.shape) is not rows of values")
    }
  }

  /// Texts or whole numbers.
  static func labels(_ node: ONNXNode, _ names: [String]) throws(ModelFormatError) -> [String] {
    for name in names {
      switch node[name] {
      case .texts?:
        let texts = try node.texts(name) ?? []
        if !texts.isEmpty { return texts }
      case .integers?:
        let integers = try node.integers(name) ?? []
        if !integers.isEmpty { return integers.map(String.init) }
      default: continue
      }
    }
    return []
  }

  /// What a row becomes, value by value; parameters have one value, or one a column.
  private static func perColumn(
    _ operation: Operation, _ builder: inout GraphBuilder, _ parameters: [[Double]],
    _ function: @escaping @Sendable (Double, Double, Double) -> Double
  ) throws(ModelFormatError) -> [GraphTensor] {
    let input = try operation.input(0)
    let columns = input.shape.last ?? 1
    guard parameters.count == 2, parameters.allSatisfy({ $0.count == 1 || $0.count == columns }) else {
      throw operation.failure("there should be one number, or one for each of \(columns) columns")
    }
    let first = parameters[0].count == 1 ? Array(repeating: parameters[0][0], count: columns) : parameters[0]
    let second = parameters[1].count == 1 ? Array(repeating: parameters[1][0], count: columns) : parameters[1]
    let count = input.count
    let kind = input.kind == .double ? ElementKind.double : .float
    return [
      try builder.emit(operation.node, reading: [input], kind: kind, shape: input.shape) { output in
        { memory in
          let (from, to) = (memory[input.place], memory[output])
          for index in 0..<count {
            to[index] = function(from[index], first[index % columns], second[index % columns])
          }
        }
      }
    ]
  }

  private static func scale(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let (offsets, scales) = (try operation.node.floats("offset") ?? [0], try operation.node.floats("scale") ?? [1])
    // The difference is one of floats, as the input is.
    let isFloat = try operation.input(0).kind != .double
    return try perColumn(operation, &builder, [offsets, scales]) { value, offset, scale in
      (isFloat ? Double(Float(value - offset)) : value - offset) * scale
    }
  }

  private static func impute(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let node = operation.node
    let integers = try node.integers("imputed_value_int64s").map { $0.map { Double($0) } }
    guard let values = try node.floats("imputed_value_floats") ?? integers else {
      throw operation.failure("there are no values to put in")
    }
    let missing =
      integers == nil
      ? try node.float("replaced_value_float", default: 0)
      : Double(try node.integer("replaced_value_int64", default: 0))
    return try perColumn(operation, &builder, [values, [missing]]) { value, imputed, missing in
      value == missing || value.isNaN && missing.isNaN ? imputed : value
    }
  }

  private static func binarize(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let threshold = try operation.node.float("threshold", default: 0)
    return try perColumn(operation, &builder, [[threshold], [0]]) { value, threshold, _ in value > threshold ? 1 : 0 }
  }

  private static func normalize(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    let (rows, columns) = try rows(input, operation)
    let norm = try operation.node.text("norm", default: "MAX")
    guard ["MAX", "L1", "L2"].contains(norm) else { throw operation.failure("norm is '\(norm.prefix(20))'") }
    return [
      try builder.emit(operation.node, reading: [input], kind: .float, shape: input.shape) { output in
        { memory in
          for row in 0..<rows {
            let from = memory[input.place] + row * columns
            // In floats, as ONNX Runtime does it: the square of what is tiny is nothing.
            var size: Float = norm == "MAX" ? -.infinity : 0
            for column in 0..<columns {
              let value = Float(from[column])
              size = norm == "MAX" ? max(size, value) : norm == "L1" ? size + value.magnitude : size + value * value
            }
            if norm == "L2" { size = size.squareRoot() }
            for column in 0..<columns {
              memory[output][row * columns + column] = size == 0 ? from[column] : from[column] / Double(size)
            }
          }
        }
      }
    ]
  }

  private static func extract(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    let input = try operation.input(0)
    guard let chosen = try operation.constantIntegers(1, builder), let axis = input.shape.indices.last else {
      throw operation.failure("there are no indices, or no values")
    }
    let shape = input.shape.count == 1 ? [1, chosen.count] : input.shape.dropLast() + [chosen.count]
    return [try ShapeOperators.pick(chosen, axis: axis, of: input, shape: shape, operation, &builder)]
  }

  /// Columns side by side, as floats.
  private static func vectorize(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    var parts: [GraphTensor?] = []
    for index in operation.inputs.indices {
      var part = try operation.input(index)
      part.kind = .float
      let (rows, columns) = try rows(part, operation)
      part.shape = [rows, columns]
      parts.append(part)
    }
    return try ShapeOperators.concat(
      Operation(node: operation.node, inputs: parts, version: operation.version), &builder)
  }

  /// A map of classes to scores is the scores, and the names of classes beside them.
  private static func zipMap(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    var scores = try operation.input(0)
    scores.labels = try labels(operation.node, ["classlabels_strings", "classlabels_int64s"])
    return [scores]
  }
}

/// Makes a model of an ONNX file. Only what the outputs of numbers need is looked at: what computes labels, often
/// texts, is left out where
/// there are scores.
enum ONNXReader {
  static func read(_ bytes: [UInt8]) throws(ModelFormatError) -> GraphModel {
    let file = try ONNXFile(bytes)
    guard Operators.versions.contains(file.operatorVersions[""] ?? Operators.versions.upperBound),
      Operators.learningVersions.contains(file.operatorVersions["ai.onnx.ml"] ?? 1)
    else {
      throw failure("operator sets", "a version that is not known: \(file.operatorVersions.sorted { $0.key < $1.key })")
    }
    var builder = GraphBuilder()
    for tensor in file.constants where tensor.isNumeric {
      builder.name(try builder.constant(tensor.values, kind: tensor.kind, shape: tensor.shape), tensor.name)
    }
    let constants = Set(file.constants.map(\.name))
    var inputs: [GraphModel.Port] = []
    // Old files list constants among the inputs.
    let ports = file.inputs.filter { !constants.contains($0.name) }
    for port in ports { inputs.append(try input(port, &builder)) }
    try checkNames(file)
    let outputs = try chosenOutputs(file)
    let needed = neededNodes(file, outputs)
    for node in file.nodes where needed.contains(node.index) { try add(node, file, &builder) }
    return try model(file, builder, inputs: inputs, ports: ports, outputs: outputs)
  }

  private static func failure(_ place: String, _ reason: String) -> ModelFormatError {
    ModelFormatError(format: .onnx, place: place, reason: reason)
  }

  /// Each value is given once (static single assignment): of two nodes with one output, which one counts would be a guess.
  private static func checkNames(_ file: ONNXFile) throws(ModelFormatError) {
    var names: Set<String> = []
    for node in file.nodes {
      for name in node.outputs where !name.isEmpty && !names.insert(name).inserted {
        throw failure("node \(node.index) (\(node.type))", "its output '\(name)' is that of another node, too")
      }
    }
  }

  private static func input(_ port: ONNXFile.Port, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> GraphModel.Port
  {
    let place = "input '\(port.name)'"
    guard let kind = port.kind else { throw failure(place, "it is no tensor of numbers") }
    var shape: [Int] = []
    for (axis, size) in port.shape.enumerated() {
      // The first dimension, when it is open, is the batch.
      guard let size = size ?? (axis == 0 ? 1 : nil), size >= 1 else {
        throw failure(place, "its dimension \(axis) has no fixed size")
      }
      shape.append(size)
    }
    let count = try ONNXTensor.count(of: shape, offset: port.offset, name: port.name)
    guard count <= ModelLimits.maxInputs else { throw failure(place, "more than \(ModelLimits.maxInputs) values") }
    let tensor = try builder.input(count: count, kind: kind, shape: shape)
    builder.name(tensor, port.name)
    return GraphModel.Port(place: tensor.place, count: count, isFloat: kind == .float)
  }

  /// Scores where there are any, else whole numbers.
  private static func chosenOutputs(_ file: ONNXFile) throws(ModelFormatError) -> [ONNXFile.Port] {
    let scores = file.outputs.filter { $0.isSequence || $0.kind == .float || $0.kind == .double }
    let chosen = scores.isEmpty ? file.outputs.filter { $0.kind != nil } : scores
    guard !chosen.isEmpty else { throw failure("outputs", "none of them is of numbers") }
    return chosen
  }

  private static func neededNodes(_ file: ONNXFile, _ outputs: [ONNXFile.Port]) -> Set<Int> {
    var needed: Set<Int> = []
    var names = Set(outputs.map(\.name))
    // Nodes come after what they read.
    for node in file.nodes.reversed() where node.outputs.contains(where: names.contains) {
      needed.insert(node.index)
      names.formUnion(node.inputs)
    }
    return needed
  }

  private static func add(_ node: ONNXNode, _ file: ONNXFile, _ builder: inout GraphBuilder) throws(ModelFormatError) {
    var inputs: [GraphTensor?] = []
    for name in node.inputs {
      guard !name.isEmpty else {
        inputs.append(nil)
        continue
      }
      guard let tensor = builder.tensor(name) else {
        throw node.failure("its input '\(name.prefix(80))' comes from nowhere, or is not of numbers")
      }
      inputs.append(tensor)
    }
    let usual = node.domain.isEmpty ? Operators.versions.upperBound : Operators.learningVersions.lowerBound
    let operation = Operation(node: node, inputs: inputs, version: file.operatorVersions[node.domain] ?? usual)
    for (tensor, name) in zip(try Operators.build(operation, &builder), node.outputs) { builder.name(tensor, name) }
  }

  private static func model(
    _ file: ONNXFile, _ builder: GraphBuilder, inputs: [GraphModel.Port], ports: [ONNXFile.Port],
    outputs: [ONNXFile.Port]
  ) throws(ModelFormatError) -> GraphModel {
    guard (1...ModelLimits.maxInputs).contains(inputs.reduce(0) { $0 + $1.count }) else {
      throw failure("inputs", "none, or more than \(ModelLimits.maxInputs) values")
    }
    var results: [GraphModel.Port] = []
    var names: [String] = []
    var labels: [String] = []
    for port in outputs {
      guard let tensor = builder.tensor(port.name) else {
        throw failure("output '\(port.name)'", "it comes from nowhere")
      }
      results.append(GraphModel.Port(place: tensor.place, count: tensor.count, isFloat: tensor.kind == .float))
      guard names.count + tensor.count <= ModelLimits.maxOutputs else {
        throw failure("output '\(port.name)'", "more than \(ModelLimits.maxOutputs) values")
      }
      names += tensor.count == 1 ? [port.name] : (0..<tensor.count).map { "\(port.name)_\($0)" }
      labels += tensor.labels
    }
    return GraphModel(
      inputNames: inputs.allSatisfy { $0.count == 1 } ? ports.map(\.name) : [], outputNames: names,
      classLabels: labels.count == names.count ? labels : [], inputs: inputs, outputs: results,
      kernels: builder.kernels, constants: builder.constants, scratchCount: max(1, builder.valueCount))
  }
}

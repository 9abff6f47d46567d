/// The operators that are evaluated, by the name of their set and their own.
enum Operators {
  /// Versions of the sets: earlier ones have other meanings, later ones are not known.
  static let versions = 7...26
  static let learningVersions = 1...5

  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor] {
    let node = operation.node
    switch node.domain {
    case "":
      if let made = try ElementOperators.build(operation, &builder) { return made }
      if let made = try ShapeOperators.build(operation, &builder) { return made }
      if let made = try MatrixOperators.build(operation, &builder) { return made }
      if let made = try SignalOperators.build(operation, &builder) { return made }
      if let made = try ReductionOperators.build(operation, &builder) { return made }
    case "ai.onnx.ml":
      if let made = try LearningOperators.build(operation, &builder) { return made }
      if let made = try TreeOperators.build(operation, &builder) { return made }
    default: break
    }
    let domain = node.domain.isEmpty ? "" : " of '\(node.domain.prefix(80))'"
    throw node.failure("the operator '\(node.type.prefix(80))'\(domain) is not evaluated")
  }
}

/// A file of ONNX (onnx.proto3 of its sources, IR versions 3 to 13): the graph, its constants, its inputs and outputs,
/// and the versions of
/// the sets of operators.
struct ONNXFile {
  struct Port {
    var name = ""
    /// Nil for what is no tensor of numbers: texts, and sequences of maps, which stand for scores by class.
    var kind: ElementKind?
    /// Of a sequence.
    var isSequence = false
    /// Nil where the size is left open.
    var shape: [Int?] = []
    var offset = 0
  }

  private(set) var nodes: [ONNXNode] = []
  private(set) var constants: [ONNXTensor] = []
  private(set) var inputs: [Port] = []
  private(set) var outputs: [Port] = []
  private(set) var operatorVersions: [String: Int] = [:]

  init(_ bytes: [UInt8]) throws(ModelFormatError) {
    var reader = ProtobufReader(bytes)
    var graph: ProtobufReader?
    while let field = try reader.next() {
      switch field.number {
      case 7:
        guard graph == nil else { throw ProtobufReader.failure(field.offset, "a second graph") }
        graph = try reader.message(field)
      case 8:
        try readVersion(reader.message(field))
        guard operatorVersions.count <= ModelLimits.maxAttributes else {
          throw ProtobufReader.failure(field.offset, "more than \(ModelLimits.maxAttributes) sets of operators")
        }
      case 25: throw ProtobufReader.failure(field.offset, "functions of the model's own are not evaluated")
      default: continue
      }
    }
    guard let graph else { throw ProtobufReader.failure(bytes.count, "there is no graph") }
    try readGraph(graph)
  }

  private mutating func readVersion(_ reader: ProtobufReader) throws(ModelFormatError) {
    var reader = reader
    var domain = ""
    var version = 0
    while let field = try reader.next() {
      if field.number == 1 { domain = try reader.text(field) }
      if field.number == 2 { version = try reader.integer(field) }
    }
    operatorVersions[domain == "ai.onnx" ? "" : domain] = version
  }

  private mutating func readGraph(_ reader: ProtobufReader) throws(ModelFormatError) {
    var reader = reader
    while let field = try reader.next() {
      switch field.number {
      case 1:
        guard nodes.count < ModelLimits.maxGraphNodes else {
          throw ProtobufReader.failure(field.offset, "more than \(ModelLimits.maxGraphNodes) nodes")
        }
        nodes.append(try ONNXNode(reader.message(field), index: nodes.count))
      case 5:
        guard constants.count < ModelLimits.maxConstants else {
          throw ProtobufReader.failure(field.offset, "more than \(ModelLimits.maxConstants) constants")
        }
        constants.append(try ONNXTensor(reader.message(field)))
      case 11: inputs.append(try Self.port(reader.message(field)))
      case 12: outputs.append(try Self.port(reader.message(field)))
      case 15: throw ProtobufReader.failure(field.offset, "sparse constants are not evaluated")
      default: continue
      }
      guard inputs.count <= ModelLimits.maxInputs, outputs.count <= ModelLimits.maxOutputs else {
        throw ProtobufReader.failure(field.offset, "too many inputs or outputs")
      }
    }
  }

  private static func port(_ reader: ProtobufReader) throws(ModelFormatError) -> Port {
    var reader = reader
    var port = Port(offset: reader.at)
    while let field = try reader.next() {
      if field.number == 1 { port.name = try reader.text(field) }
      guard field.number == 2 else { continue }
      var type = try reader.message(field)
      while let field = try type.next() {
        if field.number == 1 { try readTensorType(type.message(field), into: &port) }
        if field.number == 4 { port.isSequence = true }
      }
    }
    return port
  }

  private static func readTensorType(_ reader: ProtobufReader, into port: inout Port) throws(ModelFormatError) {
    var reader = reader
    while let field = try reader.next() {
      if field.number == 1 { port.kind = ElementKind(try reader.integer(field)) }
      guard field.number == 2 else { continue }
      var shape = try reader.message(field)
      while let field = try shape.next() {
        guard field.number == 1 else { continue }
        var dimension = try shape.message(field)
        var size: Int?
        while let field = try dimension.next() {
          if field.number == 1 { size = try dimension.integer(field) }
        }
        guard port.shape.count < ModelLimits.maxTensorRank else {
          throw ProtobufReader.failure(field.offset, "more than \(ModelLimits.maxTensorRank) dimensions")
        }
        port.shape.append(size)
      }
    }
  }
}

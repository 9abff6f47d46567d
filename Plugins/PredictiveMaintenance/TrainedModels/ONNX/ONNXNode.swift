/// One operation of the graph (`NodeProto`) with its attributes.
struct ONNXNode {
  enum Attribute {
    case float(Double)
    case integer(Int)
    case text([UInt8])
    case tensor(ONNXTensor)
    case floats([Double])
    case integers([Int])
    case texts([[UInt8]])
    /// A graph or something else that is not evaluated.
    case other
  }

  var inputs: [String] = []
  var outputs: [String] = []
  var name = ""
  var type = ""
  var domain = ""
  private var attributes: [String: Attribute] = [:]
  let index: Int

  init(_ reader: ProtobufReader, index: Int) throws(ModelFormatError) {
    self.index = index
    var reader = reader
    while let field = try reader.next() {
      switch field.number {
      case 1: inputs.append(try reader.text(field))
      case 2: outputs.append(try reader.text(field))
      case 3: name = try reader.text(field)
      case 4: type = try reader.text(field)
      case 5:
        guard attributes.count < ModelLimits.maxAttributes else {
          throw ProtobufReader.failure(field.offset, "more than \(ModelLimits.maxAttributes) attributes")
        }
        let (name, value) = try Self.attribute(reader.message(field))
        attributes[name] = value
      case 7: domain = try reader.text(field)
      default: continue
      }
      guard inputs.count <= ModelLimits.maxInputs, outputs.count <= ModelLimits.maxOutputs else {
        throw ProtobufReader.failure(field.offset, "a node with too many inputs or outputs")
      }
    }
    if domain == "ai.onnx" { domain = "" }
  }

  private static func attribute(_ reader: ProtobufReader) throws(ModelFormatError) -> (String, Attribute) {
    var reader = reader
    var name = ""
    // Of most kinds a file without a value means the empty list, zero or the empty text, by the type.
    var type = 0
    var value: Attribute?
    var floats: [Double] = []
    var integers: [Int] = []
    var texts: [[UInt8]] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try reader.text(field)
      case 2: value = .float(try reader.float(field))
      case 3: value = .integer(try reader.integer(field))
      case 4: value = .text(Array(reader.bytes[try reader.range(field)]))
      case 5: value = .tensor(try ONNXTensor(reader.message(field)))
      case 7: try reader.appendFloats(field, to: &floats)
      case 8: try reader.appendIntegers(field, to: &integers)
      case 9: texts.append(Array(reader.bytes[try reader.range(field)]))
      case 20: type = try reader.integer(field)
      default: continue
      }
    }
    switch type {
    case 1: return (name, value ?? .float(0))
    case 2: return (name, value ?? .integer(0))
    case 3: return (name, value ?? .text([]))
    case 6: return (name, .floats(floats))
    case 7: return (name, .integers(integers))
    case 8: return (name, .texts(texts))
    default: return (name, value ?? .other)
    }
  }

  /// For people: its number, its name when it has one, its operation.
  var place: String { name.isEmpty ? "node \(index) (\(type))" : "node \(index) (\(type) '\(name.prefix(80))')" }

  func failure(_ reason: String) -> ModelFormatError { ModelFormatError(format: .onnx, place: place, reason: reason) }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  subscript(name: String) -> Attribute? { attributes[name] }

  func float(_ name: String, default usual: Double) throws(ModelFormatError) -> Double {
    guard let attribute = attributes[name] else { return usual }
    guard case .float(let number) = attribute else { throw failure("\(name) should be a float") }
    return number
  }

  func integer(_ name: String, default usual: Int) throws(ModelFormatError) -> Int {
    guard let attribute = attributes[name] else { return usual }
    guard case .integer(let number) = attribute, number.magnitude <= 1 << 40 else {
      throw failure("\(name) should be a whole number")
    }
    return number
  }

  func text(_ name: String, default usual: String) throws(ModelFormatError) -> String {
    guard let attribute = attributes[name] else { return usual }
    guard case .text(let bytes) = attribute else { throw failure("\(name) should be a text") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Nil when it is not there.
  func floats(_ name: String) throws(ModelFormatError) -> [Double]? {
    guard let attribute = attributes[name] else { return nil }
    guard case .floats(let numbers) = attribute else { throw failure("\(name) should be floats") }
    return numbers
  }

  func integers(_ name: String) throws(ModelFormatError) -> [Int]? {
    guard let attribute = attributes[name] else { return nil }
    guard case .integers(let numbers) = attribute, numbers.allSatisfy({ $0.magnitude <= 1 << 62 }) else {
      throw failure("\(name) should be whole numbers")
    }
    return numbers
  }

  func texts(_ name: String) throws(ModelFormatError) -> [String]? {
    guard let attribute = attributes[name] else { return nil }
    guard case .texts(let texts) = attribute else { throw failure("\(name) should be texts") }
    return texts.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Floats, or a tensor of any kind by the name with `_as_tensor` (since version 3 of ai.onnx.ml).
  func numbers(_ name: String) throws(ModelFormatError) -> [Double]? {
    if case .tensor(let tensor)? = attributes[name + "_as_tensor"], tensor.isNumeric { return tensor.values }
    return try floats(name)
  }
}

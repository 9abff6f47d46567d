/// Kinds of elements. All are computed with as doubles: floats are rounded after each operation, whole numbers are
/// exact up to 2⁵³.
enum ElementKind: Sendable {
  case float, double, integer

  /// ONNX's number of a type; nil for texts, half floats and the like.
  init?(_ type: Int) {
    switch type {
    case 1: self = .float
    case 11: self = .double
    // uint8, int8, uint16, int16, int32, int64, bool
    case 2, 3, 4, 5, 6, 7, 9: self = .integer
    default: return nil
    }
  }
}

/// A constant of the file (`TensorProto`).
struct ONNXTensor {
  var name = ""
  var kind = ElementKind.float
  var shape: [Int] = []
  var values: [Double] = []
  /// False of texts, half floats and the like: they have no values here.
  private(set) var isNumeric = true

  init(_ reader: ProtobufReader) throws(ModelFormatError) {
    var reader = reader
    let offset = reader.at
    var type = 0
    var raw: Range<Int>?
    var floats: [Double] = []
    var integers: [Int] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: try reader.appendIntegers(field, to: &shape)
      case 2: type = try reader.integer(field)
      case 4: try reader.appendFloats(field, to: &floats)
      case 5, 7, 11: try reader.appendIntegers(field, to: &integers)
      case 8: name = try reader.text(field)
      case 9: raw = try reader.range(field)
      case 10: try reader.appendDoubles(field, to: &floats)
      case 13: throw ProtobufReader.failure(field.offset, "the tensor '\(name)' is in another file, which is not read")
      default: continue
      }
    }
    // Texts are names of classes, which nothing computes with.
    guard let kind = ElementKind(type) else {
      isNumeric = false
      return
    }
    self.kind = kind
    let count = try Self.count(of: shape, offset: offset, name: name)
    if let raw {
      values = try Self.values(of: reader.bytes[raw], type: type, count: count, offset: offset, name: name)
    } else {
      values = kind == .integer ? integers.map { Double($0) } : floats
    }
    guard values.count == count else {
      throw ProtobufReader.failure(offset, "the tensor '\(name)' has \(values.count) values, its shape says \(count)")
    }
  }

  static func count(of shape: [Int], offset: Int, name: String) throws(ModelFormatError) -> Int {
    guard shape.count <= ModelLimits.maxTensorRank else {
      throw ProtobufReader.failure(offset, "'\(name)' has more than \(ModelLimits.maxTensorRank) dimensions")
    }
    var count = 1
    for size in shape {
      guard size >= 0, size <= ModelLimits.maxTensorElements, count * size <= ModelLimits.maxTensorElements else {
        throw ProtobufReader.failure(
          offset, "'\(name)' has more than \(ModelLimits.maxTensorElements) values, or a size below 0")
      }
      count *= size
    }
    return count
  }

  private static func values(
    of bytes: ArraySlice<UInt8>, type: Int, count: Int, offset: Int, name: String
  ) throws(ModelFormatError) -> [Double] {
    let width =
      switch type {
      case 2, 3, 9: 1
      case 4, 5: 2
      case 1, 6: 4
      default: 8
      }
    guard bytes.count == count * width else {
      throw ProtobufReader.failure(
        offset, "the tensor '\(name)' has \(bytes.count) bytes, its shape says \(count * width)")
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      var bits: UInt64 = 0
      for byte in 0..<width { bits |= UInt64(bytes[bytes.startIndex + index * width + byte]) << UInt64(8 * byte) }
      switch type {
      case 1: values.append(Double(Float(bitPattern: UInt32(bits))))
      case 11: values.append(Double(bitPattern: bits))
      case 3: values.append(Double(Int8(truncatingIfNeeded: bits)))
      case 5: values.append(Double(Int16(truncatingIfNeeded: bits)))
      case 6: values.append(Double(Int32(truncatingIfNeeded: bits)))
      case 7: values.append(Double(Int64(bitPattern: bits)))
      default: values.append(Double(bits))
      }
    }
    return values
  }
}

/// One message of protobuf's wire format (protobuf.dev, "Encoding"), field by field, over bytes that stay where they
/// are. What ONNX needs of
/// it: varints, fixed numbers, length-delimited bytes; groups, which nobody writes any more, are refused.
struct ProtobufReader {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(Range<Int>)
    case fixed32(UInt32)
  }

  struct Field {
    let number: Int
    let value: Value
    /// Of its first byte.
    let offset: Int
  }

  let bytes: [UInt8]
  private(set) var at: Int
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.init(bytes, in: 0..<bytes.count)
  }

  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    at = range.lowerBound
    end = range.upperBound
  }

  static func failure(_ offset: Int, _ reason: String) -> ModelFormatError {
    ModelFormatError(format: .onnx, place: "byte \(offset)", reason: reason)
  }

  mutating func next() throws(ModelFormatError) -> Field? {
    guard at < end else { return nil }
    let offset = at
    let tag = try varint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Self.failure(offset, "a field without a number") }
    let value: Value
    switch tag & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(8))
    case 2:
      let count = try varint()
      guard count <= UInt64(end - at) else { throw Self.failure(offset, "a length beyond the end of the message") }
      value = .bytes(at..<(at + Int(count)))
      at += Int(count)
    case 5: value = .fixed32(UInt32(try fixed(4)))
    default: throw Self.failure(offset, "a field of an unknown type")
    }
    return Field(number: Int(tag >> 3), value: value, offset: offset)
  }

  private mutating func varint() throws(ModelFormatError) -> UInt64 {
    let start = at
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard at < end else { throw Self.failure(start, "the message ends inside a number") }
      let byte = bytes[at]
      at += 1
      guard shift < 63 || byte <= 1 else { break }
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    throw Self.failure(start, "a number of more than 64 bits")
  }

  private mutating func fixed(_ count: Int) throws(ModelFormatError) -> UInt64 {
    guard end - at >= count else { throw Self.failure(at, "the message ends inside a number") }
    var number: UInt64 = 0
    for index in 0..<count { number |= UInt64(bytes[at + index]) << UInt64(8 * index) }
    at += count
    return number
  }

  // MARK: values of a field

  func text(_ field: Field) throws(ModelFormatError) -> String {
    let range = try range(field)
    guard range.count <= ModelLimits.maxNameBytes else {
      throw Self.failure(field.offset, "a text of more than \(ModelLimits.maxNameBytes) bytes")
    }
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw Self.failure(field.offset, "a text that is not UTF-8")
    }
    return text
  }

  func range(_ field: Field) throws(ModelFormatError) -> Range<Int> {
    guard case .bytes(let range) = field.value else { throw Self.failure(field.offset, "this should have a length") }
    return range
  }

  func message(_ field: Field) throws(ModelFormatError) -> ProtobufReader {
    ProtobufReader(bytes, in: try range(field))
  }

  func integer(_ field: Field) throws(ModelFormatError) -> Int {
    guard case .varint(let bits) = field.value else {
      throw Self.failure(field.offset, "this should be a whole number")
    }
    return Int(Int64(bitPattern: bits))
  }

  func float(_ field: Field) throws(ModelFormatError) -> Double {
    guard case .fixed32(let bits) = field.value else { throw Self.failure(field.offset, "this should be a float") }
    return Double(Float(bitPattern: bits))
  }

  /// Repeated numbers come packed into one field, or one a field.
  func appendIntegers(_ field: Field, to numbers: inout [Int]) throws(ModelFormatError) {
    guard case .bytes(let range) = field.value else {
      numbers.append(try integer(field))
      return
    }
    var packed = ProtobufReader(bytes, in: range)
    while packed.at < range.upperBound { numbers.append(Int(Int64(bitPattern: try packed.varint()))) }
  }

  func appendFloats(_ field: Field, to numbers: inout [Double]) throws(ModelFormatError) {
    guard case .bytes(let range) = field.value else {
      numbers.append(try float(field))
      return
    }
    guard range.count % 4 == 0 else { throw Self.failure(field.offset, "floats that end in the middle of one") }
    var packed = ProtobufReader(bytes, in: range)
    numbers.reserveCapacity(numbers.count + range.count / 4)
    while packed.at < range.upperBound { numbers.append(Double(Float(bitPattern: UInt32(try packed.fixed(4))))) }
  }

  func appendDoubles(_ field: Field, to numbers: inout [Double]) throws(ModelFormatError) {
    switch field.value {
    case .fixed64(let bits): numbers.append(Double(bitPattern: bits))
    case .bytes(let range):
      guard range.count % 8 == 0 else { throw Self.failure(field.offset, "doubles that end in the middle of one") }
      var packed = ProtobufReader(bytes, in: range)
      numbers.reserveCapacity(numbers.count + range.count / 8)
      while packed.at < range.upperBound { numbers.append(Double(bitPattern: try packed.fixed(8))) }
    default: throw Self.failure(field.offset, "this should be a double")
    }
  }
}

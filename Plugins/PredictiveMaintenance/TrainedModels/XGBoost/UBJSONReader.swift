/// UBJSON (Universal Binary JSON, draft 12) as XGBoost writes it: big-endian, arrays with a type and a count, bounded
/// by `ModelLimits`.
struct UBJSONReader {
  private let bytes: [UInt8]
  private var at = 0
  private var values = 0

  static func read(_ bytes: [UInt8]) throws(ModelFormatError) -> ModelDocument {
    var reader = UBJSONReader(bytes: bytes)
    let document = try reader.value(try reader.byte(), depth: 0)
    guard reader.at == bytes.count else { throw reader.failure("unexpected bytes after the document") }
    return document
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private func failure(_ reason: String) -> ModelFormatError {
    ModelFormatError(format: .xgboostUBJSON, place: "byte \(at)", reason: reason)
  }

  private mutating func byte() throws(ModelFormatError) -> UInt8 {
    guard at < bytes.count else { throw failure("the file ends inside a value") }
    at += 1
    return bytes[at - 1]
  }

  private func peek() -> UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func value(_ type: UInt8, depth: Int) throws(ModelFormatError) -> ModelDocument {
    values += 1
    guard values <= ModelLimits.maxDocumentValues else {
      throw failure("more than \(ModelLimits.maxDocumentValues) values")
    }
    switch type {
    case UInt8(ascii: "Z"): return .null
    case UInt8(ascii: "T"): return .bool(true)
    case UInt8(ascii: "F"): return .bool(false)
    case UInt8(ascii: "S"): return .string(try string(count: try count()))
    case UInt8(ascii: "C"): return .string(try string(count: 1))
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    default:
      guard let width = Self.width(type) else { throw failure("a value of an unknown type") }
      guard bytes.count - at >= width else { throw failure("the file ends inside a number") }
      return .number(number(type, width: width))
    }
  }

  private static func width(_ type: UInt8) -> Int? {
    switch type {
    case UInt8(ascii: "i"), UInt8(ascii: "U"): 1
    case UInt8(ascii: "I"): 2
    case UInt8(ascii: "l"), UInt8(ascii: "d"): 4
    case UInt8(ascii: "L"), UInt8(ascii: "D"): 8
    default: nil
    }
  }

  /// The bytes are there.
  private mutating func number(_ type: UInt8, width: Int) -> Double {
    var bits: UInt64 = 0
    for _ in 0..<width {
      bits = bits << 8 | UInt64(bytes[at])
      at += 1
    }
    switch type {
    case UInt8(ascii: "i"): return Double(Int8(truncatingIfNeeded: bits))
    case UInt8(ascii: "I"): return Double(Int16(truncatingIfNeeded: bits))
    case UInt8(ascii: "l"): return Double(Int32(truncatingIfNeeded: bits))
    case UInt8(ascii: "L"): return Double(Int64(bitPattern: bits))
    case UInt8(ascii: "d"): return Double(Float(bitPattern: UInt32(bits)))
    case UInt8(ascii: "D"): return Double(bitPattern: bits)
    default: return Double(bits)
    }
  }

  private mutating func count() throws(ModelFormatError) -> Int {
    let type = try byte()
    guard let width = Self.width(type), type != UInt8(ascii: "d"), type != UInt8(ascii: "D") else {
      throw failure("a length of an unknown type")
    }
    guard bytes.count - at >= width else { throw failure("the file ends inside a length") }
    guard let count = Int(exactly: number(type, width: width)), count >= 0, count <= bytes.count - at else {
      throw failure("a length beyond the end of the file")
    }
    return count
  }

  private mutating func string(count: Int) throws(ModelFormatError) -> String {
    guard count <= bytes.count - at, let text = String(validating: bytes[at..<(at + count)], as: UTF8.self) else {
      throw failure("a string that is not UTF-8")
    }
    at += count
    return text
  }

  private mutating func object(depth: Int) throws(ModelFormatError) -> ModelDocument {
    guard depth <= ModelLimits.maxDocumentDepth else {
      throw failure("nested deeper than \(ModelLimits.maxDocumentDepth)")
    }
    var members: [String: ModelDocument] = [:]
    while true {
      if peek() == UInt8(ascii: "}") {
        at += 1
        return .object(members)
      }
      let key = try string(count: try count())
      guard members[key] == nil else { throw failure("duplicate key") }
      members[key] = try value(try byte(), depth: depth)
    }
  }

  private mutating func array(depth: Int) throws(ModelFormatError) -> ModelDocument {
    guard depth <= ModelLimits.maxDocumentDepth else {
      throw failure("nested deeper than \(ModelLimits.maxDocumentDepth)")
    }
    var type: UInt8?
    if peek() == UInt8(ascii: "$") {
      at += 1
      type = try byte()
      guard peek() == UInt8(ascii: "#") else { throw failure("a typed array without a count") }
    }
    if peek() == UInt8(ascii: "#") {
      at += 1
      let count = try count()
      if let type { return try numbers(type, count: count) }
      var elements: [ModelDocument] = []
      for _ in 0..<count { elements.append(try value(try byte(), depth: depth)) }
      return Self.flat(elements)
    }
    var elements: [ModelDocument] = []
    while peek() != UInt8(ascii: "]") { elements.append(try value(try byte(), depth: depth)) }
    at += 1
    return Self.flat(elements)
  }

  private mutating func numbers(_ type: UInt8, count: Int) throws(ModelFormatError) -> ModelDocument {
    guard let width = Self.width(type) else { throw failure("an array of an unknown type") }
    guard count <= (bytes.count - at) / width else { throw failure("an array beyond the end of the file") }
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for _ in 0..<count { numbers.append(number(type, width: width)) }
    return .numbers(numbers)
  }

  private static func flat(_ elements: [ModelDocument]) -> ModelDocument {
    var numbers: [Double] = []
    for element in elements {
      guard case .number(let number) = element else { return .array(elements) }
      numbers.append(number)
    }
    return .numbers(numbers)
  }
}

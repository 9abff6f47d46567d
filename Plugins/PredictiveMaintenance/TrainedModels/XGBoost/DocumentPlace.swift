/// A value of a document and where it is, as a JSON pointer, so that whatever is wrong with it is said with its place.
struct DocumentPlace {
  let value: ModelDocument
  let pointer: String
  let format: ModelFormat

  init(_ value: ModelDocument, pointer: String = "", format: ModelFormat) {
    self.value = value
    self.pointer = pointer
    self.format = format
  }

  func failure(_ reason: String) -> ModelFormatError {
    ModelFormatError(format: format, place: pointer.isEmpty ? "/" : pointer, reason: reason)
  }

  func child(_ key: String) -> DocumentPlace? {
    guard case .object(let members) = value, let member = members[key] else { return nil }
    return DocumentPlace(member, pointer: "\(pointer)/\(key)", format: format)
  }

  func member(_ key: String) throws(ModelFormatError) -> DocumentPlace {
    guard case .object = value else { throw failure("this should be an object") }
    guard let member = child(key) else { throw failure("there is no \(key)") }
    return member
  }

  func member(_ keys: [String]) throws(ModelFormatError) -> DocumentPlace {
    var place = self
    for key in keys { place = try place.member(key) }
    return place
  }

  func string() throws(ModelFormatError) -> String {
    guard case .string(let text) = value else { throw failure("this should be a string") }
    return text
  }

  /// Each with its place, which takes memory: the bound comes first.
  func elements(atMost limit: Int) throws(ModelFormatError) -> [DocumentPlace] {
    func check(_ count: Int) throws(ModelFormatError) {
      guard count <= limit else { throw failure("\(count) elements, at most \(limit) are read") }
    }
    switch value {
    case .numbers(let numbers):
      try check(numbers.count)
      return numbers.enumerated().map {
        DocumentPlace(.number($0.element), pointer: "\(pointer)/\($0.offset)", format: format)
      }
    case .array(let elements):
      try check(elements.count)
      return elements.enumerated().map { DocumentPlace($0.element, pointer: "\(pointer)/\($0.offset)", format: format) }
    default: throw failure("this should be an array")
    }
  }

  /// Truth values count as 0 and 1: versions differ.
  func numbers(count: Int? = nil) throws(ModelFormatError) -> [Double] {
    var numbers: [Double] = []
    switch value {
    case .numbers(let all): numbers = all
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        switch element {
        case .number(let number): numbers.append(number)
        case .bool(let flag): numbers.append(flag ? 1 : 0)
        default: throw ModelFormatError(format: format, place: "\(pointer)/\(index)", reason: "this should be a number")
        }
      }
    default: throw failure("this should be an array of numbers")
    }
    if let count, numbers.count != count { throw failure("\(numbers.count) numbers, \(count) are needed") }
    return numbers
  }

  func integers(count: Int? = nil, in range: ClosedRange<Int>) throws(ModelFormatError) -> [Int] {
    let numbers = try numbers(count: count)
    var integers: [Int] = []
    integers.reserveCapacity(numbers.count)
    for (index, number) in numbers.enumerated() {
      guard let integer = Int(exactly: number), range.contains(integer) else {
        throw ModelFormatError(
          format: format, place: "\(pointer)/\(index)",
          reason: "\(number) is no whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      integers.append(integer)
    }
    return integers
  }

  /// XGBoost writes its parameters as strings.
  func integer(in range: ClosedRange<Int>) throws(ModelFormatError) -> Int {
    let integer: Int? =
      switch value {
      case .string(let text): Int(text)
      case .number(let number): Int(exactly: number)
      default: nil
      }
    guard let integer, range.contains(integer) else {
      throw failure("this should be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }
}

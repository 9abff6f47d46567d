/// The `key=value` lines of one part of a LightGBM file, with the line of each. Values are read when they are asked
/// for.
struct LightGBMFields {
  private let bytes: [UInt8]
  private var places: [String: (line: Int, value: Range<Int>)] = [:]
  /// Where the part begins: the place of what is not there.
  let line: Int

  init(bytes: [UInt8], line: Int) {
    self.bytes = bytes
    self.line = line
  }

  func failure(_ reason: String, key: String? = nil) -> ModelFormatError {
    let line = key.flatMap { places[$0]?.line } ?? line
    return ModelFormatError(format: .lightGBM, place: "line \(line)", reason: reason)
  }

  /// A line without `=` is a word that stands for itself.
  mutating func add(_ range: Range<Int>, line: Int) throws(ModelFormatError) {
    let equals = bytes[range].firstIndex(of: UInt8(ascii: "=")) ?? range.upperBound
    guard equals - range.lowerBound <= ModelLimits.maxNameBytes else {
      throw ModelFormatError(format: .lightGBM, place: "line \(line)", reason: "a line without a key")
    }
    let key = String(decoding: bytes[range.lowerBound..<equals], as: UTF8.self)
    guard places.count < ModelLimits.maxPartLines else {
      throw ModelFormatError(
        format: .lightGBM, place: "line \(line)", reason: "more than \(ModelLimits.maxPartLines) lines in one part")
    }
    guard places[key] == nil else {
      throw ModelFormatError(format: .lightGBM, place: "line \(line)", reason: "\(key) a second time")
    }
    places[key] = (line, min(equals + 1, range.upperBound)..<range.upperBound)
  }

  func has(_ key: String) -> Bool { places[key] != nil }

  func text(_ key: String) -> String? {
    places[key].map { String(decoding: bytes[$0.value], as: UTF8.self) }
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ModelFormatError) -> Int {
    guard let text = text(key) else { throw failure("there is no \(key)") }
    guard let number = Int(text), range.contains(number) else {
      throw failure("\(key) is \(quoted(text)), not from \(range.lowerBound) to \(range.upperBound)", key: key)
    }
    return number
  }

  func words(_ key: String, atMost limit: Int) throws(ModelFormatError) -> [String] {
    var words: [String] = []
    for range in try ranges(key, atMost: limit) { words.append(String(decoding: bytes[range], as: UTF8.self)) }
    return words
  }

  func numbers(_ key: String, count: Int) throws(ModelFormatError) -> [Double] {
    let ranges = try ranges(key, atMost: count)
    guard ranges.count == count else {
      throw failure("\(key) has \(ranges.count) numbers, \(count) are needed", key: key)
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for range in ranges {
      let text = String(decoding: bytes[range], as: UTF8.self)
      guard range.count <= 64, let number = Double(text), !number.isNaN else {
        throw failure("\(key) has \(quoted(text)), which is no number", key: key)
      }
      numbers.append(number)
    }
    return numbers
  }

  func integers(_ key: String, count: Int, in range: ClosedRange<Int>) throws(ModelFormatError) -> [Int] {
    let numbers = try numbers(key, count: count)
    var integers: [Int] = []
    integers.reserveCapacity(count)
    for number in numbers {
      guard let integer = Int(exactly: number), range.contains(integer) else {
        throw failure(
          "\(key) has \(number), not a whole number from \(range.lowerBound) to \(range.upperBound)", key: key)
      }
      integers.append(integer)
    }
    return integers
  }

  private func ranges(_ key: String, atMost limit: Int) throws(ModelFormatError) -> [Range<Int>] {
    guard let place = places[key] else { throw failure("there is no \(key)") }
    var ranges: [Range<Int>] = []
    var at = place.value.lowerBound
    while at < place.value.upperBound {
      let start = at
      while at < place.value.upperBound, bytes[at] != 0x20 { at += 1 }
      if at > start {
        guard ranges.count < limit else { throw failure("\(key) has more than \(limit) values", key: key) }
        ranges.append(start..<at)
      }
      at += 1
    }
    return ranges
  }

  private func quoted(_ text: String) -> String { "'\(text.prefix(40))'" }
}

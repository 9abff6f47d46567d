internal import JSONText

/// What batching reads of an order beside what routing does: what its lines weigh and take up, and when it is due. Absent: 0, and no due
/// time. What has no meaning is refused: a tour would be overloaded without a word.
struct OrderLoads {
  static let largest = 1e9

  /// Sums over the lines: quantity, weight, volume.
  var sums = [0.0, 0.0, 0.0]
  /// Seconds from now.
  var due: Double?

  init(_ document: JSONValue) throws(MemberError) {
    for (index, line) in (document["lines"]?.array ?? []).enumerated() {
      let line = try MemberReader(line, at: "lines[\(index)]")
      for (slot, key) in ["quantity", "weight", "volume"].enumerated() {
        sums[slot] += try Self.number(line, key) ?? 0
      }
    }
    due = try Self.number(try MemberReader(document, at: ""), "due")
  }

  private static func number(_ reader: MemberReader, _ key: String) throws(MemberError) -> Double? {
    guard let value = reader.value(key) else { return nil }
    guard let number = value.number else { throw reader.fail(key, "is not a number") }
    guard (0...largest).contains(number) else { throw reader.fail(key, "is not within 0 to \(Int(largest))") }
    return number
  }
}

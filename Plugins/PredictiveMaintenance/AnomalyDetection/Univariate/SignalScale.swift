import StateCoding

/// Maps a signal to 0…1. Either both ends are known beforehand, or the range grows with what is seen: a value outside
/// widens it by a tenth more than needed, and everything that was learnt in the old scale is mapped into the new one
/// (about log n times in the life of a signal).
struct SignalScale: Equatable {
  /// Coarse values let noise fall away and make patterns meet (NAB's streams have ranges of 10 to 10⁸).
  static let levels = 80.0
  /// Beyond this a difference of two values could overflow.
  static let maximumMagnitude = 1e300
  private static let margin = 0.1

  let isKnown: Bool
  private(set) var lower: Double
  private(set) var upper: Double
  private var isEmpty: Bool

  init(known range: ClosedRange<Double>?) {
    isKnown = range != nil
    lower = range?.lowerBound ?? 0
    upper = range?.upperBound ?? 0
    isEmpty = range == nil
  }

  static func isUsable(_ value: Double) -> Bool { abs(value) <= maximumMagnitude }

  /// Takes a value into the range; the map of old scaled values to new ones if the range has changed.
  mutating func include(_ value: Double) -> AffineMap? {
    if isKnown || (value >= lower && value <= upper && !isEmpty) { return nil }
    if isEmpty {
      (lower, upper, isEmpty) = (value, value, false)
      return nil
    }
    let width = max(upper, value) - min(lower, value)
    let newLower = value < lower ? value - Self.margin * width : lower
    let newUpper = value > upper ? value + Self.margin * width : upper
    let newWidth = newUpper - newLower
    let map = AffineMap(factor: (upper - lower) / newWidth, offset: (lower - newLower) / newWidth)
    (lower, upper) = (newLower, newUpper)
    return map
  }

  /// 0…1 in steps of 1/80; a constant signal is 0, and with a known range values outside are held at its ends.
  func scaled(_ value: Double) -> Double {
    guard upper > lower else { return 0 }
    let u = min(max((value - lower) / (upper - lower), 0), 1)
    return (u * Self.levels).rounded() / Self.levels
  }

  func encode(into writer: StateWriter) {
    writer.append(lower)
    writer.append(upper)
    writer.append(UInt8(isEmpty ? 1 : 0))
  }

  init(isKnown: Bool, from reader: inout StateReader) throws {
    self.isKnown = isKnown
    lower = try reader.number()
    upper = try reader.number()
    isEmpty = try reader.integer(UInt8.self) == 1
    guard lower <= upper else { throw StateReader.Damaged(description: "a signal's range is upside down") }
  }
}

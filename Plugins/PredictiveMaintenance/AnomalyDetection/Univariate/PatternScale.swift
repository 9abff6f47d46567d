import StateCoding

/// One time scale: blocks of `blockCount` values, of each the value that lies farthest from the median (a mean would hide a
/// spike), clustered into patterns of 8 blocks. The surprise of a block is how far its match falls below the running mean of
/// matches, in running mean deviations; the vigilance is one deviation below that mean, so that it follows the signal.
struct PatternScale: Equatable {
  /// A match of a perfectly regular signal does not vary at all.
  private static let smallestDeviation = 0.05
  /// A memory of 100 blocks.
  private static let rate = 0.01
  private static let vigilances = 0.3...0.95

  let blockCount: Int
  private var categories = PatternCategories()
  private var inBlock = 0
  private var farthest = 0.0
  private var blocks = 0.0
  private var meanMatch = 1.0
  private var deviation = 0.0

  init(blockCount: Int) { self.blockCount = blockCount }

  /// The surprise in deviations, at the end of a block; nil within it.
  mutating func update(_ value: Double, median: Double) -> Double? {
    if inBlock == 0 || abs(value - median) >= abs(farthest - median) { farthest = value }
    inBlock += 1
    guard inBlock >= blockCount else { return nil }
    inBlock = 0
    blocks += 1
    let spread = deviation + Self.smallestDeviation
    let vigilance = min(max(meanMatch - spread, Self.vigilances.lowerBound), Self.vigilances.upperBound)
    let match = categories.match(farthest, vigilance: vigilance)
    let surprise = max((meanMatch - match) / spread, 0)
    let rate = max(Self.rate, 1 / blocks)
    deviation += rate * (abs(match - meanMatch) - deviation)
    meanMatch += rate * (match - meanMatch)
    return surprise
  }

  mutating func rescale(_ map: AffineMap) {
    categories.rescale(map)
    farthest = map(farthest)
  }

  func encode(into writer: StateWriter) {
    writer.append(UInt16(inBlock))
    for number in [farthest, blocks, meanMatch, deviation] { writer.append(number) }
    categories.encode(into: writer)
  }

  init(blockCount: Int, from reader: inout StateReader) throws {
    self.blockCount = blockCount
    inBlock = Int(try reader.integer(UInt16.self))
    guard inBlock < blockCount else { throw StateReader.Damaged(description: "a block is longer than it may be") }
    farthest = try reader.number()
    blocks = try reader.number()
    meanMatch = try reader.number()
    deviation = try reader.number()
    categories = try PatternCategories(from: &reader)
  }
}

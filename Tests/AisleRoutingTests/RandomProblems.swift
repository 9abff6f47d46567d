import Seeded

@testable import AisleRouting

/// Small halls in which everything happens often: places at crossings, equal places, blocks at crossings and at picks.
struct RandomProblems {
  var random: SeededNumbers
  var maximumPicks = 7
  var maximumCrossAisles = 5
  var blockChance = 0.5

  init(seed: UInt64) {
    random = SeededNumbers(seed)
  }

  mutating func axis(_ count: Int) -> [Int64] {
    var values = [Int64.random(in: -5...5, using: &random)]
    while values.count < count { values.append(values[values.count - 1] + Int64.random(in: 1...9, using: &random)) }
    return values
  }

  mutating func layout() -> AisleLayout {
    AisleLayout(
      aisleX: axis(Int.random(in: 1...5, using: &random)),
      crossY: axis(Int.random(in: 2...maximumCrossAisles, using: &random)))
  }

  mutating func position(_ layout: AisleLayout) -> AislePosition {
    AislePosition(
      aisle: layout.aisleX.indices.randomElement(using: &random)!,
      y: Int64.random(in: layout.crossY[0]...layout.crossY[layout.crossY.count - 1], using: &random))
  }

  mutating func problem() -> RouteProblem {
    let layout = self.layout()
    let start = position(layout)
    let isRoundTrip = Bool.random(using: &random)
    var end = isRoundTrip ? start : position(layout)
    if isRoundTrip, Bool.random(using: &random) {
      end.y = layout.crossY.randomElement(using: &random)!
    }
    let picks = (0..<Int.random(in: 0...maximumPicks, using: &random)).map { _ in position(layout) }
    let hasBlocks = Double.random(in: 0..<1, using: &random) < blockChance
    let blocks = (0..<(hasBlocks ? Int.random(in: 1...4, using: &random) : 0)).map { _ in position(layout) }
    return RouteProblem(layout: layout, start: isRoundTrip ? end : start, end: end, picks: picks, blocks: blocks)
  }
}

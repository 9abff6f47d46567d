import Foundation

@testable import AisleRouting

/// SplitMix64, seeded from the environment's SEED or from the clock; every test that uses it prints its seed.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  static func seed(_ test: String) -> UInt64 {
    let seed = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
    print("\(test): SEED=\(seed)")
    return seed
  }
}

/// Small halls in which everything happens often: places at crossings, equal places, blocks at crossings and at picks.
struct RandomProblems {
  var random: SeededRandom
  var maximumPicks = 7
  var maximumCrossAisles = 5
  var blockChance = 0.5

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
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

// Finds what is unusual in one signal of scalar values, a value at a time.
//
// value → scale 0…1 in 80 levels → snapped to the running median when near it → blocks, by time scale → patterns of
// eight blocks, clustered (fuzzy ART, PatternCategories) → surprise of a pattern that matches none → restraint → score.
//
// The time scale: a block is 1/52 of the probation period where that is known. Otherwise it grows with the signal, one value
// for each 208 that were seen, up to 12: the detector first knows short patterns, and later longer ones. All time scales learn from the
// first value on; one that is outgrown is dropped.
//
// Invariants: no clock, no random; equal input gives equal output, bit for bit, also over encode and decode. A value that is
// not finite, or beyond 10³⁰⁰, scores 0 and changes nothing. Order is what counts, not time: a gap is not seen.
// Memory: at most 7 time scales of 4.8 kB in the beginning, one from the 2,497th value on.

package import StateCoding

package struct SignalDetector: Equatable {
  package typealias Configuration = SignalDetectorConfiguration

  /// A score from here on is an alert (surprise 0.75 deviations beyond the usual match, after restraint).
  package static let alertThreshold = surpriseThreshold / (1 + surpriseThreshold)
  private static let surpriseThreshold = 0.75
  /// Nearer to the median than this is the median.
  private static let snap = 0.075

  /// Block lengths of a signal whose length is not known, shortest first.
  private static let blockCounts = [2, 3, 4, 5, 7, 9, 12]
  private static let seenPerBlockCount = 208
  private static let blocksPerProbation = 52
  private static let refractoryShare = 0.25
  /// What stands for NAB's probation period where it is not known, and the share of what was seen that it is until then.
  private static let longestProbationCount = 750.0
  private static let probationShare = 0.25
  private static let restraintProbations = 5.0
  private static let usualProbationCount = 600.0

  /// What `encode` writes at most.
  package static let largestStateBytes = 128 + blockCounts.count * (64 + PatternCategories.largestStateBytes)

  package let configuration: Configuration
  /// Values that were used, and values that could not be.
  package private(set) var count: UInt64 = 0
  package private(set) var unusableCount: UInt64 = 0
  private var scale: SignalScale
  private var median = RunningMedian()
  private var scales: [PatternScale]
  private var restraint: AlarmRestraint

  package init(_ configuration: Configuration = Configuration()) {
    self.configuration = configuration
    scale = SignalScale(known: configuration.knownRange)
    scales = Self.blockCounts(configuration).map { PatternScale(blockCount: $0) }
    restraint = AlarmRestraint(memoryCount: Self.memoryCount(configuration))
  }

  private static func blockCounts(_ configuration: Configuration) -> [Int] {
    guard let probation = configuration.probationCount else { return blockCounts }
    return [max(1, probation / blocksPerProbation)]
  }

  private static func memoryCount(_ configuration: Configuration) -> Double {
    restraintProbations * (configuration.probationCount.map(Double.init) ?? usualProbationCount)
  }

  private var refractoryCount: Double {
    if let probation = configuration.probationCount { return Self.refractoryShare * Double(probation) }
    return Self.refractoryShare * min(Self.probationShare * Double(count - 1), Self.longestProbationCount)
  }

  /// The score of the next value, 0…1; above 0 only at the end of a block, outside the refractory period, after learning.
  package mutating func update(_ value: Double) -> Double {
    guard SignalScale.isUsable(value) else {
      unusableCount &+= 1
      return 0
    }
    if let map = scale.include(value) {
      median.rescale(map)
      for i in scales.indices { scales[i].rescale(map) }
    }
    let isLearning = count < UInt64(configuration.learningCount)
    count &+= 1
    var scaled = scale.scaled(value)
    median.observe(scaled)
    if abs(scaled - median.median) < Self.snap { scaled = median.median }
    let surprise = surprise(of: scaled)
    let restrained = restraint.restrain(
      surprise, threshold: Self.surpriseThreshold, refractoryCount: refractoryCount, isLearning: isLearning)
    return restrained / (1 + restrained)
  }

  /// Of the time scale that the signal has grown into; the longer ones learn meanwhile.
  private mutating func surprise(of scaled: Double) -> Double {
    if scales.count > 1, UInt64(scales[1].blockCount * Self.seenPerBlockCount) < count { scales.removeFirst() }
    let surprise = scales[0].update(scaled, median: median.median) ?? 0
    for i in 1..<scales.count { _ = scales[i].update(scaled, median: median.median) }
    return surprise
  }

  package static func isAlert(_ score: Double) -> Bool { score >= alertThreshold }

  // MARK: State

  package func encode(into writer: StateWriter) {
    writer.append(count)
    writer.append(unusableCount)
    scale.encode(into: writer)
    median.encode(into: writer)
    restraint.encode(into: writer)
    writer.append(UInt8(scales.count))
    for scale in scales { scale.encode(into: writer) }
  }

  /// The configuration must be that of the detector that was encoded.
  package init(_ configuration: Configuration, from reader: inout StateReader) throws {
    self.configuration = configuration
    count = try reader.count()
    unusableCount = try reader.count()
    scale = try SignalScale(isKnown: configuration.knownRange != nil, from: &reader)
    median = try RunningMedian(from: &reader)
    restraint = try AlarmRestraint(memoryCount: Self.memoryCount(configuration), from: &reader)
    let blockCounts = Self.blockCounts(configuration)
    let left = Int(try reader.integer(UInt8.self))
    guard (1...blockCounts.count).contains(left) else {
      throw StateReader.Damaged(description: "a signal's time scales are not those of its configuration")
    }
    scales = []
    for blockCount in blockCounts.suffix(left) {
      scales.append(try PatternScale(blockCount: blockCount, from: &reader))
    }
  }
}

// Is a feature still distributed as it was when its model was trained? The population stability index over bins whose edges
// and shares are frozen with the model (ten bins of equal share, as a rule):
//
//   index = Σ (now − then) · ln(now / then)
//
// 0.1 is worth a look, 0.25 asks for action (the thresholds of credit scoring; Siddiqi 2006). Shares are floored at 1e-4 on
// both sides, so that an empty bin is a large but finite sign.
//
// Of few values the index says little: with n now and m in the reference, of the same distribution over k bins, it is about
// (k − 1)(1/n + 1/m) by chance alone (Yurdakul 2018). So it counts
// - less that expectation, `chanceIndex`;
// - only when it is beyond chance: the relative entropy D of the shares now from those then, of n values,
//   has P(nD ≥ t) ≤ exp(−t) (e t / (k − 1))^(k − 1) (Agrawal 2020), which holds for any n and any shares, also where the χ² of
//   large n does not: rare bins, small windows. For n stands nm / (n + m), since the reference is a sample, too. The bound for
//   one of so many features is `falseAlarmShare`, by Bonferroni.
// Both take as many independent values as the values are worth that follow each other slowly (`SerialCorrelation`): of n values,
// each 0.9 of the one before and noise, little more than n / 20 for a shift of the mean. The reference is taken for as slow.
//
// NaN is left out and counted as missing; infinities belong to the outer bins.

import Glibc
package import StateCoding

package struct PopulationStability: Equatable, Sendable {
  package enum Level: UInt8, Comparable, Sendable {
    case none = 0
    case warn = 1
    case act = 2

    package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  package static let warnIndex = 0.1
  package static let actIndex = 0.25
  /// Of windows without a change, how many may be taken for one, at most: over all features that are looked at together.
  package static let falseAlarmShare = 1e-4
  package static let largestBinCount = 100
  static let leastShare = 1e-4

  /// Between the bins, ascending; a value on an edge belongs to the bin above it.
  package let edges: [Double]
  /// Of the training data, one more than edges.
  package let shares: [Double]
  /// Values that the shares are of; 0: so many that they are exact.
  package let referenceCount: Int
  /// Values in each bin since `reset`.
  package private(set) var counts: [UInt32]
  /// Values since `reset`, missing ones not.
  package private(set) var count = 0
  package private(set) var missingCount = 0
  /// Of values as `position` has them, since `reset`.
  package private(set) var correlation = SerialCorrelation()
  /// One over the distance of the outer edges; 0: they are not apart.
  private let scale: Double

  /// - Precondition: edges ascending and not NaN, one share more than edges, at most `largestBinCount`; check with `isUsable`.
  package init(edges: [Double], shares: [Double], referenceCount: Int = 0) {
    precondition(Self.isUsable(edges: edges, shares: shares), "PopulationStability: edges and shares")
    self.edges = edges
    self.shares = shares
    self.referenceCount = referenceCount
    counts = [UInt32](repeating: 0, count: shares.count)
    let scale = 1 / (edges[edges.count - 1] - edges[0])
    self.scale = scale.isFinite ? scale : 0
  }

  /// Whether a reference read from a file can be used.
  package static func isUsable(edges: [Double], shares: [Double]) -> Bool {
    shares.count == edges.count + 1 && (2...largestBinCount).contains(shares.count)
      && edges.allSatisfy { !$0.isNaN } && zip(edges, edges.dropFirst()).allSatisfy { $0 <= $1 }
      && shares.allSatisfy { $0 >= 0 && $0 <= 1 }
  }

  /// Bins of equal share from training values; fewer where values are equal.
  /// - Returns: nil when there are fewer than two finite values.
  package init?(learning values: [Double], binCount: Int = 10) {
    let sorted = values.filter(\.isFinite).sorted()
    let bins = min(max(binCount, 2), Self.largestBinCount)
    guard sorted.count >= 2 else { return nil }
    var edges: [Double] = []
    for k in 1..<bins {
      let edge = sorted[k * sorted.count / bins]
      if edges.last.map({ edge > $0 }) ?? true { edges.append(edge) }
    }
    var reference = PopulationStability(edges: edges, shares: [Double](repeating: 0, count: edges.count + 1))
    for value in sorted { reference.update(value) }
    self.init(
      edges: edges, shares: reference.counts.map { Double($0) / Double(sorted.count) }, referenceCount: sorted.count)
  }

  package mutating func reset() {
    for i in counts.indices { counts[i] = 0 }
    count = 0
    missingCount = 0
    correlation = SerialCorrelation()
  }

  /// - Parameter previous: of the same device; NaN: there is none, or it was missing.
  package mutating func update(_ value: Double, after previous: Double = .nan) {
    guard !value.isNaN else {
      missingCount += 1
      return
    }
    var bin = 0
    for edge in edges { bin += value >= edge ? 1 : 0 }
    guard counts[bin] < .max else { return }
    counts[bin] += 1
    count += 1
    correlation.update(position(value), after: previous.isNaN ? nil : position(previous))
  }

  /// From the lowest edge on, in distances of the outer edges, and not further beyond them than one: a single wild value would hide how
  /// slow the others are. Where edges are not apart: on which side of the lowest.
  private func position(_ value: Double) -> Double {
    scale == 0 ? (value >= edges[0] ? 1 : 0) : min(max((value - edges[0]) * scale, -1), 2)
  }

  /// 0 while nothing was counted.
  package var index: Double {
    guard count > 0 else { return 0 }
    var index = 0.0
    for i in counts.indices {
      let now = max(Double(counts[i]) / Double(count), Self.leastShare)
      let then = max(shares[i], Self.leastShare)
      index += (now - then) * log(now / then)
    }
    return index
  }

  /// What the index is by chance, on average. 0 while nothing was counted.
  package var chanceIndex: Double {
    guard count > 0 else { return 0 }
    let degrees = counts.count - 1
    return Double(degrees) * correlation.inflation(of: degrees).mean / effectiveCount
  }

  /// Of values against exact shares that are as uncertain as these against those of the reference.
  private var effectiveCount: Double {
    let (n, m) = (Double(count), Double(referenceCount))
    return referenceCount > 0 ? n * m / (n + m) : n
  }

  /// Whether the index, less what is chance, is at the limit or above it, and chance does not explain it.
  /// - Parameter featureCount: features that are looked at together, of which one may be that far off by chance.
  package func isDrift(beyond limit: Double, among featureCount: Int = 1) -> Bool {
    index - chanceIndex >= limit && isBeyondChance(among: featureCount)
  }

  private func isBeyondChance(among featureCount: Int) -> Bool {
    guard count > 0 else { return false }
    var entropy = 0.0
    for i in counts.indices where counts[i] > 0 {
      let now = Double(counts[i]) / Double(count)
      entropy += now * log(now / max(shares[i], Self.leastShare))
    }
    let inflation = correlation.inflation(of: counts.count - 1)
    let (degrees, t) = (inflation.degrees, effectiveCount * entropy / inflation.scale)
    guard t > degrees else { return false }
    let logShare = degrees * (1 + log(t / degrees)) - t
    return logShare + log(Double(max(featureCount, 1))) < log(Self.falseAlarmShare)
  }

  package var level: Level {
    isDrift(beyond: Self.actIndex) ? .act : isDrift(beyond: Self.warnIndex) ? .warn : .none
  }
}

extension PopulationStability {
  /// The counts only: edges and shares are the model's, and `correlation` is written apart.
  package func encode(into state: StateWriter) {
    state.append(UInt16(counts.count))
    for count in counts { state.append(count) }
    state.append(UInt64(missingCount))
  }

  package mutating func restore(from state: inout StateReader) throws {
    guard Int(try state.integer(UInt16.self)) == counts.count else {
      throw StateReader.Damaged(description: "a histogram of another number of bins")
    }
    count = 0
    for i in counts.indices {
      counts[i] = try state.integer()
      count += Int(counts[i])
    }
    missingCount = Int(try state.count())
  }

  package mutating func restoreCorrelation(from state: inout StateReader) throws {
    correlation = try SerialCorrelation(from: &state)
  }
}

// What is learned of each column of a `MultivariateDetector` from its first values, in one pass and without keeping them.
//
// The variance of the smoothed column e alone takes a wandering column (a temperature, a level) for a quiet one: 400 rows
// show little of how far it gets in 4,000. So the scale has two parts:
//
//   scale² = var(e) + q · adaptCount / 2
//
// q is the growth of a random walk, by its structure function at lag L = learnCount / 5,
//   q = max(0, mean (e[t] − e[t−L])² − 2 r λ / (2 − λ)) / L      (r: half the mean squared step of x: the white part)
// and q · adaptCount / 2 is the steady error variance of a follower with gain 1/adaptCount behind such a walk (local level
// model, Muth 1960). For white noise q is near 0 and the scale is that of the chart of Roberts (1959).
//
// A column that moved m times is known no better than to its smallest step / √(1 + m): one digit more or less is no deviation of a
// column that hardly moves. This, and not a share of the level, as the level depends on where a unit has its zero; only what rounding
// of doubles does is left out by the level. A column that did not move at all has no scale: it is left to the detector to guess one.

import StateCoding

struct ColumnLearning: Equatable, Sendable {
  static let roundingShare = 1e-9

  let learnCount: Int
  let lag: Int
  private(set) var left: Int
  private(set) var seen: [Int32]
  private var mean: [Double]
  private var squares: [Double]
  private var previous: [Double]
  private var steps: [Double]
  private var moves: [Double]
  private var smallest: [Double]
  private var changes: [Double]
  /// The last `lag` smoothed values, a row after the other.
  private var ring: [Double]

  init(columnCount: Int, learnCount: Int) {
    self.learnCount = learnCount
    lag = max(learnCount / 5, 2)
    left = columnCount
    seen = [Int32](repeating: 0, count: columnCount)
    let zeros = [Double](repeating: 0, count: columnCount)
    (mean, squares, previous, steps, changes) = (zeros, zeros, zeros, zeros, zeros)
    (moves, smallest) = (zeros, zeros)
    ring = [Double](repeating: 0, count: columnCount * lag)
  }

  var isDone: Bool { left == 0 }

  /// - Returns: centre and scale, with the column's last value; a scale of 0: it did not move.
  mutating func take(
    column i: Int, value: Double, smooth: Double, weight: Double, adaptCount: Double
  ) -> (Double, Double)? {
    let count = Int(seen[i])
    let slot = i * lag + count % lag
    let step = (value - previous[i]).magnitude
    if count > 0, step > 0 {
      steps[i] += step * step
      smallest[i] = moves[i] == 0 ? step : min(smallest[i], step)
      moves[i] += 1
    }
    if count >= lag { changes[i] += (smooth - ring[slot]) * (smooth - ring[slot]) }
    previous[i] = value
    ring[slot] = smooth
    // Welford 1962.
    let before = smooth - mean[i]
    mean[i] += before / Double(count + 1)
    squares[i] += before * (smooth - mean[i])
    seen[i] += 1
    guard count + 1 == learnCount else { return nil }
    left -= 1
    return (mean[i], scale(column: i, weight: weight, adaptCount: adaptCount))
  }

  private func scale(column i: Int, weight: Double, adaptCount: Double) -> Double {
    let variance = squares[i] / Double(learnCount)
    let white = steps[i] / Double(learnCount - 1) * weight / (2 - weight)
    let growth = max(0, changes[i] / Double(learnCount - lag) - white) / Double(lag)
    guard moves[i] > 0 else { return 0 }
    let digit = smallest[i] / (1 + moves[i]).squareRoot()
    return max(
      (variance + growth * adaptCount / 2).squareRoot(), digit, Self.roundingShare * mean[i].magnitude,
      .leastNormalMagnitude)
  }

  var memoryBytes: Int { ring.count * 8 + seen.count * (7 * 8 + 4) }
}

extension ColumnLearning {
  /// 4 bytes learnCount; of each column the count and seven numbers; the ring.
  func encode(into state: StateWriter) {
    state.append(UInt32(learnCount))
    for count in seen { state.append(count) }
    for values in [mean, squares, previous, steps, changes, moves, smallest, ring] { state.append(all: values) }
  }

  mutating func restore(from state: inout StateReader) throws {
    guard Int(try state.integer(UInt32.self)) == learnCount else {
      throw StateReader.Damaged(description: "it learned with another learn count")
    }
    let count = seen.count
    left = count
    for i in 0..<count {
      seen[i] = try state.integer()
      guard seen[i] >= 0, seen[i] <= learnCount else {
        throw StateReader.Damaged(description: "a count is out of bounds")
      }
      if seen[i] == learnCount { left -= 1 }
    }
    mean = try state.numbers(count)
    squares = try state.numbers(count)
    previous = try state.numbers(count)
    steps = try state.numbers(count)
    changes = try state.numbers(count)
    moves = try state.numbers(count)
    smallest = try state.numbers(count)
    ring = try state.numbers(count * lag)
    guard left > 0 else { throw StateReader.Damaged(description: "it has learned, and learns") }
  }
}

// Has the mean of a stream changed? ADWIN (Bifet & Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", SDM
// 2007): a window that is as long as its mean is the same, and is cut where it is not.
//
// The window is an exponential histogram: row k has up to `bucketCount` buckets of 2^k values each, with their sum and the sum
// of their squared deviations; a row that is full merges its two oldest into the next. Every `stride` values each border
// between buckets is tried: the older part n0, the newer n1 (at least `leastCount` each) differ when
//
//   |mean0 − mean1| > √(2 / m · σ² · ln(2 / δ′)) + 2 / (3 m) · ln(2 / δ′),   1 / m = 1 / n0 + 1 / n1,   δ′ = δ / ln n
//
// and then the oldest bucket is dropped, until no border differs. σ² is the window's variance, summed anew at each trial, so
// that nothing drifts with the years. The second term presumes values of about unit scale: give standardised ones
// (`StandardisedDrift`). Values that are not finite or beyond ±1e100 are left out.
// Memory: `rowCount` · (`bucketCount` + 1) · 16 bytes = 2.3 KB, whatever the window; a window of 5 · 2^24 values drops its oldest.

import Glibc

package struct AdaptiveWindow: Equatable, Sendable {
  static let bucketCount = 5
  static let rowCount = 24
  static let largestMagnitude = 1e100
  private static let slots = bucketCount + 1

  /// Share of false cuts that the bound allows.
  package let delta: Double
  /// Values between two trials.
  package let stride: Int
  package let leastCount: Int
  /// Values in the window.
  package internal(set) var count: UInt64 = 0
  /// Of the window.
  package internal(set) var total = 0.0
  var untilTrial: Int
  /// Buckets in each row; in a row the oldest is first.
  var filled: [UInt8]
  var sums: [Double]
  var squares: [Double]

  package init(delta: Double = 0.002, stride: Int = 8, leastCount: Int = 5) {
    self.delta = delta > 0 && delta < 1 ? delta : 0.002
    self.stride = min(max(stride, 1), 10_000)
    self.leastCount = min(max(leastCount, 1), 10_000)
    untilTrial = self.stride
    filled = [UInt8](repeating: 0, count: Self.rowCount)
    sums = [Double](repeating: 0, count: Self.rowCount * Self.slots)
    squares = sums
  }

  package var mean: Double { count == 0 ? 0 : total / Double(count) }

  package mutating func reset() {
    self = AdaptiveWindow(delta: delta, stride: stride, leastCount: leastCount)
  }

  /// - Returns: whether the window was cut by this value: the mean has changed.
  package mutating func update(_ value: Double) -> Bool {
    guard value.magnitude <= Self.largestMagnitude else { return false }
    insert(value)
    untilTrial -= 1
    guard untilTrial == 0 else { return false }
    untilTrial = stride
    var isCut = false
    while count >= 2 * UInt64(leastCount), differs() {
      dropOldest()
      isCut = true
    }
    return isCut
  }

  private mutating func insert(_ value: Double) {
    sums[Int(filled[0])] = value
    squares[Int(filled[0])] = 0
    filled[0] += 1
    count += 1
    total += value
    var row = 0
    while Int(filled[row]) == Self.slots {
      if row == Self.rowCount - 1 {
        dropOldest()
        break
      }
      merge(row)
      row += 1
    }
  }

  /// The two oldest of a row become the newest of the next.
  private mutating func merge(_ row: Int) {
    let (first, second) = (row * Self.slots, row * Self.slots + 1)
    let half = Double(1 << row)
    let between = (sums[first] - sums[second]) / half
    let place = (row + 1) * Self.slots + Int(filled[row + 1])
    sums[place] = sums[first] + sums[second]
    squares[place] = squares[first] + squares[second] + between * between * half / 2
    filled[row + 1] += 1
    remove(2, of: row)
  }

  private mutating func remove(_ removed: Int, of row: Int) {
    let base = row * Self.slots
    filled[row] -= UInt8(removed)
    for i in 0..<Int(filled[row]) {
      sums[base + i] = sums[base + i + removed]
      squares[base + i] = squares[base + i + removed]
    }
    // Equal windows are equal in every byte.
    for i in Int(filled[row])..<Int(filled[row]) + removed {
      sums[base + i] = 0
      squares[base + i] = 0
    }
  }

  private mutating func dropOldest() {
    guard let row = filled.lastIndex(where: { $0 > 0 }) else { return }
    count -= 1 << UInt64(row)
    remove(1, of: row)
    // Summed anew: what is dropped leaves no rounding behind.
    total = 0
    for row in filled.indices {
      for i in 0..<Int(filled[row]) { total += sums[row * Self.slots + i] }
    }
  }

  private func differs() -> Bool {
    let n = Double(count)
    let mean = total / n
    var variance = 0.0
    for row in filled.indices {
      let size = Double(1 << row)
      for i in 0..<Int(filled[row]) {
        let off = sums[row * Self.slots + i] / size - mean
        variance += squares[row * Self.slots + i] + size * off * off
      }
    }
    variance /= n
    let confidence = log(2 * log(max(n, 3)) / delta)
    var (older, olderSum) = (0.0, 0.0)
    for row in filled.indices.reversed() {
      for i in 0..<Int(filled[row]) {
        older += Double(1 << row)
        olderSum += sums[row * Self.slots + i]
        let newer = n - older
        guard older >= Double(leastCount) else { continue }
        guard newer >= Double(leastCount) else { return false }
        let perMean = 1 / older + 1 / newer
        let bound = (2 * perMean * variance * confidence).squareRoot() + 2 / 3 * perMean * confidence
        if (olderSum / older - (total - olderSum) / newer).magnitude > bound { return true }
      }
    }
    return false
  }

  package var memoryBytes: Int { MemoryLayout<Self>.size + filled.count + 16 * sums.count }
}

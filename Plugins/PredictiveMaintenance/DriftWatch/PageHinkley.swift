// Has the mean of a stream changed? The test of Page (1954) and Hinkley (1971), in both directions:
//
//   up   ← max(0, up   + x − mean − allowance)          drift when up or down exceeds the limit
//   down ← max(0, down − x + mean − allowance)
//
// with the mean of all values since the last reset. This is the usual m(t) − min m form, written so that nothing grows.
// After a drift it begins anew. allowance and limit are in the unit of the values: give standardised ones
// (`StandardisedDrift`). A larger allowance finds large changes sooner and small ones later; the limit sets the false alarms.
// Values that are not finite or beyond ±1e100 are left out. 64 bytes.

package struct PageHinkley: Equatable, Sendable {
  static let largestMagnitude = 1e100

  package let allowance: Double
  package let limit: Double
  /// Values before the first test.
  package let leastCount: Int
  package internal(set) var count: UInt64 = 0
  package internal(set) var mean = 0.0
  var up = 0.0
  var down = 0.0

  package init(allowance: Double = 0.25, limit: Double = 20, leastCount: Int = 30) {
    self.allowance = allowance >= 0 && allowance <= 1e6 ? allowance : 0.25
    self.limit = limit > 0 && limit <= 1e9 ? limit : 20
    self.leastCount = min(max(leastCount, 1), 1_000_000)
  }

  package mutating func reset() {
    self = PageHinkley(allowance: allowance, limit: limit, leastCount: leastCount)
  }

  /// - Returns: whether the mean has changed with this value; then it has begun anew.
  package mutating func update(_ value: Double) -> Bool {
    guard value.magnitude <= Self.largestMagnitude else { return false }
    count += 1
    mean += (value - mean) / Double(count)
    let off = value - mean
    up = max(0, up + off - allowance)
    down = max(0, down - off - allowance)
    guard count >= leastCount, max(up, down) > limit else { return false }
    reset()
    return true
  }
}

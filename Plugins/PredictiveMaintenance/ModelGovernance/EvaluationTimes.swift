/// How long evaluations took, since the instance was opened: a histogram with eight buckets an octave, so that a quantile is right to a
/// twelfth. Times are measured, so they are no part of a checkpoint.
package struct EvaluationTimes: Sendable, Equatable {
  private static let bucketsPerOctave = 8
  private static let octaves = 26

  private var buckets = [UInt32](repeating: 0, count: bucketsPerOctave * octaves)
  package private(set) var count: UInt64 = 0
  package private(set) var largestUs: Int64 = 0

  mutating func add(us: Int64) {
    let us = max(0, us)
    count += 1
    largestUs = max(largestUs, us)
    let bucket = Self.bucket(us)
    if buckets[bucket] < .max { buckets[bucket] += 1 }
  }

  /// The time that so large a share did not exceed, in microseconds; nil when nothing was measured.
  package func quantileUs(_ share: Double) -> Int64? {
    let total = buckets.reduce(0) { $0 + UInt64($1) }
    guard total > 0 else { return nil }
    let rank = max(1, UInt64((share * Double(total)).rounded(.up)))
    var seen: UInt64 = 0
    for (bucket, number) in buckets.enumerated() {
      seen += UInt64(number)
      if seen >= rank { return min(Self.upper(bucket), largestUs) }
    }
    return largestUs
  }

  /// Up to 8 µs each has its own; then the three bits below the leading one count.
  private static func bucket(_ us: Int64) -> Int {
    guard us >= 8 else { return Int(us) }
    let octave = 63 - us.leadingZeroBitCount
    let within = Int(us >> Int64(octave - 3)) & 7
    return min((octave - 2) * bucketsPerOctave + within, bucketsPerOctave * octaves - 1)
  }

  private static func upper(_ bucket: Int) -> Int64 {
    guard bucket >= bucketsPerOctave else { return Int64(bucket) }
    let octave = bucket / bucketsPerOctave + 2
    return (Int64(8 + bucket % bucketsPerOctave + 1) << Int64(octave - 3)) - 1
  }
}

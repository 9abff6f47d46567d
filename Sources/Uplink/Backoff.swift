/// Full-jitter exponential back-off (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015): uniform over
/// 1…ceiling, where the ceiling doubles with each failure. Randomness is handed in.
package struct Backoff: Sendable, Equatable {
  package let minMs: Int64
  package let maxMs: Int64
  package private(set) var failures = 0

  package init(minMs: Int64, maxMs: Int64) {
    precondition(minMs >= 1 && maxMs >= minMs, "Backoff: 1 ≤ min ≤ max")
    self.minMs = minMs
    self.maxMs = maxMs
  }

  /// The longest wait that the next failure can bring, in milliseconds.
  package var ceilingMs: Int64 {
    // 2^40 ms are 34 years: beyond that the shift could overflow.
    let (scaled, overflow) = minMs.multipliedReportingOverflow(by: 1 << Int64(min(failures, 40)))
    return overflow ? maxMs : min(scaled, maxMs)
  }

  /// Counts a failure and gives the wait after it, in milliseconds.
  package mutating func nextDelayMs(random: UInt64) -> Int64 {
    let delay = 1 + Self.uniform(random, below: ceilingMs)
    failures += 1
    return delay
  }

  package mutating func reset() {
    failures = 0
  }

  /// A number in 0..<bound from 64 random bits (Lemire's multiply-high; the bias is below bound / 2^64).
  package static func uniform(_ random: UInt64, below bound: Int64) -> Int64 {
    Int64(random.multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }
}

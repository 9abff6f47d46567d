/// A token bucket that may go into debt: a segment may leave while the balance is not negative, and its bytes are
/// charged when they have left. Over any span the bytes sent stay within `rate × span + burst + one segment`, where the
/// burst is a quarter of a second's bytes and the segment (see `UplinkLimits`) an eighth.
package struct ByteBudget: Sendable, Equatable {
  package let bytesPerS: Int
  /// In thousandths of a byte, so that a millisecond's share is whole.
  private var balance: Int = 0
  private var countedMs: Int64

  package init(bytesPerS: Int, at nowMs: Int64) {
    precondition(bytesPerS > 0, "ByteBudget: a rate above 0")
    self.bytesPerS = bytesPerS
    countedMs = nowMs
  }

  private var burst: Int { bytesPerS * 250 }

  private mutating func count(to nowMs: Int64) {
    guard nowMs > countedMs else { return }
    // A day fills any bucket whose debt is a segment: the bound keeps the product small.
    let elapsed = Int(min(nowMs - countedMs, 86_400_000))
    balance = min(balance + elapsed * bytesPerS, burst)
    countedMs = nowMs
  }

  /// When the next segment may leave: now, or later.
  package mutating func readyMs(at nowMs: Int64) -> Int64 {
    count(to: nowMs)
    guard balance < 0 else { return nowMs }
    return nowMs + Int64((-balance + bytesPerS - 1) / bytesPerS)
  }

  package mutating func charge(_ bytes: Int, at nowMs: Int64) {
    count(to: nowMs)
    balance -= bytes * 1000
  }
}

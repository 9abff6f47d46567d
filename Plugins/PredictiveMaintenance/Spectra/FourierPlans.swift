// Sizes. kissfft is fast when a size has no prime factor but 2, 3 and 5. A block of any size from 16 to 65,536 samples is taken; its
// spectra use the first m samples, m the largest even product of these primes that is not larger than the block: all of a power of
// two, at least 80 % of any block, at least 90 % from 256 samples on. Padding with zeros instead would smear each line over its
// neighbours, and a transform of a prime size takes time with the square of it.

/// Plans by size. A machine sends blocks of one size, or of few: at most `limit` are kept, the one that was not used for longest goes.
final class FourierPlans {
  static let limit = 48

  private var plans: [FourierPlan] = []
  private var lastUse: [UInt64] = []
  private var use: UInt64 = 0

  func plan(_ kind: FourierPlan.Kind, _ size: Int) -> FourierPlan {
    use += 1
    let key = FourierPlan.Key(kind: kind, size: size)
    for (i, plan) in plans.enumerated() where plan.key == key {
      lastUse[i] = use
      return plan
    }
    let plan = FourierPlan(key)
    if plans.count < Self.limit {
      plans.append(plan)
      lastUse.append(use)
    } else {
      var oldest = 0
      for i in plans.indices where lastUse[i] < lastUse[oldest] { oldest = i }
      plans[oldest] = plan
      lastUse[oldest] = use
    }
    return plan
  }

  /// The largest product of 2, 3 and 5 that is a multiple of `step` and not larger than `count`.
  static func fastSize(within count: Int, multipleOf step: Int) -> Int {
    var candidate = count / step * step
    while candidate > step {
      var rest = candidate
      for prime in [5, 3, 2] { while rest % prime == 0 { rest /= prime } }
      if rest == 1 { return candidate }
      candidate -= step
    }
    return candidate
  }
}

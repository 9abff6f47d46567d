import AnomalyDetection
import DriftWatch
import Glibc

/// How soon drift tests find a shift of the mean of standard normal values, and how often they find one that is not there;
/// how often thresholds by extreme values are passed by normal values. Seeded.
func measureRates() -> [(String, Double)] {
  rates("adwin") {
    var window = AdaptiveWindow()
    return { window.update($0) }
  }
    + rates("page_hinkley") {
      var test = PageHinkley()
      return { test.update($0) }
    } + stabilityRates() + thresholdRates()
}

private func rates(_ name: String, _ make: () -> (Double) -> Bool) -> [(String, Double)] {
  var falseAlarms = 0
  for seed in 0..<100 as Range<UInt64> {
    var signal = SeededSignal(seed: seed)
    let update = make()
    for _ in 0..<10_000 { falseAlarms += update(signal.gaussian()) ? 1 : 0 }
  }
  func delay(_ shift: Double) -> Double {
    var sum = 0
    for seed in 1000..<1200 as Range<UInt64> {
      var signal = SeededSignal(seed: seed)
      let update = make()
      for _ in 0..<2000 { _ = update(signal.gaussian()) }
      var count = 1
      while count < 5000, !update(signal.gaussian() + shift) { count += 1 }
      sum += count
    }
    return Double(sum) / 200
  }
  return [
    ("drift.\(name).false_alarms_per_10000", Double(falseAlarms) / 100), ("drift.\(name).delay_1_sigma", delay(1)),
    ("drift.\(name).delay_half_sigma", delay(0.5)),
  ]
}

/// Windows of ten features against references of 5,000 rows each, at the limit of 0.25: shares of 5,000 healthy ones in which some
/// feature is taken for changed, by the index alone and as a model's rows are judged; of 400 in which one feature's mean is another
/// one, shares that are found. `slow_50` and so on: each value 0.5 of the one before and noise, 1,000 healthy windows and 200 others.
private func stabilityRates() -> [(String, Double)] {
  [50, 100, 200, 500, 1000, 2000].flatMap { count -> [(String, Double)] in
    let healthy = stabilityShares(count, windows: 5000)
    let half = stabilityShares(count, windows: 400, shift: 0.5).judged
    let one = stabilityShares(count, windows: 400, shift: 1).judged
    let slow = [50, 90, 99].flatMap { memory -> [(String, Double)] in
      func share(_ windows: Int, _ shift: Double) -> Double {
        stabilityShares(count, windows: windows, memory: Double(memory) / 100, shift: shift).judged
      }
      let key = "drift.stability.slow_\(memory)"
      return [
        ("\(key)_false_share_\(count)", share(1000, 0)), ("\(key)_1_sigma_found_share_\(count)", share(200, 1)),
        ("\(key)_2_sigma_found_share_\(count)", share(200, 2)),
      ]
    }
    return [
      ("drift.stability.index_alone_false_share_\(count)", healthy.alone),
      ("drift.stability.false_share_\(count)", healthy.judged),
      ("drift.stability.half_sigma_found_share_\(count)", half), ("drift.stability.1_sigma_found_share_\(count)", one),
    ] + slow
  }
}

private func stabilityShares(
  _ count: Int, windows: Int, memory: Double = 0, shift: Double = 0
) -> (alone: Double, judged: Double) {
  let featureCount = 10
  let limit = PopulationStability.actIndex
  // Five windows a reference, each reference by a seed of its own.
  var (alone, judged) = (0, 0)
  for seed in 0..<UInt64(windows / 5) {
    var signal = SeededSignal(seed: seed)
    let references = (0..<featureCount).compactMap { _ in
      PopulationStability(learning: (0..<5000).map { _ in signal.gaussian() })
    }
    for _ in 0..<5 {
      var (isAnyAlone, isAnyJudged) = (false, false)
      for (feature, reference) in references.enumerated() {
        var stability = reference
        var value = signal.gaussian()
        var before = Double.nan
        for _ in 0..<count {
          let now = value + (feature == 0 ? shift : 0)
          stability.update(now, after: before)
          before = now
          value = memory * value + (1 - memory * memory).squareRoot() * signal.gaussian()
        }
        isAnyAlone = isAnyAlone || stability.index >= limit
        isAnyJudged = isAnyJudged || stability.isDrift(beyond: limit, among: featureCount)
      }
      alone += isAnyAlone ? 1 : 0
      judged += isAnyJudged ? 1 : 0
    }
  }
  return (Double(alone) / Double(windows), Double(judged) / Double(windows))
}

private func thresholdRates() -> [(String, Double)] {
  let draws: [(String, (inout SeededSignal) -> Double)] = [
    ("gaussian", { $0.gaussian() }), ("exponential", { -log(1 - $0.uniform()) }),
    (
      "student3",
      { signal in
        let (a, b, c) = (signal.gaussian(), signal.gaussian(), signal.gaussian())
        return signal.gaussian() / ((a * a + b * b + c * c) / 3).squareRoot()
      }
    ), ("uniform", { $0.uniform() }),
  ]
  return draws.map { name, draw in
    var extremes = 0
    for seed in 0..<50 as Range<UInt64> {
      var signal = SeededSignal(seed: seed)
      var threshold = ExtremeThreshold()
      for _ in 0..<21_000 { extremes += threshold.update(draw(&signal)) ? 1 : 0 }
    }
    return ("threshold.spot_1e4.\(name)_per_million", Double(extremes))
  }
}

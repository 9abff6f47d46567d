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

private func stabilityRates() -> [(String, Double)] {
  [200, 500].map { count in
    var warnings = 0
    for seed in 0..<500 as Range<UInt64> {
      var signal = SeededSignal(seed: seed)
      guard var stability = PopulationStability(learning: (0..<5000).map { _ in signal.gaussian() }) else { continue }
      for _ in 0..<count { stability.update(signal.gaussian()) }
      warnings += stability.index >= PopulationStability.warnIndex ? 1 : 0
    }
    return ("drift.stability.false_warnings_share_\(count)", Double(warnings) / 500)
  }
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
    return ("threshold.spot_1e4.\(name)_share", Double(extremes) / 1_000_000)
  }
}

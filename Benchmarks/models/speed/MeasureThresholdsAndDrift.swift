import AnomalyDetection
import DriftWatch

func measureThresholdsAndDrift() -> [(String, Double)] {
  var signal = SeededSignal(seed: 3)
  let values = (0..<100_000).map { _ in signal.gaussian() }
  var count = 0
  var threshold = ExtremeThreshold()
  let thresholdNs = Stopwatch.nsPerOperation(values.count) {
    for value in values { count += threshold.update(value) ? 1 : 0 }
  }
  var quantile = QuantileEstimate(share: 0.99)
  let quantileNs = Stopwatch.nsPerOperation(values.count) {
    for value in values { quantile.update(value) }
  }
  var window = AdaptiveWindow()
  let windowNs = Stopwatch.nsPerOperation(values.count) {
    for value in values { count += window.update(value) ? 1 : 0 }
  }
  var test = PageHinkley()
  let testNs = Stopwatch.nsPerOperation(values.count) {
    for value in values { count += test.update(value) ? 1 : 0 }
  }
  guard var stability = PopulationStability(learning: Array(values.prefix(5000))) else { return [] }
  let stabilityNs = Stopwatch.nsPerOperation(values.count) {
    var before = Double.nan
    for value in values {
      stability.update(value, after: before)
      before = value
    }
  }
  precondition(count >= 0 && quantile.count > 0 && stability.count > 0)
  return [
    ("model.spot_update_ns", thresholdNs), ("model.spot_bytes", Double(threshold.memoryBytes)),
    ("model.quantile_update_ns", quantileNs), ("model.adwin_update_ns", windowNs),
    ("model.adwin_bytes", Double(window.memoryBytes)), ("model.page_hinkley_update_ns", testNs),
    ("model.stability_update_ns", stabilityNs),
  ]
}

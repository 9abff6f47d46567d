import AnomalyDetection

/// The detector of one signal, as `crossdock detect` and the plugin have it: one value in, one score out.
func measureScalar() -> [(String, Double)] {
  var signal = SeededSignal(seed: 1)
  let values = (0..<200_000).map { _ in signal.next() }
  var young = SignalDetector()
  var sum = 0.0
  // The first hours, with all time scales learning.
  let started = Stopwatch.nowNs()
  for value in values.prefix(2_000) { sum += young.update(value) }
  let youngNs = Double(Stopwatch.nowNs() - started) / 2_000
  let settledNs = Stopwatch.nsPerOperation(values.count) {
    for value in values { sum += young.update(value) }
  }
  precondition(sum.isFinite)
  return [("model.scalar_update_ns", settledNs), ("model.scalar_update_young_ns", youngNs)]
}

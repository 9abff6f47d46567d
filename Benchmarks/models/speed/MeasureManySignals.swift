import AnomalyDetection

/// 10,000 signals on one box: memory of each, and a value of each in turn, so that none is in the cache when its value comes.
/// To be run in a process of its own: memory that another measure gave back would be used again and not be seen.
/// - Parameter seenCount: values that each has seen before.
func measureManySignals(_ name: String, seenCount: Int) -> [(String, Double)] {
  let (signalCount, roundCount) = (10_000, 20)
  var signal = SeededSignal(seed: 2)
  let values = (0..<seenCount + roundCount).map { _ in signal.next() }
  var sum = 0.0
  var detectors: [SignalDetector] = []
  detectors.reserveCapacity(signalCount)
  let before = Stopwatch.residentBytes()
  for _ in 0..<signalCount {
    var detector = SignalDetector()
    for value in values.prefix(seenCount) { sum += detector.update(value) }
    detectors.append(detector)
  }
  let bytes = Double(Stopwatch.residentBytes() - before) / Double(signalCount)
  let started = Stopwatch.nowNs()
  for value in values.suffix(roundCount) {
    for i in 0..<signalCount { sum += detectors[i].update(value) }
  }
  let ns = Double(Stopwatch.nowNs() - started) / Double(roundCount * signalCount)
  precondition(sum.isFinite)
  return [("model.signals_10000.\(name)update_ns", ns), ("model.signals_10000.\(name)bytes_each", bytes)]
}

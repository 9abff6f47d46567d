import AnomalyDetection

/// 10,000 signals on one box: a value of each in turn, so that none is in the cache when its value comes.
func measureManySignals() -> [(String, Double)] {
  let signalCount = 10_000
  // A detector has several time scales until it has seen this many values.
  let settledCount = 3_000
  var signal = SeededSignal(seed: 2)
  let values = (0..<settledCount + 100).map { _ in signal.next() }
  var sum = 0.0
  var detectors: [SignalDetector] = []
  detectors.reserveCapacity(signalCount)
  func run(_ rounds: Range<Int>) -> Double {
    let started = Stopwatch.nowNs()
    for round in rounds {
      for i in 0..<signalCount { sum += detectors[i].update(values[round]) }
    }
    return Double(Stopwatch.nowNs() - started) / Double(rounds.count * signalCount)
  }
  func bytesEach(_ make: () -> SignalDetector) -> Double {
    detectors.removeAll(keepingCapacity: true)
    let before = Stopwatch.residentBytes()
    for _ in 0..<signalCount { detectors.append(make()) }
    return Double(Stopwatch.residentBytes() - before) / Double(signalCount)
  }
  let settledBytes = bytesEach {
    var detector = SignalDetector()
    for value in values.prefix(settledCount) { sum += detector.update(value) }
    return detector
  }
  let settledNs = run(settledCount..<settledCount + 20)
  let youngBytes = bytesEach {
    var detector = SignalDetector()
    for value in values.prefix(10) { sum += detector.update(value) }
    return detector
  }
  let youngNs = run(10..<20)
  precondition(sum.isFinite)
  return [
    ("model.signals_10000.update_ns", settledNs), ("model.signals_10000.bytes_each", settledBytes),
    ("model.signals_10000.young_update_ns", youngNs),
    // The memory of those before is used again.
    ("model.signals_10000.young_bytes_each", settledBytes + youngBytes),
  ]
}

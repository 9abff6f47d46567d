import AnomalyDetection

/// The default detector of many signals of one asset, eight columns.
func measureManyColumns() -> [(String, Double)] {
  let (columnCount, rowCount) = (8, 20_000)
  var signals = (0..<columnCount).map { SeededSignal(seed: UInt64($0 + 10)) }
  let cells = (0..<rowCount * columnCount).map { i in signals[i % columnCount].next() }
  var detector = MultivariateDetector(columnCount: columnCount)
  let learningBytes = detector.memoryBytes
  var sum = 0.0
  let ns = cells.withUnsafeBufferPointer { cells in
    Stopwatch.nsPerOperation(rowCount) {
      for i in 0..<rowCount {
        sum += detector.update(UnsafeBufferPointer(rebasing: cells[i * columnCount..<(i + 1) * columnCount])).score
      }
    }
  }
  precondition(sum.isFinite)
  return [
    ("model.columns8_row_ns", ns), ("model.columns8_bytes", Double(detector.memoryBytes)),
    ("model.columns8_learning_bytes", Double(learningBytes)),
  ]
}

import AnomalyDetection

/// Half-space trees, 25 of depth 8, window 250: score and learn, over the rows that river is given.
func measureHalfSpace(rowsPath: String) -> [(String, Double)] {
  let columnCount = 5
  let cells = BinaryFile.doubles(rowsPath)
  let rowCount = cells.count / columnCount
  var trees = HalfSpaceTrees(columnCount: columnCount)
  var sum = 0.0
  let ns = cells.withUnsafeBufferPointer { cells in
    Stopwatch.nsPerOperation(rowCount) {
      for i in 0..<rowCount {
        sum += trees.update(UnsafeBufferPointer(rebasing: cells[i * columnCount..<(i + 1) * columnCount]))
      }
    }
  }
  precondition(sum.isFinite)
  return [
    ("model.hst_row_ns", ns), ("model.hst_bytes", Double(trees.memoryBytes)),
    ("model.hst_shared_bytes", Double(trees.shape.memoryBytes)),
  ]
}

import Glibc
import TrainedModels

/// One row through an ensemble of 600 trees, the rows that LightGBM's own library is given; `trees.f64` also has its answers.
func measureTrees(modelPath: String, rowsPath: String) -> [(String, Double)] {
  guard let model = try? TrainedModelFile.load(bytes: BinaryFile.bytes(modelPath)) else {
    print("model-benchmark: \(modelPath) is no model")
    exit(65)
  }
  let cells = BinaryFile.doubles(rowsPath)
  let width = model.inputCount + 1
  let rowCount = cells.count / width
  let evaluator = ModelEvaluator(model)
  var worst = 0.0
  let ns = cells.withUnsafeBufferPointer { cells in
    Stopwatch.nsPerOperation(rowCount) {
      for i in 0..<rowCount {
        let answer = evaluator.evaluate(UnsafeBufferPointer(rebasing: cells[i * width..<i * width + model.inputCount]))
        worst = max(worst, (answer[0] - cells[i * width + model.inputCount]).magnitude)
      }
    }
  }
  return [("model.trees600_row_us", ns / 1000), ("model.trees600_largest_difference", worst)]
}

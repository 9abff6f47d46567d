import Foundation
import Testing
import TrainedModels

/// Our evaluation beside that of the libraries that trained the models, in Python. Random models, and rows with
/// missing, infinite, huge and
/// tiny values, thresholds and their neighbours, categories never seen. `tools/parity` does many more.
@Suite struct ParityTests {
  @Test(arguments: ["lightgbm", "xgboost", "onnx"]) func evaluatesAsItsLibraryDoes(_ family: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "parity-\(family)-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let models = try ReferenceModels(family: family, folder: folder)
    #expect(models.entries.count >= 20 || ProcessInfo.processInfo.environment["PARITY_COUNT"] != nil)
    var worst = 0.0
    for entry in models.entries {
      let model: any TrainedModel
      do {
        model = try TrainedModelFile.load(bytes: models.bytes(entry))
      } catch {
        Issue.record("\(entry.file) (\(entry.name)): \(error)")
        continue
      }
      #expect(model.inputCount == entry.inputs && model.outputCount == entry.outputs, "\(entry.name)")
      guard model.inputCount == entry.inputs, model.outputCount == entry.outputs else { continue }
      if !entry.names.isEmpty { #expect(model.inputNames == entry.names, "\(entry.name)") }
      worst = max(worst, try compare(model, entry, of: models) / entry.tolerance)
    }
    print("models of \(family): \(models.entries.count), the worst difference is \(worst) of what is allowed")
  }

  /// Returns the greatest difference, relative to 1 + the value.
  private func compare(_ model: any TrainedModel, _ entry: ReferenceModels.Entry, of models: ReferenceModels) throws
    -> Double
  {
    let rows = try models.doubles(entry, "rows")
    let expected = try models.doubles(entry, "expected")
    let contributions = try models.doubles(entry, "contributions")
    let evaluator = ModelEvaluator(model)
    var worst = 0.0
    for row in 0..<entry.rows {
      let inputs = Array(rows[row * entry.inputs..<(row + 1) * entry.inputs])
      let outputs = inputs.withUnsafeBufferPointer { Array(evaluator.evaluate($0)) }
      for (output, value) in outputs.enumerated() {
        let difference = Self.difference(value, expected[row * entry.outputs + output])
        worst = max(worst, difference)
        guard difference <= entry.tolerance else {
          Issue.record(
            "\(entry.file) (\(entry.name)), row \(row), output \(output): \(value) and \(expected[row * entry.outputs + output]) of \(inputs)"
          )
          return worst
        }
      }
      let count = model.contributionCount
      guard count > 0, (row + 1) * count <= contributions.count else { continue }
      for (index, value) in model.contributions(of: inputs).enumerated() {
        let difference = Self.difference(value, contributions[row * count + index])
        // Sums of products along a way: the library's are of floats (XGBoost) and in another order.
        #expect(difference <= max(1e-9, entry.tolerance * 10), "\(entry.name), row \(row), contribution \(index)")
      }
    }
    return worst
  }

  private static func difference(_ value: Double, _ expected: Double) -> Double {
    if value == expected || value.isNaN && expected.isNaN { return 0 }
    let difference = (value - expected).magnitude / (1 + expected.magnitude)
    return difference.isNaN ? .infinity : difference
  }
}

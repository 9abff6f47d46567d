#if PLUGIN_PREDICTIVE_MAINTENANCE
  import TrainedModels

  /// A file of a trained model: it is refused with a reason, or evaluates any row, the same each time. Trees are
  /// walked a second time, the
  /// plain way.
  enum ModelEntry {
    @Sendable static func runLightGBM(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
      try run(Array(bytes), .lightGBM)
    }

    /// Text or binary, by the first bytes.
    @Sendable static func runXGBoost(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
      let bytes = Array(bytes)
      return try run(bytes, ModelFormat.detect(bytes) == .xgboostUBJSON ? .xgboostUBJSON : .xgboostJSON)
    }

    @Sendable static func runONNX(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
      try run(Array(bytes), .onnx)
    }

    private static func run(_ bytes: [UInt8], _ format: ModelFormat) throws(FuzzFinding) -> Int {
      let model: any TrainedModel
      do {
        model = try TrainedModelFile.load(bytes: bytes, format: format)
      } catch {
        try require(!error.reason.isEmpty && error.description.utf8.count < 8192, "a refusal without a reason")
        return error.description.utf8.count
      }
      try require(model.outputNames.count == model.outputCount, "names of outputs")
      try require([0, model.inputCount].contains(model.inputNames.count), "names of inputs")
      try require([0, model.outputCount].contains(model.classLabels.count), "names of classes")
      var sum = 0
      for value in [0, 1, -1.5, .nan, .infinity, -.infinity, 1e300, .leastNonzeroMagnitude, 37] {
        sum &+= try evaluate(model, row: Array(repeating: value, count: model.inputCount))
      }
      return sum
    }

    private static func evaluate(_ model: any TrainedModel, row: [Double]) throws(FuzzFinding) -> Int {
      let outputs = model.evaluate(row)
      try require(bits(outputs) == bits(model.evaluate(row)), "another result the second time, of \(row.prefix(4))")
      if let plain = PlainEvaluation.outputs(of: model, row: row) {
        try require(
          bits(plain) == bits(outputs), "\(outputs.prefix(4)), the plain way \(plain.prefix(4)), of \(row.prefix(4))")
      }
      if (1...4096).contains(model.contributionCount) { _ = model.contributions(of: row) }
      return outputs.count
    }

    /// NaN is NaN, whatever its bits: which of two a sum keeps is the processor's choice.
    private static func bits(_ values: [Double]) -> [UInt64] {
      values.map { $0.isNaN ? UInt64.max : $0.bitPattern }
    }
  }
#endif

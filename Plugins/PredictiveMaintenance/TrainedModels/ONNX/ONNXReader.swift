enum ONNXReader {
  static func read(_ bytes: [UInt8]) throws(ModelFormatError) -> any TrainedModel {
    throw ModelFormatError(format: .onnx, place: "", reason: "x")
  }
}

/// Reads a model of any of the formats.
package enum TrainedModelFile {
  package static func load(bytes: [UInt8], format: ModelFormat? = nil) throws(ModelFormatError) -> any TrainedModel {
    guard bytes.count <= ModelLimits.maxFileBytes else {
      throw ModelFormatError(
        format: format, place: "",
        reason: "the file has \(bytes.count) bytes, at most \(ModelLimits.maxFileBytes) are read")
    }
    guard let format = format ?? ModelFormat.detect(bytes) else {
      throw ModelFormatError(
        format: nil, place: "byte 0",
        reason: "neither LightGBM text nor XGBoost JSON or UBJSON nor ONNX begins like this")
    }
    switch format {
    case .lightGBM: return try LightGBMReader.read(bytes)
    case .xgboostJSON: return try XGBoostReader.read(ModelJSONReader.read(bytes), format: format)
    case .xgboostUBJSON: return try XGBoostReader.read(UBJSONReader.read(bytes), format: format)
    case .onnx: return try ONNXReader.read(bytes)
    }
  }
}

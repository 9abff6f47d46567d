/// The file formats that are read. Raw values are those that a model bundle names.
package enum ModelFormat: String, CaseIterable, Sendable {
  case lightGBM = "lightgbm"
  case xgboostJSON = "xgboost-json"
  case xgboostUBJSON = "xgboost-ubj"
  case onnx

  /// By the first bytes, nil when they are of none. Text of LightGBM begins with `tree`, XGBoost's with a brace
  /// (UBJSON: the length of a
  /// key follows it), and ONNX, a protobuf message, with a field of `ModelProto`.
  package static func detect(_ bytes: [UInt8]) -> ModelFormat? {
    if bytes.starts(with: "tree\n".utf8) || bytes.starts(with: "tree\r\n".utf8) { return .lightGBM }
    if bytes.first == UInt8(ascii: "{") {
      let lengthTypes: [UInt8] = Array("iUIlL".utf8)
      return bytes.count > 1 && lengthTypes.contains(bytes[1]) ? .xgboostUBJSON : .xgboostJSON
    }
    if let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") { return .xgboostJSON }
    // ir_version, a varint; or a string, graph or set of operators, whose length follows.
    let beginnings: [UInt8] = [0x08, 0x12, 0x1A, 0x3A, 0x42]
    if let first = bytes.first, beginnings.contains(first) { return .onnx }
    return nil
  }
}

/// How a stream's bodies are written.
package enum BodyFormat: UInt8, Sendable {
  /// UTF-8 JSON text, valid, one value.
  case json = 0
  /// Bytes as they came; exported as base64.
  case bytes = 1

  package var name: String {
    switch self {
    case .json: "json"
    case .bytes: "bytes"
    }
  }
}

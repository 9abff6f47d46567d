internal import JSONText
internal import SignalFeatures

/// Asks for a model to be trained anew, with the records that it should have been trained on. The agent trains nothing by itself.
///
/// The members are those of the plugin's own requests, so that one reader serves both.
struct RetrainRequest {
  var model: String
  var version: String
  var specification: FeatureSpecification?
  var reason: String
  var stream: String
  /// Of the window in which the features were not those of the training data.
  var range: ClosedRange<UInt64>
  var fromNs: Int64
  var toNs: Int64

  /// - Parameter asset: of the record that has filled the window, which is of all assets.
  func body(asset: String, epoch: String) -> [UInt8] {
    var json = JSONWriter(reserving: 768)
    json.object { json in
      json.member("event", "retrain-request")
      json.member("asset", asset)
      json.member("component", model)
      json.member("reason", reason)
      json.member(
        "ranges",
        array: { json in
          json.object {
            writeRange(epoch, into: &$0)
            $0.member("from", UTCText.of(fromNs))
            $0.member("to", UTCText.of(toNs))
          }
        })
      json.member("inputs", object: { writeRange(epoch, into: &$0) })
      json.member(
        "model",
        object: {
          $0.member("name", model)
          $0.member("version", version)
          guard let specification else { return }
          $0.member("features", "\(specification.name)/\(specification.version)")
          $0.member("features_hash", specification.hashText)
        })
    }
    return json.bytes
  }

  private func writeRange(_ epoch: String, into json: inout JSONWriter) {
    json.member("stream", stream)
    json.member("first", range.lowerBound)
    json.member("last", range.upperBound)
    if !epoch.isEmpty { json.member("epoch", epoch) }
  }
}

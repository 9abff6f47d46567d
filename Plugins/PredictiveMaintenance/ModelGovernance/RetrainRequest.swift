internal import JSONText

/// Asks for a model to be trained anew, with the records that it should have been trained on. The agent trains nothing by itself.
struct RetrainRequest {
  var model: String
  var version: String
  var reason: String
  var stream: String
  /// Sequences of the window in which the features were not those of the training data.
  var range: ClosedRange<UInt64>

  func body() -> [UInt8] {
    var json = JSONWriter(reserving: 512)
    json.object { json in
      json.member("event", "retrain-request")
      json.member("model", model)
      json.member("version", version)
      json.member("reason", reason)
      json.member(
        "ranges",
        array: { json in
          json.object {
            $0.member("stream", stream)
            $0.member("first", range.lowerBound)
            $0.member("last", range.upperBound)
          }
        })
    }
    return json.bytes
  }
}

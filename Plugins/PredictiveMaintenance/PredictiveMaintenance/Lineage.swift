internal import ConditionMonitoring
internal import JSONText

/// Where a derived record comes from: what `crossdock explain` needs beside the journal.
struct Lineage {
  /// Of the journal; empty: the host does not say.
  var epoch: String
  var stream: String
  var firstSequence: UInt64
  var lastSequence: UInt64

  func writeInputs(into json: inout JSONWriter) {
    json.member("inputs", object: { writeRange(into: &$0) })
  }

  func writeRange(into json: inout JSONWriter) {
    json.member("stream", stream)
    json.member("first", firstSequence)
    json.member("last", lastSequence)
    if !epoch.isEmpty { json.member("epoch", epoch) }
  }
}

/// What made a derived record.
struct ModelIdentity: Equatable {
  var name: String
  var version: String
  var features: String
  var featuresHash: String

  /// The plugin's own detectors.
  static let plugin = ModelIdentity(
    name: MaintenanceModel.name, version: MaintenanceModel.version, features: WaveformFeatures.version,
    featuresHash: hex(WaveformFeatures.specificationHash))

  func write(into json: inout JSONWriter) {
    json.member(
      "model",
      object: {
        $0.member("name", name)
        $0.member("version", version)
        $0.member("features", features)
        $0.member("features_hash", featuresHash)
      })
  }

  static func hex(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

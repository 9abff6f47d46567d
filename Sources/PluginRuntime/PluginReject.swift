/// A record that a decoder could not decode.
package struct PluginReject: Sendable {
  /// Its index in the batch.
  package var record: Int
  package var reason: String

  static let maxReason = 500
}

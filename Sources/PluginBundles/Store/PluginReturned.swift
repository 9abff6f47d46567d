internal import JSONText
package import Records

/// That a plugin has gone back to the version before by itself: agent.conf may be as the one that failed needs it, and nobody was asked.
package struct PluginReturned: Sendable, Equatable {
  /// The version that failed, which is kept as the one before.
  package var from: SemanticVersion
  package var reason: String

  static let member = "returned"
  /// Of the reason, so that a state has room for it.
  static let maxReasonBytes = 4000

  package init(from: SemanticVersion, reason: String) {
    self.from = from
    self.reason = String(decoding: reason.utf8.prefix(Self.maxReasonBytes), as: UTF8.self)
  }

  /// Nil: there is none, or none that can be used.
  init?(_ value: JSONValue?) {
    guard let value, let from = value["from"]?.string.flatMap(SemanticVersion.init),
      let reason = value["reason"]?.string
    else { return nil }
    self.init(from: from, reason: reason)
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.member("from", from.text)
      $0.member("reason", reason)
    }
  }
}

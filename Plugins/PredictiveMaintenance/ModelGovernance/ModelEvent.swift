internal import JSONText

/// What is told about a model, as a record of the plugin's events stream. What the agent writes into its store is `promoted` and
/// `rolled-back`; everything else is for people.
struct ModelEvent {
  enum Kind: String {
    case promoted
    case rolledBack = "rolled-back"
    /// A version or a command that is not taken.
    case refused
    /// How the shadow compares with the active version.
    case comparison
    /// Beyond a limit, and no version to go back to.
    case limit
  }

  var kind: Kind
  var from: String?
  var to: String?
  /// Of the decision; nil: it is none.
  var number: Int?
  var cause: GovernanceDecision.Cause
  var reason: String
  var evidence: (inout JSONWriter) -> Void = { _ in }

  /// - Parameter place: of the record at which it happened.
  func body(model: String, instance: String, stream: String, sequence: UInt64, epoch: String) -> [UInt8] {
    var json = JSONWriter(reserving: 512)
    json.object { json in
      json.member("event", "model-event")
      json.member("kind", kind.rawValue)
      json.member("model", model)
      json.member("instance", instance)
      if let number { json.member("number", number) }
      json.member("from", from)
      json.member("to", to)
      json.member("by", cause.rawValue)
      json.member("reason", reason)
      json.member("evidence", object: { evidence(&$0) })
      json.member(
        "inputs",
        object: {
          $0.member("stream", stream)
          $0.member("first", sequence)
          $0.member("last", sequence)
          if !epoch.isEmpty { $0.member("epoch", epoch) }
        })
    }
    return json.bytes
  }
}

internal import JSONText

/// A change of the active version that somebody has made in the store by a command of the program: the instance has no part in it, takes it up
/// when it opens, and tells of it as of its own decisions.
struct StoreChange: Equatable {
  /// Of the state that it made; with it the changes are counted.
  var revision: Int
  var kind: ModelEvent.Kind
  var from: String?
  var to: String
  var time: String
  var reason: String

  /// Nil: it is no change, or of a kind that is not told.
  init?(_ entry: JSONValue) {
    guard let revision = entry["revision"]?.integer, revision > 0, let to = entry["version"]?.string,
      let kind = entry["kind"]?.string.flatMap(ModelEvent.Kind.init), [.promoted, .rolledBack].contains(kind)
    else { return nil }
    self.revision = revision
    self.kind = kind
    self.to = to
    from = entry["from"]?.string
    time = entry["time"]?.string ?? ""
    reason = entry["reason"]?.string ?? ""
  }

  var event: ModelEvent {
    ModelEvent(kind: kind, from: from, to: to, cause: .command, reason: reason) { [revision, time] json in
      json.member("revision", revision)
      json.member("time", time)
    }
  }
}

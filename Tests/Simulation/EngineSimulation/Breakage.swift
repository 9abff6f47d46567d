/// A fault that is built in on purpose, to see that the checks find it.
package enum Breakage: String, CaseIterable, Sendable {
  /// The client acknowledges a message when it reads it.
  case acknowledgesBeforeCommit = "acknowledges-before-commit"
  /// The disk says of each sync that it is done, and does nothing.
  case forgetsWhatWasSynced = "forgets-what-was-synced"
  /// The client says of a resumed session that it is a new one, so that redelivery is not recognised.
  case hidesTheSession = "hides-the-session"
}

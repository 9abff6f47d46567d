/// What went wrong, where, why, and what to do about it. Every failure that a user or an operator can meet is one of these;
/// a bug in the program is a `precondition` instead.
package struct CrossdockError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What a caller may have to tell apart; everything else is for people to read.
  package enum Fault: Sendable, Equatable {
    case other
    case busy
    /// A file is not what it should be.
    case damaged
    /// No space, or a cap is reached.
    case full
    case notWritable
  }

  /// What was being done: "open the journal".
  package var operation: String
  /// On what: a path, an address, a topic, "agent.conf:12:5".
  package var place: String
  /// Why it did not work, without payloads or secrets.
  package var reason: String
  /// What to do now; empty where there is nothing better than the reason.
  package var hint: String
  /// Whether the same call may work later without anyone doing anything.
  package var isRetryable: Bool
  package var exitCode: ExitCode
  package var fault: Fault = .other

  package init(
    _ operation: String, at place: String, reason: String, hint: String = "", isRetryable: Bool = false,
    exitCode: ExitCode = .failure
  ) {
    self.operation = operation
    self.place = place
    self.reason = reason
    self.hint = hint
    self.isRetryable = isRetryable
    self.exitCode = exitCode
  }

  package var description: String {
    let what = "cannot \(operation): \(place): \(reason)"
    return hint.isEmpty ? what : "\(what)\n  hint: \(hint)"
  }
}

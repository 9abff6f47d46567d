/// Why a message was not taken, for whoever sent it.
struct Refusal: Error, Equatable {
  /// The member at fault; empty: the message as a whole.
  var member: String
  var reason: String
  /// What to do now.
  var hint: String

  init(_ member: String, _ reason: String, hint: String) {
    self.member = member
    self.reason = reason
    self.hint = hint
  }

  init(_ error: MemberError) {
    self.init(error.member, error.reason, hint: "send the message again with this put right")
  }
}

/// Why a message was not taken, for whoever sent it.
struct Refusal: Error, Equatable {
  /// The member at fault; empty: the message as a whole.
  var member: String
  var reason: String

  init(_ member: String, _ reason: String) {
    self.member = member
    self.reason = reason
  }
}

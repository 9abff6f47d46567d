internal import JSONText

/// What happened to a plan, its shape checked; names are resolved against the plan.
struct PlanEvent {
  enum Kind: String, CaseIterable {
    case position, done, skipped, delay, closed, opened, slowed
  }

  var kind: Kind
  var plan: String
  /// Of the event, by its sender.
  var id: String?
  var stop: String?
  /// Where the vehicle is: a place, or the seconds to each.
  var at: String?
  var travel: [Int64]?
  var time: Int64?
  var from: String?
  var to: String?
  var factor: Double?

  init(_ kind: Kind, _ document: JSONValue) throws(Refusal) {
    let message = try MemberReader(document, at: "")
    self.kind = kind
    plan = try message.text("plan")
    id = try message.nameOrNumber("id")
    if kind == .done || kind == .skipped { stop = try message.text("stop") }
    if message.has("time") || kind == .position || kind == .delay || kind == .done {
      time = try message.seconds("time")
    }
    if message.has("at") { at = try message.text("at") }
    if message.has("travel") {
      var seconds: [Int64] = []
      for (index, value) in try message.array("travel").enumerated() {
        seconds.append(try MemberReader.seconds(value, "travel[\(index)]"))
      }
      travel = seconds
    }
    if kind == .position, (at == nil) == (travel == nil) {
      throw Refusal("at", "name either a place (at) or the seconds from here to each place (travel)")
    }
    guard kind == .closed || kind == .opened || kind == .slowed else { return }
    if message.has("from") { from = try message.text("from") }
    if message.has("to") { to = try message.text("to") }
    if kind == .closed, from == nil, to == nil { throw Refusal("from", "is missing, and so is to") }
    if kind == .slowed {
      guard let number = try message.required("factor").number, number > 0, number <= PlanLimits.maximumFactor else {
        throw Refusal("factor", "is not greater than 0 and at most \(Int(PlanLimits.maximumFactor))")
      }
      factor = number
    }
  }
}

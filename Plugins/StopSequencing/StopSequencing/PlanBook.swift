internal import JSONText
internal import TimedRoutes

/// The plans that are under way: a state machine from messages to answers.
///
/// Invariants:
/// - At most `maximumPlans` are known; done ones make room first, then the one named least recently.
/// - A message that was taken before, or that is older than what is known, changes nothing: a plan is known by its content, a stop is done
///   once, time does not go back; what is said of an arc goes by the event's id and by its time (`ArcNews.swift`).
/// - Answers are a function of the messages and the state alone, but for the time taken.
struct PlanBook {
  let maximumPlans: Int
  var plans: [String: OpenPlan] = [:]
  var uses: UInt64 = 0
  private(set) var evictedOpenPlans: UInt64 = 0
  /// Events that said nothing new.
  private(set) var repetitions: UInt64 = 0

  init(maximumPlans: Int) { self.maximumPlans = maximumPlans }

  /// - Parameter sentNs: when the message was sent, as far as it says.
  /// - Returns: the plan to answer with, nil when nothing has changed for the driver.
  /// - Throws: `Refusal`, and then nothing has changed.
  mutating func take(_ document: JSONValue, from source: String, sentNs: Int64? = nil) throws(Refusal) -> OpenPlan? {
    let message = try MemberReader(document, at: "")
    let type = try message.text("type")
    if type == "plan" { return try open(try PlanDefinition(document), source) }
    guard let kind = PlanEvent.Kind(rawValue: type) else {
      let known = ["plan"] + PlanEvent.Kind.allCases.map(\.rawValue)
      throw Refusal("type", "is none of \(known.joined(separator: ", "))")
    }
    return try progress(try PlanEvent(kind, document), source, sentNs)
  }

  private mutating func open(_ definition: PlanDefinition, _ source: String) throws(Refusal) -> OpenPlan {
    if var known = plans[definition.id] {
      guard known.definition.digest == definition.digest else {
        throw Refusal("plan", "\(definition.id) is known with another content")
      }
      known.source = source
      store(&known)
      return known
    }
    var plan = try OpenPlan(definition, source: source)
    _ = try plan.resequence()
    plan.publish(because: nil)
    makeRoom()
    store(&plan)
    return plan
  }

  private mutating func makeRoom() {
    while plans.count >= maximumPlans {
      let oldest = plans.values.min { a, b in
        a.isDone == b.isDone ? a.lastUse < b.lastUse : a.isDone
      }!
      if !oldest.isDone { evictedOpenPlans += 1 }
      plans[oldest.definition.id] = nil
    }
  }

  private mutating func store(_ plan: inout OpenPlan) {
    uses += 1
    plan.lastUse = uses
    plans[plan.definition.id] = plan
  }

  private mutating func progress(_ event: PlanEvent, _ source: String, _ sentNs: Int64?) throws(Refusal) -> OpenPlan? {
    guard var plan = plans[event.plan] else { throw Refusal("plan", "\(event.plan) is not known") }
    let identity = event.identity(source: source, sentNs: sentNs)
    let isKnown = identity.map(plan.taken.contains) ?? false
    let isNews = isKnown ? false : try apply(event, to: &plan)
    if let identity, !isKnown { plan.remember(identity) }
    guard isNews else {
      repetitions += 1
      // What was said of an arc is remembered, though it changes nothing.
      plans[event.plan] = plan
      return nil
    }
    plan.source = source
    let expected = plan.sequence
    let isOther = try plan.resequence()
    let isTold =
      isOther && plan.sequence != expected || (plan.plan.lateness > 0) != (plan.published.lateness > 0)
      || plan.plan.unreachable != plan.published.unreachable || plan.plan.isEndCutOff != plan.published.isEndCutOff
    if plan.isDone || isTold || event.kind == .skipped || event.kind == .closed {
      plan.publish(because: event.kind.rawValue)
    } else if plan.hasOtherTimes,
      event.kind != .position || plan.time >= plan.publishedTime + PlanLimits.toleratedSeconds
    {
      plan.publish(because: "eta")
    } else {
      store(&plan)
      return nil
    }
    store(&plan)
    return plan
  }

  /// - Returns: false when the plan is as it was.
  private func apply(_ event: PlanEvent, to plan: inout OpenPlan) throws(Refusal) -> Bool {
    let places = plan.definition.places
    func place(_ name: String, _ member: String) throws(Refusal) -> Int {
      guard let index = places.firstIndex(of: name) else { throw Refusal(member, "\(name) is no place of the plan") }
      return index
    }
    switch event.kind {
    case .done, .skipped:
      let stop = try place(event.stop ?? "", "stop")
      guard plan.definition.stops.contains(stop) else { throw Refusal("stop", "\(places[stop]) is not a stop") }
      guard plan.states[stop] == .open else { return false }
      plan.states[stop] = event.kind == .done ? .done : .skipped
      plan.sequence.removeAll { $0 == stop }
      if event.kind == .done {
        plan.load += plan.definition.demands[stop]
        plan.at = stop
        plan.travelFromHere = nil
      }
      if let time = event.time { plan.time = max(plan.time, time) }
      return true
    case .position, .delay:
      guard let time = event.time, time > plan.time else { return false }
      if let name = event.at {
        plan.at = try place(name, "at")
        plan.travelFromHere = nil
      }
      if let travel = event.travel {
        guard travel.count == places.count else { throw Refusal("travel", "is not \(places.count) numbers") }
        plan.travelFromHere = travel
      }
      plan.time = time
      return true
    case .closed, .opened, .slowed:
      let from = try event.from.map { name throws(Refusal) in try place(name, "from") }
      let to = try event.to.map { name throws(Refusal) in try place(name, "to") }
      return try plan.take(
        ArcWord(from: from, to: to, factor: event.kind == .opened ? 1 : event.factor, time: event.time ?? plan.time),
        isTimed: event.time != nil)
    }
  }
}

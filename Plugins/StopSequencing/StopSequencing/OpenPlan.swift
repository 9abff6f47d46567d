internal import TimedRoutes

/// A plan under way: what was ordered, what has happened, and the sequence that holds.
///
/// Invariants: `sequence` has each open stop that can be reached, once; `revision` counts the answers that were given out, and `published` is
/// the latest of them, which never changes; `time` never goes back.
struct OpenPlan {
  enum State: String { case open, done, skipped }

  let definition: PlanDefinition
  var source: String
  var revision = 0
  var reason: String?
  var states: [State]
  /// Where the vehicle is: at a place, or `travelFromHere` to each of them.
  var at: Int
  var travelFromHere: [Int64]?
  var time: Int64
  var load: Int64
  /// In the order in which they hold (`ArcNews.swift`).
  var words: [ArcWord] = []
  /// Identities of the latest events about arcs, the oldest first.
  var taken: [UInt64] = []
  var sequence: [Int]
  var plan: StopPlan
  /// What the latest revision says, and its time.
  var published: StopPlan
  var publishedTime: Int64
  var lastUse: UInt64 = 0

  var open: [Int] { definition.stops.filter { states[$0] == .open } }
  var isDone: Bool { open.isEmpty }

  init(_ definition: PlanDefinition, source: String) throws(Refusal) {
    self.definition = definition
    self.source = source
    states = Array(repeating: .open, count: definition.places.count)
    at = definition.start
    time = definition.departure
    load = definition.load
    sequence = definition.sequence ?? []
    plan = StopPlan(
      calls: [], end: nil, departure: time, travel: 0, makespan: time, lateness: 0)
    published = plan
    publishedTime = time
  }

  mutating func publish(because reason: String?) {
    revision += 1
    self.reason = reason
    published = plan
    publishedTime = time
  }

  /// Whether a driver who goes by the latest revision is wrong about a stop that is still to come, or about the end, by more than a minute.
  var hasOtherTimes: Bool {
    func differs(_ new: StopPlan.Call, _ old: StopPlan.Call) -> Bool {
      (new.arrival - old.arrival).magnitude > UInt64(PlanLimits.toleratedSeconds)
        || (new.begin - old.begin).magnitude > UInt64(PlanLimits.toleratedSeconds)
    }
    let known = Dictionary(published.calls.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
    if plan.calls.contains(where: { call in known[call.place].map { differs(call, $0) } ?? true }) { return true }
    guard let end = plan.end, let before = published.end else { return (plan.end == nil) != (published.end == nil) }
    return differs(end, before)
  }

  /// What is left, as a problem. The vehicle's place is one more, behind those of the matrix: it has arcs out of it and none into it.
  private func problem() -> StopProblem {
    let count = definition.places.count
    let factors = words.isEmpty ? [] : factors(words)
    let slots = definition.travel.slots.map { slot in
      let changed = apply(factors, to: slot.matrix)
      var values: [Int64] = []
      values.reserveCapacity((count + 1) * (count + 1))
      for from in 0..<count {
        values += changed.values[from * count..<(from + 1) * count]
        values.append(TravelTimes.closed)
      }
      for to in 0..<count {
        values.append(travelFromHere.map { $0[to] } ?? (to == at ? 0 : changed[at, to]))
      }
      values.append(0)
      return TravelTimes.Slot(from: slot.from, matrix: .init(count: count + 1, values: values))
    }
    var problem = StopProblem(
      travel: TravelTimes(slots: slots),
      windows: definition.windows + [.init(ready: time, due: SequencingLimits.maximumTime)],
      service: definition.service + [0], stops: open)
    problem.start = count
    problem.end = definition.end
    problem.objective = definition.objective
    problem.precedences = definition.precedences.filter { states[$0.first] == .open && states[$0.second] == .open }
    if definition.demands.contains(where: { $0 != 0 }) {
      problem.demands = definition.demands + [0]
      problem.capacity = definition.capacity
      // What was done was done, whatever the plan knew of the load.
      problem.load = min(max(0, load), definition.capacity)
    }
    return problem
  }

  /// What the plan's matrix says cannot be driven stays so.
  private func apply(_ factors: [Double], to matrix: TravelTimes.Matrix) -> TravelTimes.Matrix {
    guard !factors.isEmpty else { return matrix }
    var changed = matrix
    for from in 0..<matrix.count {
      for to in 0..<matrix.count where from != to && changed[from, to] != TravelTimes.closed {
        let factor = factors[from * matrix.count + to]
        if factor == .infinity {
          changed[from, to] = TravelTimes.closed
        } else if factor != 1 {
          changed[from, to] = Int64(min((Double(changed[from, to]) * factor).rounded(), PlanLimits.maximumSeconds))
        }
      }
    }
    return changed
  }

  /// - Returns: whether the sequence, its lateness or what cannot be reached is another one.
  mutating func resequence() throws(Refusal) -> Bool {
    let problem = problem()
    let nodes = problem.stops.count + 2
    let before = sequence.isEmpty ? nil : sequence
    let shared =
      before == nil && nodes > PlanLimits.quickNodes ? PlanLimits.coldSharedSteps : PlanLimits.sharedSteps
    let steps = min(PlanLimits.mostSteps, max(PlanLimits.leastSteps, shared / (nodes * nodes)))
    do throws(SequencingError) {
      let new = try plan(problem, from: before, SearchBudget(steps: steps))
      let isOther =
        new.order != sequence || new.lateness != plan.lateness || new.unreachable != plan.unreachable || revision == 0
      plan = new
      sequence = new.order
      return isOther
    } catch {
      switch error {
      case .badProblem(let member, let reason):
        // as the plan's message calls them
        throw Refusal(["demands": "stops", "precedences": "precedence"][member] ?? member, reason)
      case .noWay(let from, let to):
        throw Refusal(
          "matrix", "there is no way from \(name(from)) to \(name(to)), and no sequence was found without it")
      }
    }
  }

  private func name(_ place: Int) -> String {
    place < definition.places.count ? definition.places[place] : "where the truck is"
  }

  /// What has happened on the road is so, whether what is left fits the truck's loads or not. Of a plan that comes in loads are asked for;
  /// later, where they do not fit any more, first what was to be brought from a stop that is left out is left out too, and then loads are
  /// not looked at.
  private func plan(
    _ problem: StopProblem, from before: [Int]?, _ budget: SearchBudget
  ) throws(SequencingError) -> StopPlan {
    do throws(SequencingError) {
      return try StopSequencer.plan(problem, from: before, budget)
    } catch {
      guard case .badProblem = error, revision > 0, !problem.demands.isEmpty else { throw error }
      let orphans = orphans(problem)
      var rest = problem
      rest.stops.removeAll(where: orphans.contains)
      rest.precedences.removeAll { orphans.contains($0.first) || orphans.contains($0.second) }
      if !orphans.isEmpty, var plan = try? StopSequencer.plan(rest, from: before, budget) {
        plan.unreachable = problem.stops.filter { orphans.contains($0) || plan.unreachable.contains($0) }
        return plan
      }
      var free = problem
      (free.demands, free.capacity, free.load) = ([], .max, 0)
      var plan = try StopSequencer.plan(free, from: before, budget)
      (plan.ignoresLoads, plan.isOptimal) = (true, false)
      return plan
    }
  }

  /// Open stops at which something is to be unloaded that was to be taken on board at a stop that is skipped or cannot be reached.
  private func orphans(_ problem: StopProblem) -> Set<Int> {
    let missing = Set(StopSequencer.unreachable(problem))
    return Set(
      definition.precedences.filter { pair in
        states[pair.second] == .open && definition.demands[pair.second] < 0
          && (states[pair.first] == .skipped || (states[pair.first] == .open && missing.contains(pair.first)))
      }.map(\.second))
  }
}

/// Puts stops into order.
///
/// Without lateness and with one matrix: a beam or `FillSearch` finds a first sequence where the plan at hand is none, `SegmentSearch`
/// improves it, `LabelProgramme` tries to prove it. With lateness, `LatenessProgramme` where stops are few. Otherwise `WalkSearch`. An answer is never worse than the plan that was handed
/// in, repaired; and a function of the problem, the seed and the steps alone when the budget is in steps.
package struct StopSequencer {
  /// Labels of a layer while a proof is tried; more of them in problems of few places.
  private static let proofLabels = 4_000
  private static let fewNodes = 13
  /// The part of the budget after which no start is looked for any more, and the part that is left to a proof.
  private static let (startShare, proofShare) = (0.5, 0.1)

  /// Searches from different beginnings, among which the budget is divided.
  private static let searches = 3
  /// The part of the budget that goes to one matrix in place of several: one of so many.
  private static let flatShare = 2

  /// Closed arcs are driven round (`WaysRound`).
  private let problem: StopProblem
  private let graph: StopGraph
  private let hourly: HourlyArcs?
  private let byMakespan: Bool
  private let seed: UInt64
  private let budget: SearchBudget
  private let unreachable: [Int]

  /// - Parameters:
  ///   - plan: the order that was driven until now; may miss stops and name others.
  ///   - problem: its `stops` must have no duplicates; see `StopProblem.check`.
  package static func plan(
    _ problem: StopProblem, from plan: [Int]? = nil, seed: UInt64 = 1, _ budget: SearchBudget
  ) throws(SequencingError) -> StopPlan {
    try problem.check()
    var reachable = problem
    reachable.travel = WaysRound.shortest(problem.travel)
    // The stops can be made all the same: the last one is the end until there is a way again.
    let isEndCutOff = Reach.isEndCutOff(reachable)
    if isEndCutOff { reachable.end = nil }
    let unreachable = Reach.unreachable(reachable)
    if !unreachable.isEmpty {
      let cutOff = Set(unreachable)
      reachable.stops.removeAll(where: cutOff.contains)
      reachable.precedences.removeAll { cutOff.contains($0.first) || cutOff.contains($0.second) }
    }
    let sequencer = StopSequencer(reachable, unreachable, seed, budget)
    var answer = try sequencer.run(from: plan)
    answer.isEndCutOff = isEndCutOff
    return answer
  }

  /// Stops that no journey has beside the others: the plan leaves them out.
  package static func unreachable(_ problem: StopProblem) -> [Int] {
    var rounded = problem
    rounded.travel = WaysRound.shortest(problem.travel)
    if Reach.isEndCutOff(rounded) { rounded.end = nil }
    return Reach.unreachable(rounded)
  }

  private init(_ problem: StopProblem, _ unreachable: [Int], _ seed: UInt64, _ budget: SearchBudget) {
    self.problem = problem
    self.unreachable = unreachable
    self.seed = seed
    self.budget = budget
    graph = StopGraph(problem)
    hourly = problem.travel.isHourly ? HourlyArcs(problem, count: graph.count) : nil
    byMakespan = problem.objective == .makespan
  }

  // MARK: course

  private func run(from plan: [Int]?) throws(SequencingError) -> StopPlan {
    let given = plan.map(repaired)
    var best = given ?? keepingLoads([0] + firstOrder() + [graph.end])
    var bestScore = score(best)
    var isExact = problem.stops.count <= 1
    var nearMiss: [Int]?
    func offer(_ nodes: [Int]?) {
      guard let nodes else { return }
      let score = score(nodes)
      if score < bestScore { (best, bestScore) = (nodes, score) }
    }
    if hourly == nil, !isExact {
      if bestScore.late > 0 || given == nil {
        let (start, proven) = firstSequence()
        offer(start)
        // windows first, then loads
        if let start, bestScore.late > 0 || bestScore.excess > 0 {
          nearMiss = improved(start, 0)
          offer(nearMiss)
        } else if graph.hasLoad, given == nil, bestScore.late > 0 {
          nearMiss = [0] + firstOrder() + [graph.end]
        }
        isExact = proven && bestScore.late == 0 && bestScore.excess == 0
      }
      if bestScore.late > 0 || bestScore.excess > 0 { isExact = provesLateness(&best) }
      bestScore = score(best)
      if bestScore.late == 0, bestScore.excess == 0, !isExact {
        isExact = provesAtOnce(&best)
        if !isExact {
          for number in 0..<Self.searches { offer(improved(best, number)) }
          isExact = proves(&best)
        }
        bestScore = score(best)
      }
    }
    if !isExact, hourly != nil || bestScore.late > 0 || bestScore.excess > 0, graph.count > 3 {
      if let hourly, let plan = onOneMatrix(hourly, given) {
        offer(plan)
        if bestScore.late > 0 || bestScore.excess > 0 { nearMiss = plan }
      }

      let walk = RouteWalk(graph, hourly: hourly, byMakespan: byMakespan, nodes: nearMiss ?? best)
      offer(WalkSearch(walk, seed: seed).run(SearchBudget(steps: walkSteps, spent: budget.spent)))
    }
    guard score(best).excess == 0 else { throw .badProblem("capacity", "no sequence was found that keeps to it") }
    var answer = try PlanWalk.walk(problem, places(best))
    answer.unreachable = unreachable
    answer.isOptimal = isExact
    answer.lowerBound = isExact ? answer.value(problem.objective) : 0
    answer.isAsBefore = given == best
    return answer
  }

  /// By the hour: what is best when each arc takes as long as it does at the time its ends are expected.
  private func onOneMatrix(_ hourly: HourlyArcs, _ given: [Int]?) -> [Int]? {
    let spent = budget.spent
    var flat = problem
    flat.travel = WaysRound.shortest(TravelTimes(hourly.matrix(problem)))
    let share = SearchBudget(
      steps: countsSteps ? max(1, budget.steps / Self.flatShare) : .max, spent: { spent() * Double(Self.flatShare) })
    return (try? StopSequencer(flat, [], seed, share).run(from: given.map(places))).map {
      [0] + nodes($0.order) + [graph.end]
    }
  }

  private var walkSteps: Int {
    let moves = WalkSearch.movesAStep(graph)
    return budget.steps < .max / moves ? budget.steps * moves : .max
  }

  /// One of several independent searches: the first one from the sequence at hand, the others from new ones.
  private func improved(_ best: [Int], _ number: Int) -> [Int] {
    let spent = budget.spent
    let from = spent()
    let share = max(0.001, (1 - Self.proofShare - from) / Double(Self.searches - number))
    let part = SearchBudget(
      steps: budget.steps == .max ? .max : budget.steps / Self.searches, spent: { (spent() - from) / share })
    let seed = seed &+ UInt64(number)
    var start = best
    if number > 0 {
      let fill = FillSearch(graph, seed: seed)
      start = fill.run(SearchBudget(steps: min(part.steps / 4, 1_000), spent: { part.spent() * 4 })) ?? best
    }
    return SegmentSearch(graph, from: start, byMakespan: byMakespan, seed: seed).run(part)
  }

  private func score(_ nodes: [Int]) -> RouteWalk.Score {
    RouteWalk(graph, hourly: hourly, byMakespan: byMakespan, nodes: nodes).score
  }

  private func places(_ nodes: [Int]) -> [Int] { nodes.dropFirst().dropLast().map { problem.stops[$0 - 1] } }

  // MARK: beginnings

  /// Stops by the end of their windows, as far as precedence allows.
  private func firstOrder() -> [Int] {
    let sorted = problem.stops.sorted { (problem.windows[$0].due, $0) < (problem.windows[$1].due, $1) }
    return nodes(problem.stopsInOrder(sorted) ?? sorted)
  }

  private func nodes(_ places: [Int]) -> [Int] {
    var number: [Int: Int] = [:]
    for (index, place) in problem.stops.enumerated() { number[place] = index + 1 }
    return places.map { number[$0]! }
  }

  /// The plan without what is done, in an order that precedence allows, with what it misses where that does least harm.
  private func repaired(_ plan: [Int]) -> [Int] {
    let wanted = Set(problem.stops)
    var seen = Set<Int>()
    var order = plan.filter { wanted.contains($0) && seen.insert($0).inserted }
    for stop in problem.stops where !seen.contains(stop) {
      order.insert(stop, at: leastHarm(stop, in: order))
    }
    order = problem.stopsInOrder(order) ?? order
    return keepingLoads([0] + nodes(order) + [graph.end])
  }

  private func leastHarm(_ stop: Int, in order: [Int]) -> Int {
    var best = (index: order.count, late: Int64.max, value: Int64.max)
    for index in 0...order.count {
      var trial = order
      trial.insert(stop, at: index)
      guard let plan = try? PlanWalk.walk(problem, trial) else { continue }
      let value = plan.value(problem.objective)
      if (plan.lateness, value) < (best.late, best.value) { best = (index, plan.lateness, value) }
    }
    return best.index
  }

  /// Where loads do not fit, the first stop that fits comes next; where none does, the first one that precedence allows.
  private func keepingLoads(_ order: [Int]) -> [Int] {
    guard graph.hasLoad else { return order }
    var load = graph.load
    var rest = order.dropFirst().dropLast().map { $0 }
    var result = [0]
    var isThere = Set<Int>()
    while !rest.isEmpty {
      func isAllowed(_ node: Int) -> Bool { !graph.hasPrecedence || graph.earlier[node].allSatisfy(isThere.contains) }
      let next = rest.firstIndex { graph.excess(load + graph.demand[$0]) == 0 && isAllowed($0) }
      let node = rest.remove(at: next ?? rest.firstIndex(where: isAllowed) ?? 0)
      load += graph.demand[node]
      isThere.insert(node)
      result.append(node)
    }
    return result + [graph.end]
  }

  /// Narrow beams first, by cost and by time, then stops one by one.
  private func firstSequence() -> (nodes: [Int]?, isProven: Bool) {
    let spent = budget.spent
    if graph.count <= SequencingLimits.maximumLabelPlaces {
      let programme = LabelProgramme(graph, byMakespan: byMakespan)
      for (width, timeWeight) in [(1, 0), (4, 1), (16, 1)] {
        let outcome = programme.run(width: width, below: .max, timeWeight: timeWeight) { spent() > Self.startShare / 2 }
        if outcome.isExact, graph.obeysTriangle() { return (outcome.nodes, outcome.nodes != nil) }
        if outcome.nodes != nil { return (outcome.nodes, false) }
      }
      if graph.hasLoad, !isSmall {
        let withoutLoads = LabelProgramme(graph, byMakespan: byMakespan, ignoresLoads: true)
        for (width, timeWeight) in [(1, 0), (4, 1), (16, 1)] {
          let outcome = withoutLoads.run(width: width, below: .max, timeWeight: timeWeight) {
            spent() > Self.startShare
          }
          if outcome.nodes != nil { return (outcome.nodes, false) }
        }
      }
    }
    // The exact method is quicker than a search that may look for what does not exist.
    guard !isSmall else { return (nil, false) }
    let share = Self.startShare
    let search = FillSearch(graph, seed: seed)
    return (search.run(SearchBudget(steps: min(budget.steps, 100_000), spent: { spent() / share })), false)
  }

  // MARK: proofs

  /// Small problems, and those whose windows leave little choice.
  private func provesAtOnce(_ best: inout [Int]) -> Bool {
    guard graph.count <= SequencingLimits.maximumLabelPlaces else { return false }
    if graph.count <= Self.fewNodes, prove(&best, width: Self.proofLabels) { return true }
    // Without the triangle inequality, that is.
    if isSmall { return provesLateness(&best) }
    return prove(&best, width: countsSteps ? 20 : 100)
  }

  /// With what the search has left of its time; a search in steps has none.
  private func proves(_ best: inout [Int]) -> Bool {
    guard !countsSteps, graph.count <= SequencingLimits.maximumLabelPlaces, budget.spent() < 1 else { return false }
    return prove(&best, width: Self.proofLabels)
  }

  private var isSmall: Bool { (1...LatenessProgramme.maximumStops).contains(graph.count - 2) }

  /// By lateness first; takes the best sequence where it finds it.
  private func provesLateness(_ best: inout [Int]) -> Bool {
    guard isSmall else { return false }
    let spent = budget.spent
    var programme = LatenessProgramme(graph, byMakespan: byMakespan, bound: score(best))
    let outcome = programme.run { spent() >= 1 }
    if let nodes = outcome.nodes { best = nodes }
    return outcome.isExact && score(best).excess == 0
  }

  private var countsSteps: Bool { budget.steps < .max }

  private func prove(_ best: inout [Int], width: Int) -> Bool {
    let programme = LabelProgramme(graph, byMakespan: byMakespan)
    let cost = score(best).value
    let spent = budget.spent
    let outcome = programme.run(width: width, below: byMakespan ? .max : cost, timeWeight: 0, isOver: { spent() >= 1 })
    if let nodes = outcome.nodes, score(nodes) < score(best) { best = nodes }
    return outcome.isExact && graph.obeysTriangle()
  }
}

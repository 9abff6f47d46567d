import Testing

@testable import TimedRoutes

@Suite struct StopSequencerTests {
  private func solve(_ problem: StopProblem, from plan: [Int]? = nil, steps: Int = 2_000) throws -> StopPlan {
    try StopSequencer.plan(problem, from: plan, SearchBudget(steps: steps))
  }

  /// Whatever the answer says is what an independent walk finds.
  private func expectTrue(_ plan: StopPlan, _ problem: StopProblem, _ note: String) throws {
    #expect(plan.order.sorted() == problem.stops.sorted(), "\(note)")
    let found = try #require(walked(problem, plan.order), "precedence or load broken: \(note)")
    #expect(found.late == plan.lateness && found.value == plan.value(problem.objective), "\(note)")
    #expect(plan.calls.reduce(0) { $0 + $1.late } + (plan.end?.late ?? 0) == plan.lateness, "\(note)")
  }

  @Test func smallProblemsAreSolvedAsWellAsByTryingAll() throws {
    for number in 0..<120 {
      var random = RandomProblem(number)
      var problem = random.problem(
        stops: 2 + random.below(6), width: [5, 30, 200][random.below(3)], isMetric: number % 3 != 0)
      problem.objective = number % 2 == 0 ? .travel : .makespan
      if number % 5 == 1 { problem.end = nil }
      let best = try #require(bruteForce(problem))
      let plan = try solve(problem)
      let note = "number \(number), SEED=\(RandomProblem.seed)"
      try expectTrue(plan, problem, note)
      #expect((plan.lateness, plan.value(problem.objective)) == best, "\(note)")
    }
  }

  @Test func optimalIsSaidOnlyWhereItIs() throws {
    var proofs = 0
    for number in 200..<300 {
      var random = RandomProblem(number)
      var problem = random.problem(stops: 6, width: 40, isMetric: number % 2 == 0)
      problem.objective = number % 4 < 2 ? .travel : .makespan
      // So few steps that the search itself often misses it.
      let plan = try solve(problem, steps: 1)
      guard plan.isOptimal else { continue }
      proofs += 1
      #expect((plan.lateness, plan.value(problem.objective)) == bruteForce(problem)!, "number \(number)")
    }
    #expect(proofs > 20)
  }

  @Test func latenessIsLeastWhereItCannotBeAvoided() throws {
    var late = 0
    for number in 300..<340 {
      var random = RandomProblem(number)
      var problem = random.problem(stops: 6, width: 10)
      for stop in 1...6 where stop % 2 == 0 { problem.windows[stop] = .init(ready: 0, due: 20) }
      let best = try #require(bruteForce(problem))
      let plan = try solve(problem)
      try expectTrue(plan, problem, "number \(number)")
      #expect(plan.lateness == best.late, "number \(number), SEED=\(RandomProblem.seed)")
      if best.late > 0 { late += 1 }
    }
    #expect(late > 20)
  }

  /// A budget by the clock, which goes on with each look at it.
  private func clock(looks: Int) -> SearchBudget {
    var seen = 0
    return SearchBudget(spent: {
      seen += 1
      return Double(seen) / Double(looks)
    })
  }

  @Test func latenessIsLeastByTheClockToo() throws {
    var late = 0
    for number in 340..<400 {
      var random = RandomProblem(number)
      var problem = random.problem(stops: 3 + random.below(4), width: 10, isMetric: number % 3 == 0)
      for stop in problem.stops where stop % 2 == 0 { problem.windows[stop] = .init(ready: 0, due: 20) }
      problem.objective = number % 2 == 0 ? .travel : .makespan
      let best = try #require(bruteForce(problem))
      let plan = try StopSequencer.plan(problem, clock(looks: 1_000))
      try expectTrue(plan, problem, "number \(number)")
      #expect((plan.lateness, plan.value(problem.objective)) == best, "number \(number), SEED=\(RandomProblem.seed)")
      #expect(plan.isOptimal)
      if best.late > 0 { late += 1 }
    }
    #expect(late > 20)
  }

  /// Beyond what the exact method takes the search begins its schedule when it begins, however much of the time is gone.
  @Test func aSearchThatBeginsLateIsNotFrozen() throws {
    for number in 0..<4 {
      var random = RandomProblem(number)
      var problem = random.problem(stops: 14, width: 10)
      for stop in 1...14 where stop % 2 == 0 { problem.windows[stop] = .init(ready: 0, due: 100) }
      let graph = StopGraph(problem)
      let nodes = Array(0..<graph.count)
      func late(_ budget: SearchBudget) -> Int {
        let order = WalkSearch(RouteWalk(graph, hourly: nil, byMakespan: false, nodes: nodes), seed: 1).run(budget)
        return RouteWalk(graph, hourly: nil, byMakespan: false, nodes: order).score.late
      }
      var seen = 0.0
      let half = SearchBudget(spent: {
        seen += 1
        return 0.5 + seen / 800
      })
      #expect(late(half) <= late(SearchBudget(steps: 100_000)), "number \(number), SEED=\(RandomProblem.seed)")
    }
  }

  @Test func precedenceAndLoadsAreKept() throws {
    for number in 400..<460 {
      var random = RandomProblem(number)
      var problem = random.problem(stops: 6, width: 300)
      problem.precedences = [.init(first: 1, second: 2), .init(first: 3, second: 4), .init(first: 5, second: 6)]
      problem.demands = [0, 2, -2, 1, -1, 2, -2]
      problem.capacity = 3
      guard let best = bruteForce(problem) else { continue }
      let plan = try solve(problem)
      try expectTrue(plan, problem, "number \(number)")
      #expect((plan.lateness, plan.travel) == best, "number \(number), SEED=\(RandomProblem.seed)")
    }
  }

  @Test func aWarmStartIsNeverWorseThanThePlan() throws {
    for number in 500..<530 {
      var random = RandomProblem(number)
      let problem = random.problem(stops: 20 + random.below(40), width: 60)
      let first = try solve(problem, steps: 300)
      var changed = problem
      changed.windows[0].ready = Int64(random.below(80))
      let before = try #require(walked(changed, first.order))
      let plan = try solve(changed, from: first.order, steps: 50)
      try expectTrue(plan, changed, "number \(number)")
      #expect((plan.lateness, plan.travel) <= before, "number \(number), SEED=\(RandomProblem.seed)")
    }
  }

  @Test func theSameStepsGiveTheSameAnswer() throws {
    var random = RandomProblem(600)
    let problem = random.problem(stops: 40, width: 100)
    #expect(try solve(problem, steps: 400) == solve(problem, steps: 400))
  }

  @Test func aClosedArcIsDrivenRoundOrAvoided() throws {
    var random = RandomProblem(700)
    var problem = random.problem(stops: 8, width: 1_000)
    let first = try solve(problem)
    let (a, b) = (first.order[2], first.order[3])
    problem.travel.slots[0].matrix[a, b] = TravelTimes.closed
    let plan = try solve(problem, from: first.order)
    #expect(plan.order.sorted() == first.order.sorted())
    #expect(plan.travel >= first.travel)
  }

  @Test func aPlaceThatIsCutOffIsNamedAndTheRestIsSequenced() throws {
    var random = RandomProblem(701)
    var problem = random.problem(stops: 8, width: 1_000)
    for place in 0...8 where place != 5 { problem.travel.slots[0].matrix[place, 5] = TravelTimes.closed }
    let plan = try solve(problem)
    #expect(plan.unreachable == [5])
    #expect(plan.order.sorted() == [1, 2, 3, 4, 6, 7, 8])
  }

  @Test func whoLeavesLaterNeverArrivesEarlierWithHourlyMatrices() throws {
    for number in 800..<820 {
      var random = RandomProblem(number)
      var problem = random.problem(stops: 5, width: 400)
      var rush = problem.travel.slots[0].matrix
      rush.values = rush.values.map { $0 * Int64(1 + random.below(3)) }
      problem.travel = TravelTimes(slots: [
        .init(from: 0, matrix: problem.travel.slots[0].matrix), .init(from: 60, matrix: rush),
        .init(from: 160, matrix: problem.travel.slots[0].matrix),
      ])
      let hourly = HourlyArcs(problem, count: 7)
      var last = 0
      for begin in 0..<300 {
        let arrival = hourly.arrival(1, 2, begin).time
        #expect(arrival >= last)
        last = arrival
      }
      // Against all orders, by the walk that answers come from.
      var best = Int64.max
      var order = problem.stops
      func permute(_ index: Int) throws {
        if index == order.count {
          let plan = try PlanWalk.walk(problem, order)
          best = min(best, plan.lateness * 1_000_000 + plan.travel)
          return
        }
        for other in index..<order.count {
          order.swapAt(index, other)
          try permute(index + 1)
          order.swapAt(index, other)
        }
      }
      try permute(0)
      let plan = try solve(problem)
      #expect(plan.lateness * 1_000_000 + plan.travel == best, "number \(number), SEED=\(RandomProblem.seed)")
    }
  }
}

import Testing

@testable import TimedRoutes

/// Plans with a sequence that is known to be on time, but not given.
@Suite struct HiddenSequenceTests {
  /// A plan without loads, what was found for it, and loads that this keeps.
  private func loaded(_ number: Int) throws -> (problem: StopProblem, free: StopPlan) {
    var random = RandomProblem(number)
    var problem = random.problem(stops: 40, width: 150)
    let free = try StopSequencer.plan(problem, SearchBudget(steps: 200))
    try #require(free.isFeasible)
    load(&problem, along: free.order, &random)
    return (problem, free)
  }

  /// Loads that one sequence keeps, and precedence that it obeys.
  private func load(_ problem: inout StopProblem, along order: [Int], _ random: inout RandomProblem) {
    problem.demands = Array(repeating: 0, count: problem.windows.count)
    problem.capacity = 12
    problem.load = 4
    var load = 4
    for stop in order {
      let (least, most) = (-min(4, load), min(4, 12 - load))
      let demand = least + random.below(most - least + 1)
      problem.demands[stop] = Int64(demand)
      load += demand
    }
    for _ in 0..<order.count / 6 {
      let (a, b) = (random.below(order.count), random.below(order.count))
      if a != b { problem.precedences.append(.init(first: order[min(a, b)], second: order[max(a, b)])) }
    }
  }

  @Test func plansWithLoadsAreOnTimeWhereThatIsPossible() throws {
    for number in 0..<6 {
      let (problem, free) = try loaded(9_000 + number)
      let plan = try StopSequencer.plan(problem, SearchBudget(steps: 600))
      let note = "number \(number), SEED=\(RandomProblem.seed)"
      let found = try #require(walked(problem, plan.order), "precedence or load broken: \(note)")
      #expect(found.late == 0 && plan.lateness == 0, "\(note)")
      #expect(plan.travel * 100 <= free.travel * 103, "\(plan.travel), \(free.travel): \(note)")
    }
  }

  @Test func plansByTheHourAreOnTimeWhereThatIsPossible() throws {
    for number in 0..<4 {
      var (problem, _) = try loaded(9_100 + number)
      let matrix = problem.travel.slots[0].matrix
      // quicker by the hour than the matrix that has the sequence
      problem.travel = TravelTimes(
        slots: [10, 7, 9, 6].enumerated().map { hour, tenths in
          .init(
            from: Int64(hour * 500),
            matrix: .init(count: matrix.count, values: matrix.values.map { $0 * Int64(tenths) / 10 }))
        })
      let plan = try StopSequencer.plan(problem, SearchBudget(steps: 600))
      let note = "number \(number), SEED=\(RandomProblem.seed)"
      #expect(plan.isFeasible, "\(plan.lateness): \(note)")
      var still = problem
      still.travel = TravelTimes(matrix)
      #expect(walked(still, plan.order) != nil, "precedence or load broken: \(note)")
    }
  }
}

import Seeded
import Testing

@testable import TimedRoutes

/// Where roads are closed one way, not every stop that can be reached is on one journey with the others.
@Suite struct ReachTests {
  @Test func asManyStopsAsAnyJourneyHasAreOnThePlan() throws {
    let seed = SeededNumbers.seed()
    var numbers = SeededNumbers(seed)
    for round in 0..<300 {
      let count = Int.random(in: 3...7, using: &numbers)
      let closed = Int.random(in: 3...9, using: &numbers)
      var values = (0..<count * count).map { _ in
        Int.random(in: 0..<10, using: &numbers) < closed
          ? TravelTimes.closed : Int64.random(in: 1...50, using: &numbers)
      }
      for place in 0..<count { values[place * count + place] = 0 }
      var problem = StopProblem(
        travel: TravelTimes(.init(count: count, values: values)),
        windows: Array(repeating: .init(ready: 0, due: 10_000), count: count))
      problem.end = Bool.random(using: &numbers) ? 0 : nil
      let plan = try StopSequencer.plan(problem, SearchBudget(steps: 100))
      #expect(plan.order.count + plan.unreachable.count == count - 1)
      if plan.isEndCutOff { problem.end = nil }
      #expect(plan.order.count == Self.most(problem), "round \(round), SEED=\(seed)")
    }
  }

  /// By all sets of stops: in which of them a journey can stand, and where.
  private static func most(_ problem: StopProblem) -> Int {
    let matrix = WaysRound.shortest(problem.travel).slots[0].matrix
    let count = matrix.count
    var stands = Array(repeating: Array(repeating: false, count: count), count: 1 << count)
    stands[1][0] = true
    var most = 0
    for set in 1..<1 << count {
      for at in 0..<count where stands[set][at] {
        if problem.end.map({ matrix[at, $0] != TravelTimes.closed }) ?? true {
          most = max(most, set.nonzeroBitCount - 1)
        }
        for next in 1..<count where set & 1 << next == 0 && matrix[at, next] != TravelTimes.closed {
          stands[set | 1 << next][next] = true
        }
      }
    }
    return most
  }
}

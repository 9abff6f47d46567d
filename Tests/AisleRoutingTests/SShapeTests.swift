import Seeded
import Testing

@testable import AisleRouting

@Suite struct SShapeTests {
  private let layout = AisleLayout(aisleX: [0, 10, 20], crossY: [0, 30])

  private func problem(_ picks: [(Int, Int64)], depot: AislePosition = AislePosition(aisle: 0, y: 0)) -> RouteProblem {
    RouteProblem(
      layout: layout, start: depot, end: depot, picks: picks.map { AislePosition(aisle: $0.0, y: $0.1) })
  }

  @Test func evenNumberOfAislesIsWalkedThrough() {
    let walk: Int64 = 30 + 20 + 30 + 20
    #expect(sShapeLength(problem([(0, 5), (2, 7)])) == walk)
  }

  @Test func oddNumberOfAislesTurnsInTheLast() {
    // From the left: through 0 and 1, into 2 up to 7. From the right: through 2 and 1, into 0 up to 5.
    let fromLeft: Int64 = 30 + 10 + 30 + 10 + 14 + 20
    let fromRight: Int64 = 20 + 30 + 10 + 30 + 10 + 10
    #expect(sShapeLength(problem([(0, 5), (1, 20), (2, 7)])) == min(fromLeft, fromRight))
  }

  @Test func saysNothingWhereTheRuleSaysNothing() {
    var open = problem([(0, 5)])
    open.end = AislePosition(aisle: 1, y: 0)
    #expect(sShapeLength(open) == nil)
    var blocked = problem([(0, 5)])
    blocked.blocks = [AislePosition(aisle: 1, y: 3)]
    #expect(sShapeLength(blocked) == nil)
    #expect(sShapeLength(problem([(0, 5)], depot: AislePosition(aisle: 0, y: 4))) == nil)
    #expect(sShapeLength(problem([(9, 5)])) == nil)
  }

  @Test func isNeverShorterThanTheShortestWalk() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.blockChance = 0
    problems.maximumPicks = 20
    let router = AisleRouter()
    for round in 0..<200 {
      var problem = problems.problem()
      problem.start.y =
        Bool.random(using: &problems.random) ? problem.layout.crossY.first! : problem.layout.crossY.last!
      problem.end = problem.start
      let length = try #require(sShapeLength(problem))
      #expect(try router.route(problem).length <= length, "seed \(seed) round \(round): \(problem)")
    }
  }
}

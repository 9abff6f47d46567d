import Seeded
import Testing

@testable import AisleRouting

@Suite struct DistanceMetricTests {
  @Test func distancesAreThoseOfAWalkInWholeSteps() {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    for round in 0..<200 {
      let problem = problems.problem()
      let metric = DistanceMetric(layout: problem.layout, blocks: problem.blocks)
      var reference = Reference(problem)
      let places = [problem.start, problem.end] + problem.picks
      for a in places {
        let expected = places.map { reference.distance(a, $0) }
        #expect(metric.distances(from: a, to: places) == expected, "seed \(seed) round \(round): \(a) \(problem)")
        #expect(places.map { metric.distance(from: a, to: $0) } == expected)
      }
    }
  }

  @Test func aBlockedAisleIsWalkedRound() {
    let layout = AisleLayout(aisleX: [0, 3], crossY: [0, 10])
    let metric = DistanceMetric(layout: layout, blocks: [AislePosition(aisle: 0, y: 5)])
    let below = AislePosition(aisle: 0, y: 4)
    let around: Int64 = 4 + 3 + 10 + 3 + 4
    #expect(metric.distance(from: below, to: AislePosition(aisle: 0, y: 6)) == around)
    #expect(metric.distance(from: below, to: AislePosition(aisle: 0, y: 5)) == nil)
    #expect(metric.length(through: [below, AislePosition(aisle: 0, y: 1), below]) == 6)
  }
}

import Seeded
import Testing

@testable import AisleRouting

@Suite struct SearchTests {
  @Test func heldAndKarpAgreesWithTheSweep() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.blockChance = 0.2
    for round in 0..<100 {
      let problem = problems.problem()
      guard let route = try? AisleRouter().route(problem) else { continue }
      let searched = problem.searchedRoute()
      #expect(searched.length == route.length && searched.isOptimal, "seed \(seed) round \(round): \(problem)")
      #expect(problem.isWalk(searched))
    }
  }

  @Test func searchIsNearTheOptimumAndItsBoundBelowIt() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.maximumPicks = 45
    problems.blockChance = 0.2
    var worst = 0.0
    for round in 0..<12 {
      var problem = problems.problem()
      while problem.picks.count < 25 || (try? AisleRouter().route(problem)) == nil { problem = problems.problem() }
      let optimum = try AisleRouter().route(problem).length
      let searched = problem.searchedRoute()
      #expect(problem.isWalk(searched), "seed \(seed) round \(round): \(problem)")
      #expect(
        searched.lowerBound <= optimum && optimum <= searched.length, "seed \(seed) round \(round): \(problem)")
      worst = max(worst, Double(searched.length - optimum) / Double(max(1, optimum)))
    }
    #expect(worst < 0.03, "seed \(seed)")
  }

  /// Seven cross-aisles are too many for the tables of open walks, not for those of round trips.
  @Test func openWalksOfManyBlocksHaveTheRoundTripAsBound() throws {
    let layout = AisleLayout(aisleX: (0..<10).map { $0 * 10 }, crossY: (0..<7).map { $0 * 20 })
    let picks = (0..<60).map { AislePosition(aisle: $0 % 10, y: Int64(1 + ($0 * 37) % 119)) }
    let problem = RouteProblem(
      layout: layout, start: AislePosition(aisle: 0, y: 0), end: AislePosition(aisle: 9, y: 120), picks: picks)
    let route = try AisleRouter().route(problem)
    var trip = problem
    trip.end = trip.start
    trip.picks.append(problem.end)
    #expect(route.lowerBound >= (try AisleRouter().route(trip)).length - 210)
    #expect(route.lowerBound <= route.length && problem.isWalk(route))
    #expect(Double(route.length) < 1.15 * Double(route.lowerBound))
  }

  /// Nine cross-aisles, none of which can be left out: beyond the tables.
  @Test func hallsBeyondTheTablesAreRoutedWithABound() throws {
    let layout = AisleLayout(aisleX: (0..<6).map { $0 * 10 }, crossY: (0..<9).map { $0 * 20 })
    let depot = AislePosition(aisle: 0, y: 0)
    var random = SeededNumbers(7)
    for count in [8, 60, 700] {
      let picks = (0..<count).map {
        AislePosition(
          aisle: Int.random(in: 0..<6, using: &random), y: Int64($0 % 8) * 20 + Int64.random(in: 1...19, using: &random)
        )
      }
      let problem = RouteProblem(layout: layout, start: depot, end: depot, picks: picks)
      let route = try AisleRouter().route(problem)
      #expect(problem.isWalk(route))
      #expect(route.lowerBound > 0 && route.lowerBound <= route.length)
      #expect(try AisleRouter().route(problem) == route)
      if count == 8 {
        var reference = Reference(problem)
        let optimum = try reference.answer().get()
        #expect(route.isOptimal && route.length == optimum)
      }
    }
  }

  @Test func morePlacesThanAMatrixHoldsAreStillRouted() throws {
    let layout = AisleLayout(aisleX: (0..<100).map { $0 * 10 }, crossY: (0..<9).map { $0 * 20 })
    let depot = AislePosition(aisle: 0, y: 0)
    let picks = (0..<1000).map { AislePosition(aisle: $0 / 10, y: Int64($0 % 10) * 16 + 1) }
    let problem = RouteProblem(layout: layout, start: depot, end: picks[500], picks: picks)
    let route = try AisleRouter().route(problem)
    #expect(problem.isWalk(route) && route.lowerBound > 0)
  }
}

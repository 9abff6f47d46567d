import Seeded
import Testing

@testable import AisleRouting

@Suite struct AisleRouterTests {
  private func result(_ router: AisleRouter, _ problem: RouteProblem) -> Result<Route, RoutingError> {
    Result { () throws(RoutingError) in try router.route(problem) }
  }

  /// One router for all: what it keeps between calls must not matter.
  @Test func routesOfSmallHallsAreAsShortAsBruteForceFinds() {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    let router = AisleRouter()
    for round in 0..<1500 {
      let problem = problems.problem()
      var reference = Reference(problem)
      let expected = reference.answer()
      let found = result(router, problem)
      switch (expected, found) {
      case (.success(let length), .success(let route)):
        #expect(route.length == length, "seed \(seed) round \(round): \(problem)")
        #expect(route.isOptimal, "seed \(seed) round \(round): \(problem)")
        #expect(problem.isWalk(route), "seed \(seed) round \(round): \(problem)")
      case (.failure(let expected), .failure(let error)):
        #expect(error == expected, "seed \(seed) round \(round): \(problem)")
      default: Issue.record("seed \(seed) round \(round): \(found), not \(expected): \(problem)")
      }
    }
  }

  @Test func openWalksOfOneBlockAreAsShortAsBruteForceFinds() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.maximumCrossAisles = 2
    problems.blockChance = 0
    let router = AisleRouter()
    for round in 0..<300 {
      var problem = problems.problem()
      problem.end = problems.position(problem.layout)
      var reference = Reference(problem)
      let optimum = try reference.answer().get()
      #expect(try router.route(problem).length == optimum, "seed \(seed) round \(round): \(problem)")
    }
  }

  @Test func lengthIsTheSameInTheMirrorAndBackwards() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.maximumPicks = 30
    let router = AisleRouter()
    for round in 0..<150 {
      let problem = problems.problem()
      let direct = result(router, problem).map(\.length)
      #expect(result(router, problem.mirrored()).map(\.length) == direct, "seed \(seed) round \(round): \(problem)")
      #expect(result(router, problem.turnedRound()).map(\.length) == direct, "seed \(seed) round \(round): \(problem)")
      guard case .success(let length) = direct else { continue }
      var backwards = problem
      swap(&backwards.start, &backwards.end)
      #expect(try router.route(backwards).length == length, "seed \(seed) round \(round): \(problem)")
    }
  }

  @Test func morePicksAndMoreBlocksNeverShortenAndMoreCrossAislesNeverLengthen() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.maximumPicks = 25
    let router = AisleRouter()
    for round in 0..<150 {
      let problem = problems.problem()
      guard case .success(let route) = result(router, problem) else { continue }
      var more = problem
      more.picks.append(problems.position(problem.layout))
      if case .success(let longer) = result(router, more) {
        #expect(longer.length >= route.length, "seed \(seed) round \(round): \(more)")
      }
      more = problem
      more.blocks.append(problems.position(problem.layout))
      if case .success(let longer) = result(router, more) {
        #expect(longer.length >= route.length, "seed \(seed) round \(round): \(more)")
      }
      more = problem
      let y = problems.position(problem.layout).y
      if !more.layout.crossY.contains(y), !more.blocks.contains(where: { $0.y == y }) {
        more.layout.crossY.append(y)
        more.layout.crossY.sort()
        #expect(try router.route(more).length <= route.length, "seed \(seed) round \(round): \(more)")
      }
    }
  }

  @Test func aislesAndCrossAislesOutsideChangeNothing() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.blockChance = 0
    problems.maximumPicks = 25
    let router = AisleRouter()
    for round in 0..<100 {
      let problem = problems.problem()
      var wider = problem
      wider.layout.aisleX.append(problem.layout.aisleX.last! + 3)
      wider.layout.crossY.append(problem.layout.crossY.last! + 4)
      wider.layout.crossY.append(problem.layout.crossY.last! + 5)
      let route = try router.route(problem)
      #expect(try router.route(wider).length == route.length, "seed \(seed) round \(round): \(problem)")
      #expect(try router.route(wider) == AisleRouter().route(wider))
    }
  }

  /// The way back over stretches that are computed again.
  @Test func sparingMemoryChangesNoRoute() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.maximumPicks = 40
    let sparing = AisleRouter(maximumUnspacedSweepBytes: 0)
    let router = AisleRouter()
    for round in 0..<200 {
      let problem = problems.problem()
      #expect(result(sparing, problem) == result(router, problem), "seed \(seed) round \(round): \(problem)")
    }
  }

  /// Lengths that do not fit 32 bits take the other width of the sweep.
  @Test func longHallsAreRoutedAsShortOnes() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.maximumPicks = 20
    let factor: Int64 = 1 << 27
    let router = AisleRouter()
    for round in 0..<150 {
      let problem = problems.problem()
      guard let route = try? router.route(problem) else { continue }
      func long(_ place: AislePosition) -> AislePosition { AislePosition(aisle: place.aisle, y: place.y * factor) }
      let stretched = RouteProblem(
        layout: AisleLayout(
          aisleX: problem.layout.aisleX.map { $0 * factor }, crossY: problem.layout.crossY.map { $0 * factor }),
        start: long(problem.start), end: long(problem.end), picks: problem.picks.map(long),
        blocks: problem.blocks.map(long))
      #expect(try router.route(stretched).length == route.length * factor, "seed \(seed) round \(round)")
    }
  }

  @Test func emptyOrderIsTheWayFromStartToEnd() throws {
    let layout = AisleLayout(aisleX: [0, 10], crossY: [0, 20])
    let start = AislePosition(aisle: 0, y: 5)
    let end = AislePosition(aisle: 1, y: 7)
    let router = AisleRouter()
    #expect(
      try router.route(RouteProblem(layout: layout, start: start, end: start, picks: []))
        == Route(order: [], length: 0, lowerBound: 0))
    #expect(
      try router.route(RouteProblem(layout: layout, start: start, end: end, picks: []))
        == Route(order: [], length: 22, lowerBound: 22))
  }

  @Test func equalPicksAndPicksAtTheDepotAreAllVisited() throws {
    let layout = AisleLayout(aisleX: [0], crossY: [0, 20])
    let depot = AislePosition(aisle: 0, y: 0)
    let pick = AislePosition(aisle: 0, y: 8)
    let route = try AisleRouter().route(
      RouteProblem(layout: layout, start: depot, end: depot, picks: [pick, depot, pick, depot]))
    #expect(route == Route(order: [1, 3, 0, 2], length: 16, lowerBound: 16))
  }

  @Test func picksCutOffByBlocksAreNamed() {
    let layout = AisleLayout(aisleX: [0, 10], crossY: [0, 20])
    let depot = AislePosition(aisle: 0, y: 0)
    let picks = [5, 10, 15, 12].map { AislePosition(aisle: 1, y: $0) }
    let blocks = [8, 13].map { AislePosition(aisle: 1, y: $0) }
    #expect(throws: RoutingError.unreachable(picks: [1, 3])) {
      try AisleRouter().route(RouteProblem(layout: layout, start: depot, end: depot, picks: picks, blocks: blocks))
    }
  }

  @Test func layoutsWithoutMeaningAreRefused() {
    let place = AislePosition(aisle: 0, y: 0)
    for layout in [
      AisleLayout(aisleX: [], crossY: [0, 1]), AisleLayout(aisleX: [0], crossY: [0]),
      AisleLayout(aisleX: [0, 0], crossY: [0, 1]), AisleLayout(aisleX: [0, 1], crossY: [1, 0]),
      AisleLayout(aisleX: [0, Int64.max], crossY: [0, 1]), AisleLayout(aisleX: [0], crossY: [Int64.min, 1]),
    ] {
      guard
        case .failure(.badLayout(let reason)) = result(
          AisleRouter(), RouteProblem(layout: layout, start: place, end: place, picks: []))
      else {
        Issue.record("accepted: \(layout)")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }

  @Test func positionsOutsideAreRefused() {
    let layout = AisleLayout(aisleX: [0, 10], crossY: [0, 20])
    let inside = AislePosition(aisle: 0, y: 0)
    for (aisle, y) in [(-1, 0), (2, 0), (0, -1), (1, 21)] as [(Int, Int64)] {
      let outside = AislePosition(aisle: aisle, y: y)
      for problem in [
        RouteProblem(layout: layout, start: outside, end: inside, picks: []),
        RouteProblem(layout: layout, start: inside, end: outside, picks: []),
        RouteProblem(layout: layout, start: inside, end: inside, picks: [inside, outside]),
        RouteProblem(layout: layout, start: inside, end: inside, picks: [], blocks: [outside]),
      ] {
        #expect(throws: RoutingError.positionOutside(outside)) { try AisleRouter().route(problem) }
      }
    }
  }
}

extension RouteProblem {
  private func mapped(
    _ layout: AisleLayout, _ map: (AislePosition) -> AislePosition
  ) -> RouteProblem {
    RouteProblem(
      layout: layout, start: map(start), end: map(end), picks: picks.map(map), blocks: blocks.map(map))
  }

  func mirrored() -> RouteProblem {
    mapped(AisleLayout(aisleX: layout.aisleX.reversed().map { -$0 }, crossY: layout.crossY)) {
      AislePosition(aisle: layout.aisleX.count - 1 - $0.aisle, y: $0.y)
    }
  }

  func turnedRound() -> RouteProblem {
    mapped(AisleLayout(aisleX: layout.aisleX, crossY: layout.crossY.reversed().map { -$0 })) {
      AislePosition(aisle: $0.aisle, y: -$0.y)
    }
  }
}

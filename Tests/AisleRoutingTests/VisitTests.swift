import Seeded
import Testing

@testable import AisleRouting

@Suite struct VisitTests {
  /// Small halls with one-way aisles, turns, faces; visits with up to three places, of up to three ranks, with up to two ends.
  private struct RandomVisits {
    var problems: RandomProblems

    init(seed: UInt64) {
      problems = RandomProblems(seed: seed)
    }

    mutating func network(_ layout: AisleLayout) -> WalkNetwork {
      var network = WalkNetwork(
        nodeCount: 0, lines: [], arcs: [], turnCost: Bool.random(using: &problems.random) ? 3 : 0)
      let directions = layout.aisleX.indices.map { _ in
        [WalkNetwork.Direction.both, .both, .ascending, .descending].randomElement(using: &problems.random)!
      }
      network.addHall(layout, directions: directions, widths: layout.aisleX.map { _ in 4 })
      return network
    }

    mutating func problem(visits: ClosedRange<Int>) -> VisitProblem {
      while true {
        let layout = problems.layout()
        let paths = WalkPaths(network(layout))
        let count = Int.random(in: visits, using: &problems.random)
        var places = [problems.position(layout), problems.position(layout)]
        var lists: [[Int]] = []
        for _ in 0..<count {
          lists.append([])
          for _ in 0..<Int.random(in: 1...3, using: &problems.random) {
            var place = problems.position(layout)
            place.face = [-1, 1].randomElement(using: &problems.random)!
            lists[lists.count - 1].append(places.count)
            places.append(place)
          }
        }
        let matrix = paths.matrix(places)
        guard matrix.allSatisfy({ $0 < unreachableDistance }) else { continue }
        let ranks = (0..<count).map { _ in Int.random(in: 0...2, using: &problems.random) }
        return VisitProblem(
          matrix: matrix, placeCount: places.count, start: 0,
          ends: [[0], [1], [0, 1]].randomElement(using: &problems.random)!,
          visits: lists, ranks: Bool.random(using: &problems.random) ? ranks : nil)
      }
    }
  }

  /// All orders, all places.
  private static func bruteForce(_ problem: VisitProblem) -> Int64 {
    func best(_ here: Int, _ left: Set<Int>) -> Int64 {
      if left.isEmpty { return problem.ends.map { problem[here, $0] }.min()! }
      let rank = left.map { problem.ranks[$0] }.min()!
      return left.filter { problem.ranks[$0] == rank }.map { visit in
        problem.visits[visit].map { problem[here, $0] + best($0, left.subtracting([visit])) }.min()!
      }.min()!
    }
    return best(problem.start, Set(problem.visits.indices))
  }

  @Test func fewVisitsAreAsShortAsBruteForceFinds() {
    let seed = SeededNumbers.seed()
    var random = RandomVisits(seed: seed)
    for round in 0..<150 {
      let problem = random.problem(visits: 0...5)
      let route = problem.route(budgetMs: 1)
      #expect(problem.isWalk(route), "seed \(seed) round \(round)")
      #expect(route.length == Self.bruteForce(problem) && route.isOptimal, "seed \(seed) round \(round)")
    }
  }

  @Test func searchFindsWhatTheExactMethodFindsAndItsBoundIsBelow() {
    let seed = SeededNumbers.seed()
    var random = RandomVisits(seed: seed)
    var (found, excess) = (0, 0.0)
    for round in 0..<40 {
      let problem = random.problem(visits: 7...9)
      guard let exact = problem.shortestWalk() else { continue }
      let route = VisitSearch(problem, moveBudget: 100_000).run(warm: nil)
      #expect(problem.isWalk(route), "seed \(seed) round \(round)")
      #expect(route.length >= exact.length, "seed \(seed) round \(round)")
      #expect(problem.treeBound(upperBound: route.length) <= exact.length, "seed \(seed) round \(round)")
      found += 1
      excess += Double(route.length - exact.length) / Double(max(1, exact.length))
    }
    print("search: \(100 * excess / Double(max(1, found))) % above the optimum in \(found)")
    #expect(found > 5 && excess / Double(found) < 0.02, "seed \(seed): \(excess) in \(found)")
  }

  @Test func searchIsNearTheSweepWhereBothApply() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    problems.maximumPicks = 40
    for round in 0..<20 {
      let problem = problems.problem()
      guard let exact = try? AisleRouter().route(problem) else { continue }
      var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [])
      network.addHall(problem.layout)
      network.block(problem.blocks)
      let places = [problem.start, problem.end] + problem.picks
      let visits = VisitProblem(
        matrix: WalkPaths(network).matrix(places), placeCount: places.count, start: 0, ends: [1],
        visits: problem.picks.indices.map { [$0 + 2] })
      let route = visits.route(budgetMs: 20)
      #expect(route.lowerBound <= exact.length && exact.length <= route.length, "seed \(seed) round \(round)")
      #expect(
        Double(route.length) <= 1.005 * Double(exact.length),
        "seed \(seed) round \(round): \(route.length) \(exact.length)")
    }
  }

  @Test func aWarmStartIsNeverMadeWorse() {
    let seed = SeededNumbers.seed()
    var random = RandomVisits(seed: seed)
    for round in 0..<10 {
      let problem = random.problem(visits: 14...20)
      let first = problem.route(budgetMs: 5)
      let again = problem.route(budgetMs: 1, warm: first.order)
      #expect(again.length <= first.length, "seed \(seed) round \(round)")
    }
  }

  /// Many lines that share places: one stop serves several, and a choice never makes the walk longer than none.
  @Test func placesThatVisitsShareAreStoppedAtOnce() {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let aisles = AisleLayout(aisleX: (0..<6).map { Int64($0) * 50 }, crossY: [0, 200, 400])
    var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [])
    network.addHall(aisles, directions: [.both, .ascending, .descending, .both, .ascending, .descending])
    let places =
      [AislePosition(aisle: 0, y: 0)]
      + (0..<60).map { AislePosition(aisle: $0 % 6, y: Int64(20 + 36 * ($0 / 6))) }
    let matrix = WalkPaths(network).matrix(places)
    func route(_ visits: [[Int]]) -> VisitRoute {
      let problem = VisitProblem(matrix: matrix, placeCount: places.count, start: 0, ends: [0], visits: visits)
      let route = problem.route(budgetMs: 2)
      #expect(problem.isWalk(route), "seed \(seed)")
      return route
    }
    for round in 0..<4 {
      let visits = (0..<80).map { _ in (0..<4).map { _ in Int.random(in: 1...60, using: &random) } }
      let chosen = route(visits)
      let first = route(visits.map { [$0[0]] })
      #expect(Set(chosen.places).count < 40, "seed \(seed) round \(round)")
      #expect(chosen.length < first.length * 9 / 10, "seed \(seed) round \(round): \(chosen.length) \(first.length)")
    }
  }

  /// Points in a plane: of one place each, of four places each, and with handling.
  private static func scattered(
    visits: Int, places: Int, each: Int, ranks: Int = 1, _ random: inout SeededNumbers
  ) -> VisitProblem {
    let points = (0...places).map { _ in
      (Int64.random(in: 0...9_999, using: &random), Int64.random(in: 0...9_999, using: &random))
    }
    let matrix = points.flatMap { a in points.map { b in abs(a.0 - b.0) + abs(a.1 - b.1) } }
    let lists = (0..<visits).map { visit in
      each == 1 ? [1 + visit % places] : (0..<each).map { _ in Int.random(in: 1...places, using: &random) }
    }
    return VisitProblem(
      matrix: matrix, placeCount: places + 1, start: 0, ends: [0], visits: lists,
      ranks: (0..<visits).map { $0 % ranks },
      keepsTriangle: true)
  }

  /// However large a problem is, its search ends when its steps are used, and has served all by then.
  @Test(arguments: [(700, 1, 1), (700, 1, 3), (300, 4, 1)])
  func aLargeSearchKeepsToItsSteps(visits: Int, each: Int, ranks: Int) {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let problem = Self.scattered(visits: visits, places: 700, each: each, ranks: ranks, &random)
    let budget = 600_000
    let search = VisitSearch(problem, moveBudget: budget)
    let route = search.run(warm: nil)
    #expect(problem.isWalk(route), "seed \(seed)")
    #expect(search.stepsLeft > -budget / 5, "seed \(seed): \(search.stepsLeft)")
    // More than the walk that it begins with has come of them.
    let first = VisitSearch(problem, moveBudget: 1).run(warm: nil)
    #expect(route.length < first.length * 97 / 100, "seed \(seed): \(route.length) \(first.length)")
  }

  @Test func aTreeOfShortestLegsIsNotLongerThanTheShortestWalk() {
    let seed = SeededNumbers.seed()
    var random = RandomVisits(seed: seed)
    var compared = 0
    for round in 0..<60 {
      var problem = random.problem(visits: 2...8)
      problem.visits = problem.visits.map { [$0[0]] }
      guard problem.ends.count == 1, let exact = problem.shortestWalk() else { continue }
      compared += 1
      #expect(problem.spanningBound() <= exact.length, "seed \(seed) round \(round)")
    }
    #expect(compared > 10)
  }

  /// 900 visits have no time for a tree with penalties; the gap that is stated is not the way to the farthest of them.
  @Test func manyVisitsHaveABoundThatSaysSomething() {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let problem = Self.scattered(visits: 900, places: 900, each: 1, &random)
    let route = problem.route(budgetMs: 3)
    #expect(problem.isWalk(route), "seed \(seed)")
    #expect(route.lowerBound * 2 > route.length, "seed \(seed): \(route.lowerBound) \(route.length)")
  }
}

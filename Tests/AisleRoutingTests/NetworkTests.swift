import Seeded
import Testing

@testable import AisleRouting

@Suite struct NetworkTests {
  private static func network(_ problem: RouteProblem) -> WalkNetwork {
    var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [])
    network.addHall(problem.layout)
    network.block(problem.blocks)
    return network
  }

  @Test func pathsOfAHallAreTheFormulasDistances() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    for round in 0..<300 {
      let problem = problems.problem()
      let metric = DistanceMetric(layout: problem.layout, blocks: problem.blocks)
      let paths = WalkPaths(Self.network(problem))
      for a in problem.picks + [problem.start] {
        for b in problem.picks + [problem.end] {
          #expect(
            paths.distance(from: a, to: b) == metric.distance(from: a, to: b), "seed \(seed) round \(round) \(a) \(b)")
        }
      }
    }
  }

  /// A node more in an aisle, with nothing that leads away from it.
  @Test func splittingASubAisleChangesNothing() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    for round in 0..<200 {
      let problem = problems.problem()
      let whole = Self.network(problem)
      var split = whole
      for _ in 0..<3 { _ = split.node(at: problems.position(problem.layout)) }
      let places = problem.picks + [problem.start, problem.end]
      #expect(
        WalkPaths(whole).matrix(places) == WalkPaths(split).matrix(places), "seed \(seed) round \(round): \(problem)")
    }
  }

  /// One-way aisles, faces, blocked stretches: what bounds of walks count on where turns cost nothing.
  @Test func distancesKeepTheTriangleInequalityAndAreTheReversedOnesBackwards() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    for round in 0..<60 {
      let problem = problems.problem()
      var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [])
      let directions = problem.layout.aisleX.indices.map { _ in
        [WalkNetwork.Direction.both, .ascending, .descending].randomElement(using: &problems.random)!
      }
      network.addHall(problem.layout, directions: directions, widths: problem.layout.aisleX.map { _ in 4 })
      network.block(problem.blocks)
      let places = ([problem.start] + problem.picks).map {
        AislePosition(aisle: $0.aisle, y: $0.y, face: [-1, 0, 1].randomElement(using: &problems.random)!)
      }
      let paths = WalkPaths(network)
      let matrix = paths.matrix(places)
      let back = WalkPaths(network.reversed())
      let leads = paths.lead(places, to: [places[0]])
      for a in places.indices {
        for b in places.indices {
          let leg = matrix[a * places.count + b]
          #expect(
            paths.distance(from: places[a], to: places[b]) ?? unreachableDistance == leg, "seed \(seed) round \(round)")
          #expect(
            back.distance(from: places[b], to: places[a]) ?? unreachableDistance == leg, "seed \(seed) round \(round)")
          for c in places.indices {
            let around = matrix[a * places.count + c] + matrix[c * places.count + b]
            #expect(leg <= around, "seed \(seed) round \(round): \(a) \(c) \(b)")
          }
        }
        #expect(leads[a] == (matrix[a * places.count] < unreachableDistance), "seed \(seed) round \(round)")
      }
    }
  }

  @Test func keepingFewRowsChangesNothing() throws {
    let seed = SeededNumbers.seed()
    var problems = RandomProblems(seed: seed)
    for _ in 0..<50 {
      let problem = problems.problem()
      let (all, none) = (
        WalkPaths(Self.network(problem)), WalkPaths(Self.network(problem), maximumCachedBytes: 0)
      )
      let places = problem.picks + [problem.start]
      #expect(all.matrix(places) == none.matrix(places), "seed \(seed)")
      let computed = all.computedRows
      #expect(all.matrix(places) == none.matrix(places))
      #expect(all.computedRows == computed, "a second order computes nothing again")
    }
  }

  @Test func turnsCostOncePerCorner() {
    var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [], turnCost: 100)
    network.addHall(AisleLayout(aisleX: [0, 10, 20], crossY: [0, 50]))
    let paths = WalkPaths(network)
    // Down, along and up again: two corners. From a crossing into the aisle: none.
    #expect(paths.distance(from: .init(aisle: 0, y: 20), to: .init(aisle: 2, y: 10)) == 250)
    #expect(paths.distance(from: .init(aisle: 0, y: 0), to: .init(aisle: 0, y: 10)) == 10)
    #expect(paths.distance(from: .init(aisle: 0, y: 0), to: .init(aisle: 1, y: 10)) == 120)
  }

  @Test func oneWayAislesAreWalkedRound() {
    var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [])
    network.addHall(
      AisleLayout(aisleX: [0, 10], crossY: [0, 50]), directions: [.ascending, .descending],
      crossDirections: [.descending, .both])
    let paths = WalkPaths(network)
    let (low, high) = (AislePosition(aisle: 0, y: 10), AislePosition(aisle: 0, y: 30))
    #expect(paths.distance(from: low, to: high) == 20)
    // Up, over, down the other aisle and back along the front, which leads to the left.
    #expect(paths.distance(from: high, to: low) == 100)
    #expect(WalkPaths(network.reversed()).distance(from: low, to: high) == 100)
  }

  @Test func facesCostTheWayAcrossAWideAisle() {
    var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [])
    network.addHall(AisleLayout(aisleX: [0, 10], crossY: [0, 50]), widths: [4, 4])
    let paths = WalkPaths(network)
    let (left, right) = (AislePosition(aisle: 0, y: 10, face: -1), AislePosition(aisle: 0, y: 12, face: 1))
    #expect(paths.distance(from: left, to: right) == 6)
    #expect(paths.distance(from: left, to: .init(aisle: 0, y: 20, face: -1)) == 10)
    #expect(paths.distance(from: .init(aisle: 1, y: 0), to: left) == 22)
  }

  @Test func liftsJoinFloors() {
    var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [])
    let hall = AisleLayout(aisleX: [0, 10], crossY: [0, 50])
    network.addHall(hall)
    network.addHall(hall)
    let (below, above) = (network.node(at: .init(aisle: 1, y: 25)), network.node(at: .init(aisle: 3, y: 25)))
    network.arcs.append(.init(from: below, to: above, length: 12, axis: WalkNetwork.noAxis))
    let paths = WalkPaths(network)
    #expect(paths.distance(from: .init(aisle: 1, y: 20), to: .init(aisle: 3, y: 20)) == 22)
    #expect(paths.distance(from: .init(aisle: 3, y: 20), to: .init(aisle: 1, y: 20)) == nil)
  }
}

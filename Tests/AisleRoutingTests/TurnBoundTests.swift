import Seeded
import Testing

@testable import AisleRouting

/// Where turns cost something, a stop on the way makes the walk cheaper (leaving it is free), so that the triangle inequality does
/// not hold and no bound may lean on it.
@Suite struct TurnBoundTests {
  /// Stairs of right-angled turns with dead ends beside them.
  private static func problem(_ random: inout SeededNumbers, visits: ClosedRange<Int>) -> VisitProblem {
    let count = Int.random(in: visits, using: &random)
    let steps = Int.random(in: count / 2...count, using: &random)
    var network = WalkNetwork(
      nodeCount: 0, lines: [], arcs: [], turnCost: [0, 1, 3, 5, 100].randomElement(using: &random)!)
    for node in 0...count {
      network.lines.append(.init(ys: [0], nodes: [node]))
      network.nodeCount += 1
      guard node > 0 else { continue }
      let other = node <= steps ? node - 1 : Int.random(in: 0...steps, using: &random)
      let axis: WalkNetwork.Axis = Bool.random(using: &random) ? 0 : 2
      let length = Int64.random(in: 1...4, using: &random)
      network.arcs.append(.init(from: other, to: node, length: length, axis: axis))
      // Now and then the way back is longer.
      let back = Int.random(in: 0..<4, using: &random) == 0 ? length + 3 : length
      network.arcs.append(.init(from: node, to: other, length: back, axis: axis))
    }
    let places = (0...count).map { AislePosition(aisle: $0, y: 0) }
    let end = Int.random(in: 0...count, using: &random)
    let ranks = (0..<count).map { _ in Int.random(in: 0...2, using: &random) }
    return VisitProblem(
      matrix: WalkPaths(network).matrix(places), placeCount: count + 1, start: 0,
      ends: Bool.random(using: &random) ? [end] : [end, steps], visits: (1...count).map { [$0] },
      ranks: Int.random(in: 0..<4, using: &random) == 0 ? ranks : nil)
  }

  @Test func noBoundIsAboveTheShortestWalk() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    var tight = 0
    for round in 0..<200 {
      let problem = Self.problem(&random, visits: 3...7)
      let exact = try #require(problem.shortestWalk())
      let bound = problem.treeBound(upperBound: exact.length + 50)
      #expect(bound <= exact.length, "seed \(seed) round \(round)")
      tight += bound == exact.length ? 1 : 0
    }
    #expect(tight > 20, "seed \(seed): a bound of nothing is no bound")
  }

  /// A straight flight of stairs: straight to its top it is ten turns, from stop to stop none.
  @Test func searchedWalkUpStairsIsProvenByNoMoreThanItsLength() {
    let count = 14
    var network = WalkNetwork(nodeCount: count + 1, lines: [], arcs: [], turnCost: 100)
    for node in 0...count { network.lines.append(.init(ys: [0], nodes: [node])) }
    for node in 1...count {
      for (from, to) in [(node - 1, node), (node, node - 1)] {
        network.arcs.append(.init(from: from, to: to, length: 2, axis: node.isMultiple(of: 2) ? 0 : 2))
      }
    }
    let matrix = WalkPaths(network).matrix((0...count).map { AislePosition(aisle: $0, y: 0) })
    let route = VisitProblem(
      matrix: matrix, placeCount: count + 1, start: 0, ends: [count], visits: (1...count).map { [$0] }
    ).route(budgetMs: 5)
    #expect(matrix[count] == 28 + 13 * 100)
    #expect(route.length == 28 && route.isOptimal)
  }
}

extension VisitProblem {
  /// Exact for few visits; else local search within a budget, and a lower bound. All places must be reachable from each other.
  ///
  /// - Parameters:
  ///   - warm: an order of visits to begin with, as the running route has it.
  ///   - knownBound: a length that no walk is shorter than, from elsewhere (a relaxation that the sweep solves).
  package func route(budgetMs: Int, warm: [Int]? = nil, knownBound: Int64 = 0) -> VisitRoute {
    if let exact = shortestWalk() {
      assert(isWalk(exact))
      return exact
    }
    let pairs = visits.count * visits.reduce(0) { $0 + $1.count }
    let hasTree = visits.count <= RoutingLimits.maximumTreeVisits && pairs <= RoutingLimits.maximumTreePairs
    let groups = hasTree ? GroupDistances(self) : nil
    let budget = max(1, budgetMs) * RoutingLimits.movesPerMillisecond
    let rounds = groups.map { Self.rounds($0, steps: budget / 4) } ?? (count: 0, steps: 0)
    var route = VisitSearch(self, moveBudget: budget - rounds.steps).run(warm: warm)
    route.lowerBound = route.length
    if knownBound < route.length {
      route.lowerBound = max(
        knownBound, groups.map { treeBound(upperBound: route.length, $0, rounds: rounds.count) } ?? farthest())
    }
    assert(isWalk(route), "the walk's length is not the sum of its legs")
    return route
  }

  /// Rounds of a tree's bound for so many steps of the search, and the steps that they take: more than 120 add little.
  private static func rounds(_ groups: GroupDistances, steps: Int) -> (count: Int, steps: Int) {
    let each = max(1, groups.count * groups.count / (groups.isSymmetric ? 6 : 3))
    let count = max(30, min(120, steps / each))
    return (count, min(steps, count * each))
  }

  func treeBound(upperBound: Int64) -> Int64 {
    treeBound(upperBound: upperBound, GroupDistances(self), rounds: 120)
  }

  /// A minimum 1-tree over visits, each pair as near as any two of their places are; with directions where they make a difference.
  private func treeBound(upperBound: Int64, _ groups: GroupDistances, rounds: Int) -> Int64 {
    guard groups.count > 3 else { return 0 }
    let tree =
      groups.isSymmetric
      ? groups.undirected.oneTreeBound(upperBound: upperBound, rounds: rounds)
      : groups.directedBound(upperBound: upperBound, rounds: rounds)
    return max(farthest(), tree, rankedBound(upperBound: upperBound, rounds: rounds))
  }

  /// With a precedence: a walk through the visits of each rank, with free ends, and the shortest step between one rank and the
  /// next.
  private func rankedBound(upperBound: Int64, rounds: Int) -> Int64 {
    let levels = Set(ranks).sorted()
    guard levels.count > 1 else { return 0 }
    var bound: Int64 = 0
    var before = [start]
    for level in levels {
      let members = visits.indices.filter { ranks[$0] == level }
      let places = members.flatMap { visits[$0] }
      bound += before.reduce(Int64.max) { least, a in places.reduce(least) { min($0, self[a, $1]) } }
      bound += freePathBound(members, upperBound: upperBound, rounds: rounds)
      before = places
    }
    return bound + before.reduce(Int64.max) { least, a in ends.reduce(least) { min($0, self[a, $1]) } }
  }

  /// A round trip over the visits and a place that is at no distance from any is a walk with free ends.
  private func freePathBound(_ members: [Int], upperBound: Int64, rounds: Int) -> Int64 {
    guard members.count > 2 else { return 0 }
    let count = members.count + 1
    var nearest = [Int64](repeating: 0, count: count * count)
    for (a, first) in members.enumerated() {
      for (b, second) in members.enumerated() where a != b {
        var least = Int64.max
        for p in visits[first] { for q in visits[second] { least = min(least, min(self[p, q], self[q, p])) } }
        nearest[(a + 1) * count + b + 1] = least
      }
    }
    return StopMatrix(distances: nearest, count: count, isOpenWalk: false).oneTreeBound(
      upperBound: upperBound, rounds: rounds)
  }

  /// To the farthest visit and on to an end, by the shortest ways, which may lead from place to place: where turns cost something
  /// a stop on the way can be cheaper than the way straight on.
  private func farthest() -> Int64 {
    let there = nearest(from: [start]) { self[$0, $1] }
    let back = nearest(from: ends) { self[$1, $0] }
    return visits.reduce(Int64(0)) { bound, places in max(bound, places.map { there[$0] + back[$0] }.min()!) }
  }

  /// By place: the shortest chain of legs from any of some places (Dijkstra 1959, over all pairs).
  private func nearest(from sources: [Int], leg: (Int, Int) -> Int64) -> [Int64] {
    var lengths = [Int64](repeating: Int64.max, count: placeCount)
    for source in sources { lengths[source] = 0 }
    var isDone = [Bool](repeating: false, count: placeCount)
    for _ in 0..<placeCount {
      var next = -1
      for place in 0..<placeCount where !isDone[place] && (next < 0 || lengths[place] < lengths[next]) { next = place }
      isDone[next] = true
      for place in 0..<placeCount where !isDone[place] {
        lengths[place] = min(lengths[place], lengths[next] + leg(next, place))
      }
    }
    return lengths
  }
}

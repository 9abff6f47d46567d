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
    var search = VisitSearch(self, moveBudget: max(1, budgetMs) * RoutingLimits.movesPerMillisecond)
    var route = search.run(warm: warm)
    route.lowerBound = knownBound >= route.length ? route.length : max(knownBound, treeBound(upperBound: route.length))
    assert(isWalk(route), "the walk's length is not the sum of its legs")
    return route
  }

  /// A minimum 1-tree over visits, each pair as near as any two of their places are in either direction.
  func treeBound(upperBound: Int64) -> Int64 {
    let isRound = ends == [start]
    let groups = (isRound ? [[start]] : [[start], ends]) + visits
    guard groups.count > 3 else { return 0 }
    var nearest = [Int64](repeating: 0, count: groups.count * groups.count)
    for a in groups.indices {
      for b in groups.indices.dropFirst(a + 1) {
        var least = Int64.max
        for p in groups[a] { for q in groups[b] { least = min(least, min(self[p, q], self[q, p])) } }
        nearest[a * groups.count + b] = least
        nearest[b * groups.count + a] = least
      }
    }
    let tree = StopMatrix(distances: nearest, count: groups.count, isOpenWalk: !isRound)
    return max(farthest(), tree.oneTreeBound(upperBound: upperBound))
  }

  /// To the farthest visit and on to an end.
  private func farthest() -> Int64 {
    visits.reduce(Int64(0)) { bound, places in
      max(bound, places.map { place in self[start, place] + ends.map { self[place, $0] }.min()! }.min()!)
    }
  }
}

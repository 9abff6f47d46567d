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
    let isSymmetric = isSymmetric
    let budget = VisitBudget(self, budgetMs: budgetMs, isSymmetric: isSymmetric)
    var route = VisitSearch(self, moveBudget: budget.searchSteps).run(warm: warm)
    route.lowerBound = route.length
    if knownBound < route.length {
      route.lowerBound = min(
        route.length, max(knownBound, bound(below: route.length, budget, isSymmetric: isSymmetric)))
    }
    assert(isWalk(route), "the walk's length is not the sum of its legs")
    return route
  }

  private func bound(below length: Int64, _ budget: VisitBudget, isSymmetric: Bool) -> Int64 {
    if budget.treeRounds > 0 {
      return treeBound(upperBound: length, GroupDistances(self, isSymmetric: isSymmetric), rounds: budget.treeRounds)
    }
    return max(farthest(), spanningBound())
  }

  func treeBound(upperBound: Int64) -> Int64 {
    treeBound(
      upperBound: upperBound, GroupDistances(self, isSymmetric: isSymmetric), rounds: VisitBudget.mostTreeRounds)
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

  /// Whatever a walk leads through it joins: a tree of the shortest legs between visits of one place each, in either direction.
  func spanningBound() -> Int64 {
    let groups = [[start]] + visits + (ends == [start] ? [] : [ends])
    guard groups.allSatisfy({ $0.count == 1 }) else { return 0 }
    let places = groups.map { $0[0] }
    var nearest = [Int64](repeating: Int64.max, count: places.count)
    // Those that are not in the tree, in any order.
    var left = Array(places.indices.dropFirst())
    var length: Int64 = 0
    var last = places[0]
    matrix.withUnsafeBufferPointer { matrix in
      while !left.isEmpty {
        var next = 0
        for i in left.indices {
          let place = places[left[i]]
          let leg = min(matrix[last * placeCount + place], matrix[place * placeCount + last])
          if leg < nearest[left[i]] { nearest[left[i]] = leg }
          if nearest[left[i]] < nearest[left[next]] { next = i }
        }
        length += nearest[left[next]]
        last = places[left[next]]
        left.swapAt(next, left.count - 1)
        left.removeLast()
      }
    }
    return length
  }

  /// To the farthest visit and on to an end, by the shortest ways, which may lead from place to place: where turns cost something
  /// a stop on the way can be cheaper than the way straight on.
  private func farthest() -> Int64 {
    let there = nearest(from: [start], steps: (from: placeCount, to: 1))
    let back = nearest(from: ends, steps: (from: 1, to: placeCount))
    return visits.reduce(Int64(0)) { bound, places in max(bound, places.map { there[$0] + back[$0] }.min()!) }
  }

  /// By place: the shortest chain of legs from any of some places (Dijkstra 1959, over all pairs), or to them.
  ///
  /// - Parameter steps: in the matrix, from one place that a leg leaves to the next, and from one that it reaches to the next.
  private func nearest(from sources: [Int], steps: (from: Int, to: Int)) -> [Int64] {
    var lengths = [Int64](repeating: Int64.max, count: placeCount)
    var isDone = [Bool](repeating: false, count: placeCount)
    for source in sources { lengths[source] = 0 }
    matrix.withUnsafeBufferPointer { matrix in
      if keepsTriangle {
        for source in sources {
          for place in lengths.indices {
            lengths[place] = min(lengths[place], matrix[source * steps.from + place * steps.to])
          }
        }
        return
      }
      var next = sources[0]
      while next >= 0 {
        isDone[next] = true
        let last = next
        next = -1
        for place in lengths.indices where !isDone[place] {
          lengths[place] = min(lengths[place], lengths[last] + matrix[last * steps.from + place * steps.to])
          if next < 0 || lengths[place] < lengths[next] { next = place }
        }
      }
    }
    return lengths
  }
}

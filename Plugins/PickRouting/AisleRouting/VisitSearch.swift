/// Iterated local search over orders of visits (Lourenço, Martin & Stützle 2003): reversals of stretches, stretches of up to three
/// moved elsewhere in either direction (Or 1976), other places for a visit; kicked by exchanges of neighbouring stretches,
/// and by taking out some neighbours and putting each back where it costs least (Schrimpf et al. 2000).
///
/// The distances are asymmetric: what a reversal changes inside of a stretch is known from sums along the walk in both
/// directions, so that every move is judged in constant time. Deterministic: a fixed seed, and a budget that counts moves.
///
/// Invariant: `path[0]` is the start, the last one the end; between them ranks never fall.
struct VisitSearch {
  static let neighbourCount = 12

  let problem: VisitProblem
  /// Places, the start and the end included; and the visit of each (-1, and -2 for the end).
  var path: [Int] = []
  var visitAt: [Int] = []
  /// Index in the path, by visit.
  var position: [Int]
  /// Sums along the path up to an index, forwards and backwards.
  var forward: [Int64] = []
  var backward: [Int64] = []
  /// By visit: the visits that are near after it or before it.
  private var neighbours: [[Int]] = []
  private var queue: [Int] = []
  private var isQueued: [Bool]
  private var random = SearchRandomness()
  var movesLeft: Int

  private var hasChoice: Bool { problem.ends.count > 1 || problem.visits.contains { $0.count > 1 } }

  init(_ problem: VisitProblem, moveBudget: Int) {
    self.problem = problem
    position = Array(repeating: 0, count: problem.visits.count)
    isQueued = Array(repeating: false, count: problem.visits.count)
    movesLeft = moveBudget
    neighbours = problem.visits.indices.map { a in
      func away(_ b: Int) -> Int64 {
        var least = Int64.max
        for p in problem.visits[a] {
          for q in problem.visits[b] { least = min(least, min(problem[p, q], problem[q, p])) }
        }
        return least
      }
      let others = problem.visits.indices.filter { $0 != a }.map { (away($0), $0) }
      return others.sorted { $0 < $1 }.prefix(Self.neighbourCount).map(\.1)
    }
  }

  /// - Parameter warm: an order to begin with besides the constructed one, visits that it lacks are put in.
  mutating func run(warm: [Int]?) -> VisitRoute {
    var best = descend(from: nearestFirst())
    if let warm {
      let other = descend(from: completed(warm))
      if other.length <= best.length { best = other }
    }
    guard problem.visits.count >= 5 else { return best }
    adopt(best.order, best.places, best.end)
    while movesLeft > 0 {
      if random.below(2) == 0 || !exchangeStretches() { putBackSome() }
      improve()
      var length = forward[forward.count - 1]
      if hasChoice {
        // The best places for this order may make it the best order, though with its present ones it is not.
        let chosen = problem.choosingPlaces(Array(visitAt[1..<visitAt.count - 1]))
        movesLeft -= visitAt.count
        if chosen.length < length {
          adopt(Array(visitAt[1..<visitAt.count - 1]), chosen.places, chosen.end)
          length = chosen.length
        }
      }
      if length <= best.length {
        best = VisitRoute(
          order: Array(visitAt[1..<visitAt.count - 1]), places: Array(path[1..<path.count - 1]),
          end: path[path.count - 1], length: length, lowerBound: 0)
      } else {
        adopt(best.order, best.places, best.end)
      }
    }
    return best
  }

  private mutating func descend(from order: [Int]) -> VisitRoute {
    var order = order
    while true {
      let chosen = problem.choosingPlaces(order)
      adopt(order, chosen.places, chosen.end)
      for visit in order.reversed() { enqueue(visit) }
      improve()
      order = Array(visitAt[1..<visitAt.count - 1])
      let again = problem.choosingPlaces(order)
      // Local search with fixed neighbours, then the best places for its order: until neither finds anything.
      if again.length >= chosen.length {
        return VisitRoute(
          order: order, places: again.places, end: again.end, length: again.length, lowerBound: 0)
      }
    }
  }

  /// Always to the nearest visit of the lowest open rank.
  private func nearestFirst() -> [Int] {
    var left = problem.visits.indices.sorted { problem.ranks[$0] < problem.ranks[$1] }
    var order: [Int] = []
    var here = problem.start
    while let lowest = left.first.map({ problem.ranks[$0] }) {
      var best = (distance: Int64.max, index: 0, place: 0)
      for (index, visit) in left.enumerated() {
        guard problem.ranks[visit] == lowest else { break }
        for place in problem.visits[visit] where problem[here, place] < best.distance {
          best = (problem[here, place], index, place)
        }
      }
      order.append(left.remove(at: best.index))
      here = best.place
    }
    return order
  }

  /// A known order, put right by rank, with the missing visits where they cost least.
  private func completed(_ warm: [Int]) -> [Int] {
    var seen: Set<Int> = []
    var order = warm.filter { problem.visits.indices.contains($0) && seen.insert($0).inserted }
    order = order.enumerated().sorted {
      (problem.ranks[$0.element], $0.offset) < (problem.ranks[$1.element], $1.offset)
    }
    .map(\.element)
    for visit in problem.visits.indices where !seen.contains(visit) {
      let place = problem.visits[visit][0]
      var best = (cost: Int64.max, index: order.count)
      for index in 0...order.count {
        if index > 0, problem.ranks[order[index - 1]] > problem.ranks[visit] { continue }
        if index < order.count, problem.ranks[order[index]] < problem.ranks[visit] { continue }
        let before = index == 0 ? problem.start : problem.visits[order[index - 1]][0]
        let after = index == order.count ? problem.ends[0] : problem.visits[order[index]][0]
        let cost = problem[before, place] + problem[place, after] - problem[before, after]
        if cost < best.cost { best = (cost, index) }
      }
      order.insert(visit, at: best.index)
    }
    return order
  }

  private mutating func adopt(_ order: [Int], _ places: [Int], _ end: Int) {
    path = [problem.start] + places + [end]
    visitAt = [-1] + order + [-2]
    forward = Array(repeating: 0, count: path.count)
    backward = forward
    refresh(from: 1)
  }

  mutating func refresh(from first: Int) {
    for i in first..<path.count {
      forward[i] = forward[i - 1] + problem[path[i - 1], path[i]]
      backward[i] = backward[i - 1] + problem[path[i], path[i - 1]]
      if visitAt[i] >= 0 { position[visitAt[i]] = i }
    }
  }

  mutating func enqueue(_ visit: Int) {
    guard visit >= 0, !isQueued[visit] else { return }
    isQueued[visit] = true
    queue.append(visit)
  }

  private mutating func improve() {
    while let visit = queue.popLast() {
      isQueued[visit] = false
      while movesLeft > 0,
        chooseBetterPlace(visit) || reverse(at: visit, neighbours[visit]) || move(visit, neighbours[visit])
      {}
    }
  }

  /// Exchanges two neighbouring stretches of one rank, somewhere. False when there are none.
  private mutating func exchangeStretches() -> Bool {
    let inner = path.count - 2
    for _ in 0..<20 {
      let longest = min(30, inner / 2)
      let (first, second) = (1 + random.below(longest), 1 + random.below(longest))
      guard first + second <= inner else { continue }
      let start = 1 + random.below(inner - first - second + 1)
      let end = start + first + second
      guard problem.ranks[visitAt[start]] == problem.ranks[visitAt[end - 1]] else { continue }
      let middle = start + first
      path.replaceSubrange(start..<end, with: Array(path[middle..<end]) + Array(path[start..<middle]))
      visitAt.replaceSubrange(start..<end, with: Array(visitAt[middle..<end]) + Array(visitAt[start..<middle]))
      refresh(from: start)
      for index in [start - 1, start, start + second - 1, start + second, end - 1, end] { enqueue(visitAt[index]) }
      movesLeft -= 1
      return true
    }
    return false
  }

  /// Takes out a visit and some of its neighbours, and puts each back where and at the place at which it costs least.
  private mutating func putBackSome() {
    let seed = random.below(problem.visits.count)
    var removed = [seed]
    let many = 1 + random.below(min(7, problem.visits.count - 1))
    for neighbour in neighbours[seed] where removed.count <= many && random.below(3) > 0 { removed.append(neighbour) }
    for i in removed.indices.dropFirst() { removed.swapAt(i, random.below(i + 1)) }
    var order: [Int] = []
    var places: [Int] = []
    for i in 1..<path.count - 1 where !removed.contains(visitAt[i]) {
      order.append(visitAt[i])
      places.append(path[i])
    }
    let end = path[path.count - 1]
    for visit in removed {
      var best = (cost: Int64.max, index: 0, place: 0)
      for index in 0...order.count {
        if index > 0, problem.ranks[order[index - 1]] > problem.ranks[visit] { break }
        if index < order.count, problem.ranks[order[index]] < problem.ranks[visit] { continue }
        let before = index == 0 ? problem.start : places[index - 1]
        let after = index == order.count ? end : places[index]
        for place in problem.visits[visit] {
          let cost = problem[before, place] + problem[place, after] - problem[before, after]
          if cost < best.cost { best = (cost, index, place) }
        }
      }
      movesLeft -= order.count / 2 + 1
      order.insert(visit, at: best.index)
      places.insert(best.place, at: best.index)
    }
    adopt(order, places, end)
    for visit in removed {
      for index in position[visit] - 1...position[visit] + 1 { enqueue(visitAt[index]) }
    }
  }
}

/// Iterated local search over walks through spots (Lourenço, Martin & Stützle 2003): stretches of up to three moved elsewhere in
/// either direction (Or 1976), stretches reversed, neighbouring stretches exchanged; kicked by exchanges of short stretches,
/// and by taking out some spots and putting what they were for back where it costs least (Schrimpf et al. 2000).
///
/// A **spot** is a place for the visits of one rank that can be made there; a walk stops at enough spots for all visits, each at
/// most once (a visit with one place is a spot of its own or shares it). Distances are asymmetric: what a reversal changes inside
/// of a stretch is known from sums along the walk in both directions, so that every move is judged in constant time.
///
/// Deterministic: a fixed seed, and a budget that counts steps (`RoutingLimits.movesPerMillisecond`), of which each look at a move
/// is one.
///
/// Invariants: `path[0]` is the start, the last one the end; between them ranks never fall; `indexOf[path[i]] == i`, and −1 for
/// spots that the walk leaves out.
final class VisitSearch {
  /// A walk may be longer by such a part of the best one, at first, and be gone on from. 50 to 70 are alike; much less of a
  /// slack gets stuck.
  private static let slackParts: Int64 = 60

  let spots: VisitSpots
  let path: UnsafeMutablePointer<Int>
  var pathCount = 0
  let indexOf: UnsafeMutablePointer<Int>
  /// Sums along the path up to an index, forwards and backwards.
  let forward: UnsafeMutablePointer<Int64>
  let backward: UnsafeMutablePointer<Int64>
  /// By visit: at how many stops of the walk it can be made.
  let cover: UnsafeMutablePointer<Int>
  let neighbours: NeighbourLists
  let scratch: UnsafeMutablePointer<Int>
  var random = SearchRandomness()
  var stepsLeft: Int

  private var queue: [Int] = []
  private let isQueued: UnsafeMutablePointer<Bool>
  let stepBudget: Int
  /// Stops that came in since neighbours were last looked for.
  var newStops = 0

  var length: Int64 { forward[pathCount - 1] }

  init(_ problem: VisitProblem, moveBudget: Int) {
    spots = VisitSpots(problem)
    stepsLeft = moveBudget
    stepBudget = moveBudget
    let size = spots.size
    path = .allocate(capacity: size)
    scratch = .allocate(capacity: size)
    indexOf = .allocate(capacity: size)
    indexOf.initialize(repeating: -1, count: size)
    forward = .allocate(capacity: size)
    backward = .allocate(capacity: size)
    cover = .allocate(capacity: problem.visits.count + 1)
    neighbours = NeighbourLists(spots)
    isQueued = .allocate(capacity: size)
    isQueued.initialize(repeating: false, count: size)
    queue.reserveCapacity(size)
  }

  deinit {
    path.deallocate()
    scratch.deallocate()
    indexOf.deallocate()
    forward.deallocate()
    backward.deallocate()
    cover.deallocate()
    isQueued.deallocate()
  }

  /// - Parameter warm: an order to begin with besides the constructed ones; visits that it lacks are put in.
  func run(warm: [Int]?) -> VisitRoute {
    if !spots.hasChoice { findNeighbours(among: Array(0..<spots.count)) }
    var best = descend(from: constructed(isFirstOnly: false))
    if spots.hasChoice, stepsLeft > stepBudget / 2 {
      let other = descend(from: constructed(isFirstOnly: true))
      if other.length < best.length { best = other }
    }
    var found = spots.route(best.stops)
    if let warm {
      let order = completed(warm)
      let given = spots.problem.choosingPlaces(order)
      let other = descend(from: spots.stops(order, given.places))
      if other.length <= best.length {
        best = other
        found = spots.route(other.stops)
      }
      // Where turns cost something, a stop that is left out can make the walk longer.
      if given.length < found.length {
        found = VisitRoute(
          order: order, places: given.places, end: given.end, length: given.length, lowerBound: 0)
      }
    }
    iterate(&best)
    let route = spots.route(best.stops)
    return route.length < found.length ? route : found
  }

  private func descend(from stops: [Int]) -> (stops: [Int], length: Int64) {
    adopt(stops)
    dropSpareStops()
    if spots.hasChoice { findNeighbours(among: self.stops) }
    for i in stride(from: pathCount - 2, through: 1, by: -1) { enqueue(path[i]) }
    improve()
    return (self.stops, length)
  }

  var stops: [Int] { (1..<max(1, pathCount - 1)).map { path[$0] } }

  /// Kicks, each followed by local search. What is a little longer is taken as well, the less so the more of the budget is used.
  private func iterate(_ best: inout (stops: [Int], length: Int64)) {
    guard best.stops.count >= 3, stepsLeft > 0 else { return }
    adopt(best.stops)
    if spots.hasChoice { findNeighbours(among: best.stops) }
    let kept = WalkCopy(self)
    kept.take(self)
    var keptLength = length
    while stepsLeft > 0 {
      if spots.hasChoice, newStops > pathCount / 6 { findNeighbours(among: stops) }
      if random.below(2) == 0 || !exchangeStretches() { putBackSome() }
      improve()
      let slack = best.length / Self.slackParts * Int64(stepsLeft) / Int64(stepBudget)
      if length < best.length { best = (stops, length) }
      if length <= max(keptLength, best.length + slack) {
        kept.take(self)
        keptLength = length
      } else {
        kept.give(self)
      }
    }
  }

  func adopt(_ stops: [Int]) {
    for spot in 0..<spots.size { indexOf[spot] = -1 }
    cover.update(repeating: 0, count: spots.problem.visits.count)
    pathCount = stops.count + 2
    path[0] = spots.start
    for (i, stop) in stops.enumerated() {
      path[i + 1] = stop
      for visit in spots.visits(of: stop) { cover[visit] += 1 }
    }
    path[pathCount - 1] = spots.end
    forward[0] = 0
    backward[0] = 0
    indexOf[path[0]] = 0
    refresh(1, pathCount - 1)
  }

  /// Sums and indices anew, from one index of the path to another; what comes after is only shifted.
  func refresh(_ first: Int, _ last: Int) {
    let last = min(last, pathCount - 1)
    let old = (forward[last], backward[last])
    for i in first...last {
      let (a, b) = (path[i - 1], path[i])
      forward[i] = forward[i - 1] + spots[a, b]
      backward[i] = backward[i - 1] + spots[b, a]
      indexOf[b] = i
    }
    let shift = (forward[last] - old.0, backward[last] - old.1)
    stepsLeft -= (last - first) / 4 + (pathCount - last) / 16
    guard shift != (0, 0), last + 1 < pathCount else { return }
    for i in last + 1..<pathCount {
      forward[i] += shift.0
      backward[i] += shift.1
    }
  }

  /// One stop more, at an index of the path.
  func insert(_ spot: Int, at index: Int) {
    let (before, next) = (path[index - 1], path[index])
    let there = (spots[before, spot], spots[spot, before])
    let added = (
      there.0 + spots[spot, next] - spots[before, next], there.1 + spots[next, spot] - spots[next, before]
    )
    for i in stride(from: pathCount, to: index, by: -1) {
      path[i] = path[i - 1]
      indexOf[path[i]] = i
      forward[i] = forward[i - 1] + added.0
      backward[i] = backward[i - 1] + added.1
    }
    path[index] = spot
    indexOf[spot] = index
    forward[index] = forward[index - 1] + there.0
    backward[index] = backward[index - 1] + there.1
    pathCount += 1
    stepsLeft -= (pathCount - index) / 8
  }

  func remove(at index: Int) {
    let (before, spot, next) = (path[index - 1], path[index], path[index + 1])
    let added = (
      spots[before, next] - spots[before, spot] - spots[spot, next],
      spots[next, before] - spots[spot, before] - spots[next, spot]
    )
    indexOf[spot] = -1
    pathCount -= 1
    for i in index..<pathCount {
      path[i] = path[i + 1]
      indexOf[path[i]] = i
      forward[i] = forward[i + 1] + added.0
      backward[i] = backward[i + 1] + added.1
    }
    stepsLeft -= (pathCount - index) / 8
  }

  func enqueue(_ spot: Int) {
    guard !isQueued[spot] else { return }
    isQueued[spot] = true
    queue.append(spot)
  }

  func improve() {
    while let spot = queue.popLast() {
      isQueued[spot] = false
      while stepsLeft > 0, indexOf[spot] >= 0, moveStretch(at: spot) || reverse(at: spot) || exchange(at: spot) {}
    }
  }

  func findNeighbours(among stops: [Int]) {
    newStops = 0
    stepsLeft -= stops.withUnsafeBufferPointer { neighbours.find(among: $0) }
  }

  /// A known order, put right by rank, with the missing visits where they cost least.
  private func completed(_ warm: [Int]) -> [Int] {
    let problem = spots.problem
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
}

/// A walk of a search that can be gone back to.
private final class WalkCopy {
  private let path: UnsafeMutablePointer<Int>
  private let cover: UnsafeMutablePointer<Int>
  private var count = 0
  private let visitCount: Int

  init(_ search: VisitSearch) {
    path = .allocate(capacity: search.spots.size)
    visitCount = search.spots.hasChoice ? search.spots.problem.visits.count : 0
    cover = .allocate(capacity: visitCount + 1)
  }

  deinit {
    path.deallocate()
    cover.deallocate()
  }

  func take(_ search: VisitSearch) {
    count = search.pathCount
    path.update(from: search.path, count: count)
    cover.update(from: search.cover, count: visitCount)
  }

  func give(_ search: VisitSearch) {
    if search.spots.hasChoice {
      for i in 0..<search.pathCount { search.indexOf[search.path[i]] = -1 }
    }
    var first = 1
    if search.pathCount == count {
      while first < count, search.path[first] == path[first] { first += 1 }
    }
    search.pathCount = count
    search.path.update(from: path, count: count)
    search.cover.update(from: cover, count: visitCount)
    if search.spots.hasChoice { for i in 0..<first { search.indexOf[path[i]] = i } }
    if first < count { search.refresh(first, count - 1) }
  }
}

// The walks that the search begins with.
extension VisitSearch {
  /// - Parameter isFirstOnly: only the first place of each visit.
  func constructed(isFirstOnly: Bool) -> [Int] {
    // A look at each pair of spots takes a step or two.
    let isQuick = 2 * spots.count * spots.count <= stepBudget / 4
    return spots.hasChoice || isQuick ? cheapestFirst(isFirstOnly: isFirstOnly) : inAnyOrder()
  }

  /// Arbitrary insertion (Rosenkrantz, Stearns & Lewis 1977): the spots one after the other as chance has them, each where it costs
  /// least beside its neighbours.
  private func inAnyOrder() -> [Int] {
    adopt([])
    var visits = Array(spots.problem.visits.indices)
    for i in visits.indices.dropFirst() { visits.swapAt(i, random.below(i + 1)) }
    for visit in visits where cover[visit] == 0 { putIn(visit) }
    return stops
  }

  /// Cheapest insertion (the same): always the spot that costs least for each visit that had none. With what is left to be put in
  /// when it has used a quarter of the budget, each where it is cheapest.
  ///
  /// What a spot costs never falls but by the stops that have come in, which are looked at; so a cost whose place is gone is a bound
  /// from below, and looked for again only when it is the least of all.
  private func cheapestFirst(isFirstOnly: Bool) -> [Int] {
    var walk = GrowingWalk(spots)
    var gain = [Int](repeating: 0, count: spots.count)
    var isOpen = [Bool](repeating: true, count: spots.problem.visits.count)
    var openCount = isOpen.count
    for visit in isOpen.indices {
      for spot in isFirstOnly ? spots.spots(of: visit).prefix(1) : spots.spots(of: visit) { gain[spot] += 1 }
    }
    if isFirstOnly {
      for spot in gain.indices where gain[spot] > 0 { gain[spot] = spots.visits(of: spot).count }
    }
    var candidates = gain.indices.filter { gain[$0] > 0 }
    for spot in candidates { walk.look(spot, behind: spots.start) }
    let reserve = stepsLeft - stepBudget / 4
    while openCount > 0 {
      let best: Int
      if stepsLeft > reserve {
        best = cheapest(candidates, gain, &walk)
      } else {
        best = candidates.first { gain[$0] > 0 }!
        stepsLeft -= walk.lookAgain(best)
      }
      let before = walk.put(best)
      for visit in spots.visits(of: best) where isOpen[visit] {
        isOpen[visit] = false
        openCount -= 1
        for spot in spots.spots(of: visit) { gain[spot] -= 1 }
      }
      guard stepsLeft > reserve else { continue }
      candidates.removeAll { gain[$0] <= 0 }
      stepsLeft -= candidates.count / 2
      for spot in candidates {
        walk.look(spot, behind: before)
        walk.look(spot, behind: best)
      }
    }
    return walk.stops
  }

  private func cheapest(_ candidates: [Int], _ gain: [Int], _ walk: inout GrowingWalk) -> Int {
    while true {
      var best = candidates[0]
      for spot in candidates
      where walk.cost[spot] * Int64(gain[best]) < walk.cost[best] * Int64(gain[spot]) { best = spot }
      stepsLeft -= candidates.count / 4
      if walk.isSure(best) { return best }
      stepsLeft -= walk.lookAgain(best)
    }
  }
}

/// A walk that spots are put into, and where each of the others would cost least.
private struct GrowingWalk {
  private let spots: VisitSpots
  private var next: [Int]
  /// By spot: what it costs at most, or, where it is not sure, at least.
  private(set) var cost: [Int64]
  private var behind: [Int]

  init(_ spots: VisitSpots) {
    self.spots = spots
    next = Array(repeating: -1, count: spots.size)
    next[spots.start] = spots.end
    cost = Array(repeating: Int64.max, count: spots.count)
    behind = Array(repeating: -1, count: spots.count)
  }

  /// Whether nothing stands now where it would cost least.
  func isSure(_ spot: Int) -> Bool { behind[spot] >= 0 }

  @inline(__always)
  mutating func look(_ spot: Int, behind a: Int) {
    let b = next[a]
    let value = spots[a, spot] + spots[spot, b] - spots[a, b]
    if behind[spot] == a { behind[spot] = -1 }
    guard value < cost[spot] || value == cost[spot] && behind[spot] < 0 else { return }
    guard spots.rank[a] <= spots.rank[spot], spots.rank[spot] <= spots.rank[b] else { return }
    cost[spot] = value
    behind[spot] = a
  }

  /// - Returns: steps that it takes.
  mutating func lookAgain(_ spot: Int) -> Int {
    cost[spot] = Int64.max
    behind[spot] = -1
    var steps = 0
    var at = spots.start
    while at != spots.end {
      look(spot, behind: at)
      at = next[at]
      steps += 1
    }
    return steps
  }

  /// - Returns: the stop that it comes behind.
  mutating func put(_ spot: Int) -> Int {
    let before = behind[spot]
    next[spot] = next[before]
    next[before] = spot
    return before
  }

  var stops: [Int] {
    var stops: [Int] = []
    var at = next[spots.start]
    while at != spots.end {
      stops.append(at)
      at = next[at]
    }
    return stops
  }
}

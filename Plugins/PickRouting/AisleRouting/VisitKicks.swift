// Kicks, and the walks that the search begins with.
extension VisitSearch {
  /// Exchanges two neighbouring stretches of one rank, somewhere. False when there are none.
  func exchangeStretches() -> Bool {
    let inner = pathCount - 2
    for _ in 0..<20 {
      let longest = max(1, min(30, inner / 2))
      let (first, second) = (1 + random.below(longest), 1 + random.below(longest))
      guard first + second <= inner else { continue }
      let start = 1 + random.below(inner - first - second + 1)
      let end = start + first + second
      guard spots.rank[path[start]] == spots.rank[path[end - 1]] else { continue }
      swapStretches(start, start + first, end - 1)
      refresh(start, end)
      for index in [start - 1, start, start + second - 1, start + second, end - 1, end] { enqueue(path[index]) }
      return true
    }
    return false
  }

  /// Takes out some stops, near each other or one after the other, and puts each visit that has no stop then where and at the spot
  /// at which it costs least.
  func putBackSome() {
    let inner = pathCount - 2
    guard inner > 0 else { return }
    let many = 1 + random.below(min(12, max(1, inner - 1)))
    let seed = path[1 + random.below(inner)]
    var removed = [seed]
    if random.below(2) == 0 {
      let list = neighbours.after + seed * NeighbourLists.length
      for k in 0..<NeighbourLists.length where removed.count < many {
        let near = list[k]
        guard near >= 0 else { break }
        if near < spots.count, indexOf[near] >= 0, random.below(3) > 0 { removed.append(near) }
      }
    } else {
      let first = max(1, min(indexOf[seed] - random.below(many), inner - many + 1))
      for i in first..<min(first + many, inner + 1) where path[i] != seed { removed.append(path[i]) }
    }
    var open: [Int] = []
    for spot in removed { takeOut(spot, &open) }
    for i in open.indices.dropFirst() { open.swapAt(i, random.below(i + 1)) }
    for visit in open where cover[visit] == 0 { putIn(visit) }
    if spots.hasChoice { dropSpareStops() }
  }

  private func takeOut(_ spot: Int, _ open: inout [Int]) {
    let i = indexOf[spot]
    for visit in spots.visits(of: spot) {
      cover[visit] -= 1
      if cover[visit] == 0 { open.append(visit) }
    }
    remove(at: i)
    enqueue(path[i - 1])
    enqueue(path[i])
  }

  func putIn(_ visit: Int) {
    var best = (cost: Int64.max, behind: 0, spot: -1)
    for spot in spots.spots(of: visit) {
      if pathCount > 50 {
        cheapestNearNeighbours(spot, &best)
      } else {
        stepsLeft -= pathCount / 2
        for i in 0..<pathCount - 1 { look(at: spot, behind: i, &best) }
      }
    }
    if best.spot < 0 {
      for spot in spots.spots(of: visit) {
        stepsLeft -= pathCount / 2
        for i in 0..<pathCount - 1 { look(at: spot, behind: i, &best) }
      }
    }
    let i = best.behind + 1
    insert(best.spot, at: i)
    newStops += 1
    for other in spots.visits(of: best.spot) { cover[other] += 1 }
    for index in [i - 1, i, i + 1] { enqueue(path[index]) }
  }

  private func cheapestNearNeighbours(_ spot: Int, _ best: inout (cost: Int64, behind: Int, spot: Int)) {
    stepsLeft -= 2 * NeighbourLists.length
    for k in 0..<NeighbourLists.length {
      let previous = neighbours.before[spot * NeighbourLists.length + k]
      if previous >= 0, indexOf[previous] >= 0 { look(at: spot, behind: indexOf[previous], &best) }
      let next = neighbours.after[spot * NeighbourLists.length + k]
      if next >= 0, indexOf[next] > 0 { look(at: spot, behind: indexOf[next] - 1, &best) }
    }
  }

  @inline(__always)
  private func look(at spot: Int, behind i: Int, _ best: inout (cost: Int64, behind: Int, spot: Int)) {
    let (a, b) = (path[i], path[i + 1])
    let cost = spots[a, spot] + spots[spot, b] - spots[a, b]
    guard cost < best.cost else { return }
    if spots.hasRanks {
      guard spots.rank[a] <= spots.rank[spot], spots.rank[spot] <= spots.rank[b] else { return }
    }
    best = (cost, i, spot)
  }

  /// Takes out stops whose visits can all be made at others.
  func dropSpareStops() {
    guard spots.hasChoice else { return }
    var i = pathCount - 2
    var none: [Int] = []
    while i >= 1 {
      stepsLeft -= 1
      if spots.visits(of: path[i]).allSatisfy({ cover[$0] > 1 }) { takeOut(path[i], &none) }
      i -= 1
    }
  }
}

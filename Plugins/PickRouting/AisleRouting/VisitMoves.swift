// The moves of the local search: each looks for the first one that makes the walk shorter, takes it, and says whether it did.
extension VisitSearch {
  /// One to three stops, of which the spot is the first or the last, to the side of one of its neighbours.
  func moveStretch(at spot: Int) -> Bool {
    let i = indexOf[spot]
    guard i > 0, i < pathCount - 1 else { return false }
    for length in 1...3 {
      if moveStretch(spot, i, i + length - 1, isFirst: true) { return true }
      if length > 1, moveStretch(spot, i - length + 1, i, isFirst: false) { return true }
    }
    return false
  }

  private func moveStretch(_ spot: Int, _ first: Int, _ last: Int, isFirst: Bool) -> Bool {
    guard first >= 1, last <= pathCount - 2 else { return false }
    let inside = forward[last] - forward[first]
    let saved = forward[last + 1] - forward[first - 1] - spots[path[first - 1], path[last + 1]] - inside
    guard saved > 0 else { return false }
    let stretch = Stretch(
      spot: spot, first: first, last: last, isFirst: isFirst, saved: saved,
      turning: backward[last] - backward[first] - inside)
    return move(stretch, isBehind: true) || move(stretch, isBehind: false)
  }

  /// Some stops that are to stand elsewhere, of which the spot is the first or the last.
  private struct Stretch {
    var spot: Int
    var first: Int
    var last: Int
    var isFirst: Bool
    /// What the walk is shorter without them, and what they are longer when they are walked backwards.
    var saved: Int64
    var turning: Int64
  }

  /// - Parameter isBehind: the spot comes first, behind one of those that are near before it; else it comes last, and one of those that
  ///   are near after it follows.
  @inline(__always)
  private func move(_ stretch: Stretch, isBehind: Bool) -> Bool {
    let (spot, first, last) = (stretch.spot, stretch.first, stretch.last)
    let isTurned = isBehind != stretch.isFirst && first != last
    guard !isTurned || !spots.hasRanks || spots.rank[path[first]] == spots.rank[path[last]] else { return false }
    let bound = stretch.saved - (isTurned ? stretch.turning : 0)
    let other = stretch.isFirst ? path[last] : path[first]
    let list = (isBehind ? neighbours.before : neighbours.after) + spot * NeighbourLists.length
    for k in 0..<NeighbourLists.length {
      let near = list[k]
      guard near >= 0 else { break }
      stepsLeft -= 1
      let leg = isBehind ? spots[near, spot] : spots[spot, near]
      guard leg < bound else { break }
      // The stretch comes between this index and the next one.
      let j = indexOf[near] - (isBehind ? 0 : 1)
      guard j >= 0, j < first - 1 || j > last else { continue }
      let joint = isBehind ? spots[other, path[j + 1]] : spots[path[j], other]
      guard leg + joint - spots[path[j], path[j + 1]] < bound else { continue }
      if move(first, last, behind: j, isTurned: isTurned) { return true }
    }
    return false
  }

  /// False where ranks forbid it.
  private func move(_ first: Int, _ last: Int, behind j: Int, isTurned: Bool) -> Bool {
    if spots.hasRanks {
      guard spots.rank[path[j]] <= spots.rank[path[first]], spots.rank[path[last]] <= spots.rank[path[j + 1]]
      else { return false }
    }
    for index in [first - 1, first, last, last + 1, j, j + 1] { enqueue(path[index]) }
    if isTurned { turn(first, last) }
    if j < first {
      swapStretches(j + 1, first, last)
      refresh(j + 1, last + 1)
    } else {
      swapStretches(first, last + 1, j)
      refresh(first, j + 1)
    }
    return true
  }

  /// A stretch walked backwards, so that the spot meets one of its neighbours.
  func reverse(at spot: Int) -> Bool {
    reverse(at: spot, isAhead: true) || reverse(at: spot, isAhead: false)
  }

  @inline(__always)
  private func reverse(at spot: Int, isAhead: Bool) -> Bool {
    let i = indexOf[spot]
    let list = (isAhead ? neighbours.after : neighbours.before) + spot * NeighbourLists.length
    for k in 0..<NeighbourLists.length {
      let near = list[k]
      guard near >= 0 else { break }
      let j = indexOf[near]
      guard j >= 0, isAhead ? j > i : j < i else { continue }
      if reverse(min(i, j) + 1, max(i, j)) || reverse(min(i, j), max(i, j) - 1) { return true }
    }
    return false
  }

  private func reverse(_ first: Int, _ last: Int) -> Bool {
    guard first < last, first >= 1, last <= pathCount - 2 else { return false }
    stepsLeft -= 1
    let (previous, next) = (path[first - 1], path[last + 1])
    let now = forward[last + 1] - forward[first - 1]
    let then = spots[previous, path[last]] + backward[last] - backward[first] + spots[path[first], next]
    guard then < now, !spots.hasRanks || spots.rank[path[first]] == spots.rank[path[last]] else { return false }
    for index in [first - 1, first, last, last + 1] { enqueue(path[index]) }
    turn(first, last)
    refresh(first, last + 1)
    return true
  }

  /// Two neighbouring stretches change places, so that one of their neighbours follows the spot: the sequential exchange of three
  /// legs that keeps all directions (Kanellakis & Papadimitriou 1980).
  func exchange(at spot: Int) -> Bool {
    let i = indexOf[spot]
    guard i < pathCount - 1 else { return false }
    let first = spots[spot, path[i + 1]]
    for k in 0..<NeighbourLists.length {
      let near = neighbours.after[spot * NeighbourLists.length + k]
      guard near >= 0, spots[spot, near] < first else { break }
      let gain = first - spots[spot, near]
      let j = indexOf[near] - 1
      guard j >= 0, j != i else { continue }
      let last = path[j]
      let second = gain + spots[last, near]
      for l in 0..<NeighbourLists.length {
        let follower = neighbours.after[last * NeighbourLists.length + l]
        guard follower >= 0, spots[last, follower] < second else { break }
        stepsLeft -= 1
        let m = indexOf[follower] - 1
        guard m >= 0 else { continue }
        let closing = second - spots[last, follower] + spots[path[m], follower] - spots[path[m], path[i + 1]]
        guard closing > 0 else { continue }
        // The three legs in their order along the walk; other orders are no walk.
        guard i < j ? (m > j || m < i) : (j < m && m < i) else { continue }
        let (x, y, z) = i < j ? (m > j ? (i, j, m) : (m, i, j)) : (j, m, i)
        guard z <= pathCount - 2, !spots.hasRanks || spots.rank[path[x + 1]] == spots.rank[path[z]] else { continue }
        for index in [x, x + 1, y, y + 1, z, z + 1] { enqueue(path[index]) }
        swapStretches(x + 1, y + 1, z)
        refresh(x + 1, z + 1)
        return true
      }
    }
    return false
  }

  /// `first..<second` and `second...last` change places; sums and indices are not refreshed.
  func swapStretches(_ first: Int, _ second: Int, _ last: Int) {
    let (left, right) = (second - first, last + 1 - second)
    if left <= right {
      scratch.update(from: path + first, count: left)
      (path + first).update(from: path + second, count: right)
      (path + first + right).update(from: scratch, count: left)
    } else {
      scratch.update(from: path + second, count: right)
      (path + first + right).update(from: path + first, count: left)
      (path + first).update(from: scratch, count: right)
    }
  }

  private func turn(_ first: Int, _ last: Int) {
    var (low, high) = (first, last)
    while low < high {
      let stop = path[low]
      path[low] = path[high]
      path[high] = stop
      low += 1
      high -= 1
    }
  }
}

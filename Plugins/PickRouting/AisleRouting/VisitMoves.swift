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
    let isEven = !spots.hasRanks || spots.rank[path[first]] == spots.rank[path[last]]
    let turning = backward[last] - backward[first] - inside
    let other = isFirst ? path[last] : path[first]
    // Between a neighbour before it and the stop after that: the spot comes first.
    let isSingle = first == last
    if isFirst || isEven {
      let extra = isFirst ? 0 : turning
      let list = before + spot * Self.neighbourCount
      for k in 0..<Self.neighbourCount {
        let near = list[k]
        guard near >= 0 else { break }
        stepsLeft -= 1
        guard spots[near, spot] + extra < saved else { break }
        let j = indexOf[near]
        guard j >= 0, j < first - 1 || j > last else { continue }
        let next = path[j + 1]
        guard spots[near, spot] + spots[other, next] - spots[near, next] + extra < saved else { continue }
        if move(first, last, behind: j, isTurned: !isFirst) { return true }
      }
    }
    // Between a neighbour after it and the stop before that: the spot comes last.
    if !isFirst || isEven {
      let extra = isFirst && !isSingle ? turning : 0
      let list = after + spot * Self.neighbourCount
      for k in 0..<Self.neighbourCount {
        let near = list[k]
        guard near >= 0 else { break }
        stepsLeft -= 1
        guard spots[spot, near] + extra < saved else { break }
        let j = indexOf[near]
        guard j >= 1, j < first || j > last + 1 else { continue }
        let previous = path[j - 1]
        guard spots[spot, near] + spots[previous, other] - spots[previous, near] + extra < saved else { continue }
        if move(first, last, behind: j - 1, isTurned: isFirst && !isSingle) { return true }
      }
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
    let i = indexOf[spot]
    for k in 0..<Self.neighbourCount {
      let near = after[spot * Self.neighbourCount + k]
      guard near >= 0 else { break }
      let j = indexOf[near]
      if j > i, reverse(i + 1, j) || reverse(i, j - 1) { return true }
    }
    for k in 0..<Self.neighbourCount {
      let near = before[spot * Self.neighbourCount + k]
      guard near >= 0 else { break }
      let j = indexOf[near]
      if j >= 0, j < i, reverse(j + 1, i) || reverse(j, i - 1) { return true }
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
    for k in 0..<Self.neighbourCount {
      let near = after[spot * Self.neighbourCount + k]
      guard near >= 0, spots[spot, near] < first else { break }
      let gain = first - spots[spot, near]
      let j = indexOf[near] - 1
      guard j >= 0, j != i else { continue }
      let last = path[j]
      let second = gain + spots[last, near]
      for l in 0..<Self.neighbourCount {
        let follower = after[last * Self.neighbourCount + l]
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

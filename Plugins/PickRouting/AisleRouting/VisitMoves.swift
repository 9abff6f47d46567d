// The moves of the local search: each looks for the first one that makes the walk shorter, takes it, and says whether it did.
extension VisitSearch {
  private func rank(_ index: Int) -> Int {
    let visit = visitAt[index]
    return visit >= 0 ? problem.ranks[visit] : visit == -1 ? Int.min : Int.max
  }

  /// Another place of the visit (or of the end, after the last one).
  mutating func chooseBetterPlace(_ visit: Int) -> Bool {
    let i = position[visit]
    var changed = false
    let (before, after) = (path[i - 1], path[i + 1])
    if problem.visits[visit].count > 1 {
      movesLeft -= problem.visits[visit].count
      var least = problem[before, path[i]] + problem[path[i], after]
      for place in problem.visits[visit] where problem[before, place] + problem[place, after] < least {
        least = problem[before, place] + problem[place, after]
        path[i] = place
        changed = true
      }
    }
    if i == path.count - 2 {
      for end in problem.ends where problem[path[i], end] < problem[path[i], path[i + 1]] {
        path[i + 1] = end
        changed = true
      }
    }
    guard changed else { return false }
    refresh(from: i)
    enqueue(visitAt[i - 1])
    enqueue(visitAt[i + 1])
    return true
  }

  /// A stretch walked backwards, so that the visit meets one of its neighbours.
  mutating func reverse(at visit: Int, _ neighbours: [Int]) -> Bool {
    let i = position[visit]
    for other in neighbours {
      let j = position[other]
      let (low, high) = (min(i, j), max(i, j))
      // The neighbour comes next to the visit either behind the lower one or before the higher one.
      if reverse(low + 1, high) || reverse(low, high - 1) { return true }
    }
    return reverse(1, i) || reverse(i, path.count - 2)
  }

  private mutating func reverse(_ first: Int, _ last: Int) -> Bool {
    guard first < last else { return false }
    movesLeft -= 1
    guard rank(first) == rank(last) else { return false }
    let (before, after) = (path[first - 1], path[last + 1])
    let now = forward[last + 1] - forward[first - 1]
    let then = problem[before, path[last]] + backward[last] - backward[first] + problem[path[first], after]
    guard then < now else { return false }
    path[first...last].reverse()
    visitAt[first...last].reverse()
    refresh(from: first)
    for index in [first - 1, first, last, last + 1] { enqueue(visitAt[index]) }
    return true
  }

  /// One to three visits, of which the visit is the first or the last, to the side of one of its neighbours.
  mutating func move(_ visit: Int, _ neighbours: [Int]) -> Bool {
    let i = position[visit]
    for length in 1...3 {
      for first in Set([i, i - length + 1]).sorted() {
        let last = first + length - 1
        guard first >= 1, last <= path.count - 2 else { continue }
        let saved =
          forward[last + 1] - forward[first - 1] - problem[path[first - 1], path[last + 1]]
          - (forward[last] - forward[first])
        guard saved > 0 else { continue }
        for other in neighbours {
          let j = position[other]
          guard j < first || j > last else { continue }
          if insert(first, last, saved, after: j) || insert(first, last, saved, after: j - 1) { return true }
        }
      }
    }
    return false
  }

  /// Takes the stretch out and puts it behind index `after`, in the better direction, when that is shorter.
  private mutating func insert(_ first: Int, _ last: Int, _ saved: Int64, after: Int) -> Bool {
    guard after < first - 1 || after > last else { return false }
    movesLeft -= 2
    guard rank(after) <= rank(first), rank(last) <= rank(after + 1) else { return false }
    let (before, next) = (path[after], path[after + 1])
    let gone = saved + problem[before, next]
    let straight = problem[before, path[first]] + problem[path[last], next]
    let inside = forward[last] - forward[first]
    let turned = problem[before, path[last]] + problem[path[first], next] + backward[last] - backward[first] - inside
    let isTurned = turned < straight && rank(first) == rank(last)
    guard (isTurned ? turned : straight) < gone else { return false }
    for index in [first - 1, first, last, last + 1, after, after + 1] { enqueue(visitAt[index]) }
    shift(&path, first, last, after, isTurned)
    shift(&visitAt, first, last, after, isTurned)
    refresh(from: min(first, after + 1))
    return true
  }

  private func shift(_ list: inout [Int], _ first: Int, _ last: Int, _ after: Int, _ isTurned: Bool) {
    let stretch = isTurned ? Array(list[first...last].reversed()) : Array(list[first...last])
    if after < first {
      let passed = Array(list[after + 1..<first])
      list.replaceSubrange(after + 1...last, with: stretch + passed)
    } else {
      let passed = Array(list[last + 1...after])
      list.replaceSubrange(first...after, with: passed + stretch)
    }
  }
}

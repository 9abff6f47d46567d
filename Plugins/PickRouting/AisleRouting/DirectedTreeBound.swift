/// Distances between groups of places (start, visits, ends), each pair as near as any two of their places are, and what no walk
/// through all of them is shorter than.
struct GroupDistances {
  let count: Int
  /// Row by row; the start is group 0; of an open walk the ends are the last group.
  let away: [Int64]
  let isRound: Bool
  let isSymmetric: Bool

  /// - Parameter isSymmetric: whether the problem is.
  init(_ problem: VisitProblem, isSymmetric: Bool) {
    self.isSymmetric = isSymmetric
    isRound = problem.ends == [problem.start]
    let groups = [[problem.start]] + problem.visits + (isRound ? [] : [problem.ends])
    count = groups.count
    var away = [Int64](repeating: 0, count: groups.count * groups.count)
    let flat = groups.flatMap { $0 }
    let first = groups.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    var nearest = [Int64](repeating: 0, count: problem.placeCount)
    problem.matrix.withUnsafeBufferPointer { matrix in
      for (a, group) in groups.enumerated() {
        for place in 0..<problem.placeCount { nearest[place] = matrix[group[0] * problem.placeCount + place] }
        for other in group.dropFirst() {
          for place in 0..<problem.placeCount {
            nearest[place] = min(nearest[place], matrix[other * problem.placeCount + place])
          }
        }
        for b in groups.indices where b != a {
          var least = Int64.max
          for k in first[b]..<first[b + 1] { least = min(least, nearest[flat[k]]) }
          away[a * groups.count + b] = least
        }
      }
    }
    self.away = away
  }

  /// Of a symmetric problem; an open walk's end comes second, as `StopMatrix` has it.
  var undirected: StopMatrix {
    let order = isRound ? Array(0..<count) : [0, count - 1] + Array(1..<count - 1)
    var nearest = [Int64](repeating: 0, count: count * count)
    for (i, a) in order.enumerated() {
      for (j, b) in order.enumerated() { nearest[i * count + j] = away[a * count + b] }
    }
    return StopMatrix(distances: nearest, count: count, isOpenWalk: !isRound)
  }

  /// The 1-tree of a one-way network as round trips of twice as many places (Jonker & Volgenant 1983): each group has an entrance
  /// and an exit, joined by a step that every tree takes. With these steps taken for granted a tree joins groups, each pair by
  /// the cheaper of its two directions. Penalties stand on entrances and exits, each of which a walk uses once; 256ths of the
  /// unit.
  ///
  /// - Parameter rounds: of subgradient steps.
  func directedBound(upperBound: Int64, rounds: Int) -> Int64 {
    // Keeps sums of 256ths inside Int64; no hall of this earth comes near.
    let isShort = away.allSatisfy { $0 < 1 << 40 }
    guard count > 3, isShort else { return 0 }
    var tree = DirectedTree(self)
    var best = Int64.min
    var agility: Int64 = 512
    for round in 0..<rounds {
      let (cost, norm) = tree.grow()
      best = max(best, cost)
      if norm == 0 { break }
      let gap = max(256, upperBound * 256 - cost)
      if round % max(1, rounds / 12) == rounds / 12 - 1 { agility = max(8, agility * 3 / 4) }
      tree.penalise(step: max(1, gap / (norm * 256) * agility + gap % (norm * 256) * agility / (norm * 256)))
    }
    // Rounded up: lengths are whole numbers.
    let whole = (best >> 8) + (best & 255 == 0 ? 0 : 1)
    return max(0, min(upperBound, whole))
  }
}

/// A minimum tree over groups with the walk's last leg beside it. Group 0 is the start: left by its exit, it is a leaf of the tree
/// there, and its entrance is reached by one leg more. Of an open walk that leg is none.
private struct DirectedTree {
  private let count: Int
  private let isRound: Bool
  /// 256ths, row by row.
  private let away: [Int64]
  private var exitPenalty: [Int64]
  private var entryPenalty: [Int64]
  private var exitDegree: [Int64]
  private var entryDegree: [Int64]
  private var value: [Int64]
  /// The group by which the value is had; negative (−1 − group): from the group that comes in to the one in the tree.
  private var parent: [Int]
  private var isDone: [Bool]

  init(_ groups: GroupDistances) {
    count = groups.count
    isRound = groups.isRound
    away = groups.away.map { $0 * 256 }
    exitPenalty = Array(repeating: 0, count: count)
    entryPenalty = exitPenalty
    exitDegree = exitPenalty
    entryDegree = exitPenalty
    value = exitPenalty
    parent = Array(repeating: 0, count: count)
    isDone = Array(repeating: false, count: count)
  }

  /// The cost less the penalties, and the sum of squares of degrees that are not 1.
  mutating func grow() -> (cost: Int64, norm: Int64) {
    let last = isRound ? -1 : count - 1
    for group in 0..<count {
      exitDegree[group] = 0
      entryDegree[group] = 0
      value[group] = Int64.max
      isDone[group] = false
    }
    var cost: Int64 = 0
    var next = 0
    for _ in 0..<count {
      isDone[next] = true
      if next != 0 {
        cost += value[next]
        let from = parent[next]
        exitDegree[from >= 0 ? from : next] += 1
        entryDegree[from >= 0 ? next : -1 - from] += 1
      }
      next = spread(from: next, last: last)
    }
    closing(&cost)
    var norm: Int64 = 0
    for group in 0..<count {
      if group != last {
        norm += (exitDegree[group] - 1) * (exitDegree[group] - 1)
        cost -= exitPenalty[group]
      }
      if group != 0 || isRound {
        norm += (entryDegree[group] - 1) * (entryDegree[group] - 1)
        cost -= entryPenalty[group]
      }
    }
    return (cost, norm)
  }

  /// Offers legs to and from a group that has come in; returns the group that comes in next.
  private mutating func spread(from group: Int, last: Int) -> Int {
    let (count, exit, entry) = (count, exitPenalty[group], entryPenalty[group])
    return away.withUnsafeBufferPointer { away in
      value.withUnsafeMutableBufferPointer { value in
        var least = Int64.max
        var next = -1
        for other in 1..<count where !isDone[other] {
          if group != last {
            let out = away[group * count + other] + exit + entryPenalty[other]
            if out < value[other] {
              value[other] = out
              parent[other] = group
            }
          }
          // The start is only left, the end only reached.
          if group != 0, other != last {
            let into = away[other * count + group] + exitPenalty[other] + entry
            if into < value[other] {
              value[other] = into
              parent[other] = -1 - group
            }
          }
          if value[other] < least {
            least = value[other]
            next = other
          }
        }
        return next
      }
    }
  }

  private mutating func closing(_ cost: inout Int64) {
    guard isRound else { return }
    var back = (cost: Int64.max, group: 0)
    for group in 1..<count {
      let leg = away[group * count] + exitPenalty[group] + entryPenalty[0]
      if leg < back.cost { back = (leg, group) }
    }
    cost += back.cost
    exitDegree[back.group] += 1
    entryDegree[0] += 1
  }

  mutating func penalise(step: Int64) {
    for group in 0..<count {
      if isRound || group != count - 1 { exitPenalty[group] += step * (exitDegree[group] - 1) }
      if isRound || group != 0 { entryPenalty[group] += step * (entryDegree[group] - 1) }
    }
  }
}

extension StopMatrix {
  /// No walk through all places is shorter than this: minimum 1-trees with penalties on the degrees of places, raised by
  /// subgradient steps (Held & Karp 1970). Penalties are 256ths of the unit, so that the bound is exact arithmetic.
  ///
  /// - Parameter rounds: of subgradient steps.
  func oneTreeBound(upperBound: Int64, rounds: Int = 120) -> Int64 {
    guard count > 2 else { return count == 2 && !isOpenWalk ? 2 * self[0, 1] : upperBound }
    // Keeps sums of 256ths inside Int64; no hall of this earth comes near.
    guard closed.max()! < 1 << 40 else { return 0 }
    var penalties = [Int64](repeating: 0, count: count)
    var best = Int64.min
    var agility: Int64 = 512
    for round in 0..<rounds {
      let (cost, degrees) = oneTree(penalties)
      best = max(best, cost)
      let norm = degrees.reduce(Int64(0)) { $0 + Int64(($1 - 2) * ($1 - 2)) }
      if norm == 0 { break }
      // Polyak's step with a falling factor; the gap is in 256ths.
      let gap = max(256, (upperBound - bonus) * 256 - cost)
      if round % max(1, rounds / 12) == rounds / 12 - 1 { agility = max(8, agility * 3 / 4) }
      let step = max(1, gap / (norm * 256) * agility + gap % (norm * 256) * agility / (norm * 256))
      for place in 0..<count { penalties[place] += step * Int64(degrees[place] - 2) }
    }
    // Rounded up: lengths are whole numbers.
    let whole = (best >> 8) + (best & 255 == 0 ? 0 : 1) + bonus
    return max(0, min(upperBound, whole))
  }

  /// The cost in 256ths less twice the penalties, and the degrees. Place 0 is the special one.
  private func oneTree(_ penalties: [Int64]) -> (cost: Int64, degrees: [Int]) {
    var degrees = [Int](repeating: 0, count: count)
    var cost: Int64 = -2 * penalties.reduce(0, +)
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: count) { nearest in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * count) { lists in
        closed.withUnsafeBufferPointer { closed in
          penalties.withUnsafeBufferPointer { penalties in
            let (parent, left) = (lists.baseAddress!, lists.baseAddress! + count)
            for place in 0..<count {
              nearest[place] = Int64.max
              parent[place] = -1
              left[place] = place + 1
            }
            // Places that are not in the tree stand in `left`, in any order.
            var leftCount = count - 1
            var at = 0
            while leftCount > 0 {
              let next = left[at]
              leftCount -= 1
              left[at] = left[leftCount]
              if parent[next] >= 0 {
                cost += nearest[next]
                degrees[next] += 1
                degrees[parent[next]] += 1
              }
              let (row, penalty) = (next * count, penalties[next])
              var least = Int64.max
              for i in 0..<leftCount {
                let place = left[i]
                let edge = closed[row + place] * 256 + penalty + penalties[place]
                if edge < nearest[place] {
                  nearest[place] = edge
                  parent[place] = next
                }
                if nearest[place] < least {
                  least = nearest[place]
                  at = i
                }
              }
            }
          }
        }
      }
    }
    func weight(_ place: Int) -> Int64 { self[0, place] * 256 + penalties[0] + penalties[place] }
    let ends = (1..<count).sorted { (weight($0), $0) < (weight($1), $1) }.prefix(2)
    for end in ends {
      cost += weight(end)
      degrees[0] += 1
      degrees[end] += 1
    }
    return (cost, degrees)
  }
}

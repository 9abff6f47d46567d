extension StopMatrix {
  /// No walk through all places is shorter than this: minimum 1-trees with penalties on the degrees of places, raised by
  /// subgradient steps (Held & Karp 1970). Penalties are 256ths of the unit, so that the bound is exact arithmetic.
  func oneTreeBound(upperBound: Int64) -> Int64 {
    guard count > 2 else { return count == 2 && !isOpenWalk ? 2 * self[0, 1] : upperBound }
    // Keeps sums of 256ths inside Int64; no hall of this earth comes near.
    guard closed.max()! < 1 << 40 else { return 0 }
    var penalties = [Int64](repeating: 0, count: count)
    var best = Int64.min
    var agility: Int64 = 512
    for round in 0..<120 {
      let (cost, degrees) = oneTree(penalties)
      best = max(best, cost)
      let norm = degrees.reduce(Int64(0)) { $0 + Int64(($1 - 2) * ($1 - 2)) }
      if norm == 0 { break }
      // Polyak's step with a falling factor; the gap is in 256ths.
      let gap = max(256, (upperBound - bonus) * 256 - cost)
      if round % 10 == 9 { agility = max(8, agility * 3 / 4) }
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
    var nearest = [Int64](repeating: Int64.max, count: count)
    var parent = [Int](repeating: -1, count: count)
    var isDone = [Bool](repeating: false, count: count)
    func weight(_ a: Int, _ b: Int) -> Int64 { self[a, b] * 256 + penalties[a] + penalties[b] }
    var cost: Int64 = -2 * penalties.reduce(0, +)
    nearest[1] = 0
    for _ in 1..<count {
      var next = -1
      for place in 1..<count where !isDone[place] && (next < 0 || nearest[place] < nearest[next]) { next = place }
      isDone[next] = true
      if parent[next] >= 0 {
        cost += nearest[next]
        degrees[next] += 1
        degrees[parent[next]] += 1
      }
      for place in 1..<count where !isDone[place] {
        let edge = weight(next, place)
        if edge < nearest[place] {
          nearest[place] = edge
          parent[place] = next
        }
      }
    }
    let ends = (1..<count).sorted { (weight(0, $0), $0) < (weight(0, $1), $1) }.prefix(2)
    for end in ends {
      cost += weight(0, end)
      degrees[0] += 1
      degrees[end] += 1
    }
    return (cost, degrees)
  }
}

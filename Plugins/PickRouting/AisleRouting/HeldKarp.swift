extension StopMatrix {
  /// The shortest walk by dynamic programming over subsets (Held & Karp 1962; Bellman 1962); nil for more than
  /// `maximumHeldKarpStops` places besides the ends.
  func shortestTour() -> [Int]? {
    let first = isOpenWalk ? 2 : 1
    let inner = count - first
    guard inner <= RoutingLimits.maximumHeldKarpStops else { return nil }
    guard inner > 0 else { return Array(0..<count) }
    let end = isOpenWalk ? 1 : 0
    let subsets = 1 << inner
    // values[subset * inner + last]: from the start through the subset, ending at `last`.
    var values = [Int64](repeating: unreachableDistance, count: subsets * inner)
    var previous = [Int8](repeating: -1, count: subsets * inner)
    for last in 0..<inner { values[(1 << last) * inner + last] = self[0, first + last] }
    for subset in 1..<subsets {
      for last in 0..<inner where subset & (1 << last) != 0 {
        let value = values[subset * inner + last]
        for next in 0..<inner where subset & (1 << next) == 0 {
          let slot = (subset | 1 << next) * inner + next
          let extended = value + self[first + last, first + next]
          if extended < values[slot] {
            values[slot] = extended
            previous[slot] = Int8(last)
          }
        }
      }
    }
    var subset = subsets - 1
    var last = (0..<inner).min {
      values[subset * inner + $0] + self[first + $0, end] < values[subset * inner + $1] + self[first + $1, end]
    }!
    var tour: [Int] = isOpenWalk ? [1] : []
    while true {
      tour.append(first + last)
      let before = Int(previous[subset * inner + last])
      subset ^= 1 << last
      guard before >= 0 else { break }
      last = before
    }
    tour.append(0)
    return tour.reversed()
  }
}

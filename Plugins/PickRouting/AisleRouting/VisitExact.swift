extension VisitProblem {
  /// Held and Karp's method (1962) over subsets of visits and their last places, ranks kept: the shortest walk, or nil when there
  /// are more visits than it takes on.
  func shortestWalk() -> VisitRoute? {
    let count = visits.count
    let slots = visits.flatMap { $0 }
    guard count <= RoutingLimits.maximumHeldKarpStops, slots.count << count <= 1 << 18 else { return nil }
    let visitOf = visits.indices.flatMap { visit in visits[visit].map { _ in visit } }
    var values = [Int64](repeating: Int64.max, count: slots.count << count)
    var previous = [Int16](repeating: -1, count: slots.count << count)
    /// Visits that come before a visit: those of a lower rank.
    let before = visits.indices.map { visit in
      visits.indices.reduce(0) { ranks[$1] < ranks[visit] ? $0 | 1 << $1 : $0 }
    }
    for slot in slots.indices where before[visitOf[slot]] == 0 {
      values[(1 << visitOf[slot]) * slots.count + slot] = self[start, slots[slot]]
    }
    for subset in 0..<1 << count {
      for last in slots.indices where values[subset * slots.count + last] < Int64.max {
        let value = values[subset * slots.count + last]
        for next in slots.indices where subset & (1 << visitOf[next]) == 0 {
          guard subset & before[visitOf[next]] == before[visitOf[next]] else { continue }
          let cell = (subset | 1 << visitOf[next]) * slots.count + next
          let extended = value + self[slots[last], slots[next]]
          if extended < values[cell] {
            values[cell] = extended
            previous[cell] = Int16(last)
          }
        }
      }
    }
    return wayBack(values, previous, slots, visitOf)
  }

  private func wayBack(_ values: [Int64], _ previous: [Int16], _ slots: [Int], _ visitOf: [Int]) -> VisitRoute {
    var subset = (1 << visits.count) - 1
    var best = (length: Int64.max, slot: -1, end: ends[0])
    for end in ends {
      if visits.isEmpty, self[start, end] < best.length { best = (self[start, end], -1, end) }
      for slot in slots.indices where values[subset * slots.count + slot] < Int64.max {
        let length = values[subset * slots.count + slot] + self[slots[slot], end]
        if length < best.length { best = (length, slot, end) }
      }
    }
    var order: [Int] = []
    var places: [Int] = []
    var slot = best.slot
    while slot >= 0 {
      order.append(visitOf[slot])
      places.append(slots[slot])
      let before = Int(previous[subset * slots.count + slot])
      subset ^= 1 << visitOf[slot]
      slot = before
    }
    return VisitRoute(
      order: order.reversed(), places: places.reversed(), end: best.end, length: best.length, lowerBound: best.length)
  }
}

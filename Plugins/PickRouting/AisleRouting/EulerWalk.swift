/// Hierholzer's walk over the multigraph that a sweep has chosen, and the order in which it first meets the picks.
struct EulerWalk {
  private var up: [UInt8] = []
  private var right: [UInt8] = []
  private var stack: [Int32] = []
  private var walk: [Int32] = []
  private var isVisited: [Bool] = []

  /// Indices of picks in walking order.
  mutating func order(_ plan: SweepPlan, _ trace: SweepTrace) -> [Int] {
    up.removeAll(keepingCapacity: true)
    up.append(contentsOf: trace.copiesUp)
    right.removeAll(keepingCapacity: true)
    right.append(contentsOf: trace.copiesRight)
    walkEdges(plan)
    isVisited.removeAll(keepingCapacity: true)
    isVisited.append(contentsOf: repeatElement(false, count: plan.nodeY.count))
    var order: [Int] = []
    order.reserveCapacity(plan.pickOrder.count)
    for node in walk {
      let node = Int(node)
      guard !isVisited[node] else { continue }
      isVisited[node] = true
      for index in plan.nodePicks[node]..<plan.nodePicks[node + 1] { order.append(Int(plan.pickOrder[Int(index)])) }
    }
    precondition(order.count == plan.pickOrder.count, "the walk misses a pick")
    return order
  }

  /// Begun at the end of the walk, so that nodes fall off the stack from its start on.
  private mutating func walkEdges(_ plan: SweepPlan) {
    walk.removeAll(keepingCapacity: true)
    stack.removeAll(keepingCapacity: true)
    stack.append(Int32(plan.endNode))
    while let top = stack.last {
      let node = Int(top)
      let crossing = Int(plan.nodeCrossing[node])
      if up[node] > 0 {
        up[node] -= 1
        stack.append(top + 1)
      } else if node > 0, up[node - 1] > 0 {
        up[node - 1] -= 1
        stack.append(top - 1)
      } else if crossing >= 0, right[crossing] > 0 {
        right[crossing] -= 1
        stack.append(plan.crossings[crossing + plan.rows].node)
      } else if crossing >= plan.rows, right[crossing - plan.rows] > 0 {
        right[crossing - plan.rows] -= 1
        stack.append(plan.crossings[crossing - plan.rows].node)
      } else {
        walk.append(top)
        stack.removeLast()
      }
    }
  }
}

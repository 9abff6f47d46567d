/// Hierholzer's walk over the multigraph that a sweep has chosen, and the order in which it first meets the picks.
struct EulerWalk {
  private let stack = ScratchBuffer<Int32>()
  private let walk = ScratchBuffer<Int32>()
  private let isVisited = ScratchBuffer<Bool>()

  /// Indices of picks in walking order. Uses up the trace's copies.
  func order(_ plan: borrowing SweepPlan, _ trace: SweepTrace) -> [Int] {
    walkEdges(plan, trace.copiesUp.base, trace.copiesRight.base)
    isVisited.fill(plan.nodeY.count, with: false)
    let isVisited = isVisited.base
    var order: [Int] = []
    order.reserveCapacity(plan.pickOrder.count)
    for step in 0..<walk.count {
      let node = Int(walk.base[step])
      guard !isVisited[node] else { continue }
      isVisited[node] = true
      for index in plan.nodePicks[node]..<plan.nodePicks[node + 1] { order.append(Int(plan.pickOrder[Int(index)])) }
    }
    precondition(order.count == plan.pickOrder.count, "the walk misses a pick")
    return order
  }

  /// Begun at the end of the walk, so that nodes fall off the stack from its start on. Each edge is walked at most twice.
  private func walkEdges(
    _ plan: borrowing SweepPlan, _ up: UnsafeMutablePointer<UInt8>, _ right: UnsafeMutablePointer<UInt8>
  ) {
    let most = 2 * (plan.nodeY.count + plan.crossings.count) + 2
    walk.count = 0
    walk.reserve(most)
    stack.count = 0
    stack.reserve(most)
    stack.append(Int32(plan.endNode))
    while stack.count > 0 {
      let top = stack.base[stack.count - 1]
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
        stack.count -= 1
      }
    }
  }
}

extension SweepPlan {
  /// The shortest walk that never leaves a sub-aisle, when all stops and both ends lie strictly inside one, or at one place, and
  /// no block lies between them. Down first when the start is below the end, else up first.
  func walkWithinSubAisle(_ problem: RouteProblem) -> Route? {
    var low = min(startNode, endNode)
    var high = max(startNode, endNode)
    for node in nodeY.indices where nodePicks[node] < nodePicks[node + 1] {
      low = min(low, node)
      high = max(high, node)
    }
    if low < high {
      guard nodeCrossing[low...high].allSatisfy({ $0 < 0 }) else { return nil }
      let isCut = problem.blocks.contains {
        $0.aisle == problem.start.aisle && nodeY[low] <= $0.y && $0.y <= nodeY[high]
      }
      guard !isCut else { return nil }
    }
    let (bottom, top, start, end) = (nodeY[low], nodeY[high], nodeY[startNode], nodeY[endNode])
    let nodes: [Int]
    let length: Int64
    if start <= end {
      nodes = (low...startNode).reversed() + (startNode...high).dropFirst()
      length = 2 * (start - bottom) + (end - start) + 2 * (top - end)
    } else {
      nodes = Array(startNode...high) + (low...startNode).dropLast().reversed()
      length = 2 * (top - start) + (start - end) + 2 * (end - bottom)
    }
    var order: [Int] = []
    for node in nodes {
      for index in nodePicks[node]..<nodePicks[node + 1] { order.append(Int(pickOrder[Int(index)])) }
    }
    return Route(order: order, length: length, lowerBound: length)
  }
}

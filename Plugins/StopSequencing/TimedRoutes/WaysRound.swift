/// Arcs that are closed are driven round through other places of the matrix, where there is a way.
enum WaysRound {
  /// Made once for a problem: it is a shortest path from every place that has a closed arc, in every part of the day.
  static func shortest(_ travel: TravelTimes) -> TravelTimes {
    TravelTimes(slots: travel.slots.map { TravelTimes.Slot(from: $0.from, matrix: shortest($0.matrix)) })
  }

  /// Only closed arcs change. Dijkstra 1959 from each origin that has one, without a heap: the graph is dense.
  static func shortest(_ matrix: TravelTimes.Matrix) -> TravelTimes.Matrix {
    let count = matrix.count
    var result = matrix
    // where no arc leads, no way round does
    let entered = (0..<count).map { target in
      (0..<count).contains { $0 != target && matrix[$0, target] != TravelTimes.closed }
    }
    var distance = [Int64](repeating: TravelTimes.closed, count: count)
    for origin in 0..<count {
      let closed = (0..<count).filter { $0 != origin && entered[$0] && matrix[origin, $0] == TravelTimes.closed }
      guard !closed.isEmpty else { continue }
      findDistances(from: origin, to: closed, matrix, &distance)
      for target in closed { result[origin, target] = distance[target] }
    }
    return result
  }

  /// Those to the targets are right afterwards, others need not be.
  private static func findDistances(
    from origin: Int, to targets: [Int], _ matrix: TravelTimes.Matrix, _ distance: inout [Int64]
  ) {
    let count = matrix.count
    for place in 0..<count { distance[place] = TravelTimes.closed }
    distance[origin] = 0
    var unsettled = Array(0..<count)
    unsettled.swapAt(0, origin)
    var (next, missing) = (0, targets.count)
    matrix.values.withUnsafeBufferPointer { arcs in
      distance.withUnsafeMutableBufferPointer { distance in
        while missing > 0, next < unsettled.count, distance[unsettled[next]] != TravelTimes.closed {
          let place = unsettled[next]
          unsettled[next] = unsettled[unsettled.count - 1]
          unsettled.removeLast()
          if targets.contains(place) { missing -= 1 }
          next = 0
          let (row, travelled) = (place * count, distance[place])
          for (index, other) in unsettled.enumerated() {
            let arc = arcs[row + other]
            // An arc that is closed is as long as a number can be.
            if arc != TravelTimes.closed, travelled + arc < distance[other] { distance[other] = travelled + arc }
            if distance[other] < distance[unsettled[next]] { next = index }
          }
        }
      }
    }
  }
}

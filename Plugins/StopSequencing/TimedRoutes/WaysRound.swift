/// Arcs that are closed are driven round through other places of the matrix, where there is a way.
enum WaysRound {
  /// Only closed arcs change. Dijkstra 1959 from each origin that has one, without a heap: the graph is dense.
  static func shortest(_ matrix: TravelTimes.Matrix) -> TravelTimes.Matrix {
    let count = matrix.count
    var result = matrix
    // where no arc leads, no way round does
    let entered = (0..<count).map { target in
      (0..<count).contains { $0 != target && matrix[$0, target] != TravelTimes.closed }
    }
    for origin in 0..<count {
      let closed = (0..<count).filter { $0 != origin && entered[$0] && matrix[origin, $0] == TravelTimes.closed }
      guard !closed.isEmpty else { continue }
      let distance = distances(from: origin, matrix)
      for target in closed { result[origin, target] = distance[target] }
    }
    return result
  }

  private static func distances(from origin: Int, _ matrix: TravelTimes.Matrix) -> [Int64] {
    let count = matrix.count
    var distance = [Int64](repeating: TravelTimes.closed, count: count)
    var isSettled = [Bool](repeating: false, count: count)
    distance[origin] = 0
    while true {
      var next = -1
      for place in 0..<count where !isSettled[place] && distance[place] != TravelTimes.closed {
        if next < 0 || distance[place] < distance[next] { next = place }
      }
      guard next >= 0 else { return distance }
      isSettled[next] = true
      for place in 0..<count where !isSettled[place] && matrix[next, place] != TravelTimes.closed {
        distance[place] = min(distance[place], distance[next] + matrix[next, place])
      }
    }
  }
}

extension RouteProblem {
  /// For what the sweep does not take on: exact for few picks, else local search and a bound. All picks must be reachable.
  func searchedRoute() -> Route {
    guard let matrix = StopMatrix(self) else { return serpentineRoute() }
    if matrix.count <= 2, matrix.isOpenWalk {
      let direct = farthest()
      return Route(order: matrix.order([1, 0]), length: direct, lowerBound: direct)
    }
    if let tour = matrix.shortestTour() {
      let length = matrix.length(tour)
      return Route(order: matrix.order(tour), length: length, lowerBound: length)
    }
    var search = TourSearch(matrix)
    let tour = search.run()
    let length = matrix.length(tour)
    return Route(
      order: matrix.order(tour), length: length, lowerBound: max(matrix.oneTreeBound(upperBound: length), farthest()))
  }

  /// Aisle by aisle, up and down in turn, from the side of the hall that is nearer to the start: for more places than a matrix
  /// holds.
  private func serpentineRoute() -> Route {
    let metric = DistanceMetric(layout: layout, blocks: blocks)
    let used = Set(picks.map(\.aisle)).sorted()
    let isFromLeft = start.aisle - (used.first ?? 0) <= (used.last ?? 0) - start.aisle
    var rank = [Int](repeating: 0, count: layout.aisleX.count)
    for (index, aisle) in (isFromLeft ? used : used.reversed()).enumerated() { rank[aisle] = index }
    func key(_ pick: Int) -> (Int, Int64, Int) {
      let place = picks[pick]
      return (rank[place.aisle], rank[place.aisle].isMultiple(of: 2) ? place.y : -place.y, pick)
    }
    let order = picks.indices.sorted { key($0) < key($1) }
    let length = metric.length(through: [start] + order.map { picks[$0] } + [end])!
    return Route(order: order, length: length, lowerBound: min(length, farthest()))
  }

  /// To the farthest pick and on to the end: no walk is shorter.
  private func farthest() -> Int64 {
    let metric = DistanceMetric(layout: layout, blocks: blocks)
    let there = metric.distances(from: start, to: picks)
    let back = metric.distances(from: end, to: picks)
    return picks.indices.reduce(metric.distance(from: start, to: end)!) { max($0, there[$1]! + back[$1]!) }
  }
}

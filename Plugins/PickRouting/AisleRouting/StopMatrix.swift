/// Distances between the distinct places of a problem, for the methods that know nothing of aisles.
///
/// Place 0 is the start. An open walk has its end as place 1, and `closed` makes a round trip of it: the step from the end back
/// to the start costs so much less than nothing (`-bonus`) that every best round trip takes it.
struct StopMatrix {
  let count: Int
  let isOpenWalk: Bool
  let bonus: Int64
  /// Row by row.
  private(set) var closed: [Int64]
  /// Picks of each place.
  private(set) var picks: [[Int]]

  /// Nil when there are more distinct places than `maximumSearchStops`. All places must be reachable.
  init?(_ problem: RouteProblem) {
    isOpenWalk = problem.start != problem.end
    var places = isOpenWalk ? [problem.start, problem.end] : [problem.start]
    var numbers: [AislePosition: Int] = [:]
    for (number, place) in places.enumerated() { numbers[place] = number }
    var picks: [[Int]] = Array(repeating: [], count: places.count)
    for (index, pick) in problem.picks.enumerated() {
      if let number = numbers[pick] {
        picks[number].append(index)
      } else {
        guard places.count < RoutingLimits.maximumSearchStops else { return nil }
        numbers[pick] = places.count
        places.append(pick)
        picks.append([index])
      }
    }
    self.picks = picks
    count = places.count
    let metric = DistanceMetric(layout: problem.layout, blocks: problem.blocks)
    closed = []
    closed.reserveCapacity(count * count)
    for place in places { closed.append(contentsOf: metric.distances(from: place, to: places).map { $0! }) }
    bonus = isOpenWalk ? 4 * (closed.max()! + 1) : 0
    if isOpenWalk {
      closed[1] = -bonus
      closed[count] = -bonus
    }
  }

  /// Any symmetric distances; place 0 is the start, of an open walk place 1 the end. For bounds: no picks.
  init(distances: [Int64], count: Int, isOpenWalk: Bool) {
    self.count = count
    self.isOpenWalk = isOpenWalk
    closed = distances
    picks = []
    bonus = isOpenWalk ? 4 * (distances.max()! + 1) : 0
    if isOpenWalk {
      closed[1] = -bonus
      closed[count] = -bonus
    }
  }

  subscript(_ a: Int, _ b: Int) -> Int64 { closed[a * count + b] }

  /// The length of a round trip of places, as a walk.
  func length(_ tour: [Int]) -> Int64 {
    var length = self[tour[count - 1], tour[0]] + bonus
    for index in 1..<max(1, count) { length += self[tour[index - 1], tour[index]] }
    return length
  }

  /// The picks in walking order of a round trip of places.
  func order(_ tour: [Int]) -> [Int] {
    let start = tour.firstIndex(of: 0)!
    let isBackwards = isOpenWalk && tour[(start + 1) % count] == 1
    let places = (0..<count).map { tour[(isBackwards ? start - $0 + count : start + $0) % count] }
    return places.flatMap { picks[$0] }
  }
}

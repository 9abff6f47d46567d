/// Driving times by the part of the day (see `TravelTimes`), between nodes of a `StopGraph`.
final class HourlyArcs {
  private let count: Int
  private let from: [Int]
  /// One after the other; without service times.
  private let arcs: UnsafeMutablePointer<Int32>
  private let service: [Int]

  /// - Parameter problem: with ways round closed arcs.
  init(_ problem: StopProblem, count: Int) {
    self.count = count
    from = problem.travel.slots.map { Int($0.from) }
    let places = [problem.start] + problem.stops
    service = places.map { Int(problem.service[$0]) } + [0]
    arcs = .allocate(capacity: from.count * count * count)
    arcs.initialize(repeating: StopGraph.impassable, count: from.count * count * count)
    for (number, slot) in problem.travel.slots.enumerated() {
      let matrix = slot.matrix
      for origin in 0..<count - 1 {
        for target in 1..<count where target != origin {
          let place = target < count - 1 ? places[target] : problem.end
          let travel = place.map { $0 == places[origin] ? 0 : matrix[places[origin], $0] } ?? 0
          if travel != TravelTimes.closed { arcs[(number * count + origin) * count + target] = Int32(travel) }
        }
      }
    }
  }

  deinit { arcs.deallocate() }

  /// Each arc as long as it is when its origin, or else its target, is in the middle of its window; where neither has one, the mean of the
  /// hours that the windows of all span.
  func matrix(_ problem: StopProblem) -> TravelTimes.Matrix {
    let places = [problem.start] + problem.stops
    let departure = problem.windows[problem.start].ready
    let hasWindow = places.map { $0 != problem.start && problem.windows[$0].due < SequencingLimits.maximumTime }
    let last = places.indices.reduce(departure) { hasWindow[$1] ? max($0, problem.windows[places[$1]].due) : $0 }
    let middle = places.map {
      Int(max(departure, problem.windows[$0].ready) + max(departure, problem.windows[$0].due)) / 2
    }
    let size = problem.travel.count
    var values = [Int64](repeating: TravelTimes.closed, count: size * size)
    for origin in 0..<count - 1 {
      for target in 1..<count where target != origin {
        guard let place = target < count - 1 ? places[target] : problem.end, place != places[origin] else { continue }
        let driven: Int
        if hasWindow[origin] {
          driven = arrival(origin, target, middle[origin]).driven
        } else if target < count - 1, hasWindow[target] {
          driven = arrival(origin, target, max(Int(departure), middle[target] - service[origin])).driven
        } else {
          driven =
            stride(from: 0, to: 8, by: 1).reduce(0) {
              $0 + arrival(origin, target, Int(departure) + Int(last - departure) * $1 / 8).driven
            } / 8
        }
        if driven < Int(StopGraph.impassable) { values[places[origin] * size + place] = Int64(driven) }
      }
    }
    return TravelTimes.Matrix(count: size, values: values)
  }

  /// - Returns: the arrival of one whose service at `origin` begins at `begin`, and the time on the road.
  func arrival(_ origin: Int, _ target: Int, _ begin: Int) -> (time: Int, driven: Int) {
    let depart = begin + service[origin]
    var slot = 0
    while slot + 1 < from.count, depart >= from[slot + 1] { slot += 1 }
    var time = Double(depart)
    var rest = 1.0
    while true {
      let arc = arcs[(slot * count + origin) * count + target]
      let needed = rest * Double(arc)
      if slot + 1 == from.count || time + needed <= Double(from[slot + 1]) {
        let arrival = Int((time + needed).rounded())
        return (arrival, arrival - depart)
      }
      rest -= (Double(from[slot + 1]) - time) / Double(arc)
      time = Double(from[slot + 1])
      slot += 1
    }
  }
}

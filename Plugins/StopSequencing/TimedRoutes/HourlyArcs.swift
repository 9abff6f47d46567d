/// Driving times by the part of the day (see `TravelTimes`), between nodes of a `StopGraph`.
final class HourlyArcs {
  private let count: Int
  private let from: [Int]
  /// One after the other; without service times.
  private let arcs: UnsafeMutablePointer<Int32>
  private let service: [Int]

  init(_ problem: StopProblem, count: Int) {
    self.count = count
    from = problem.travel.slots.map { Int($0.from) }
    let places = [problem.start] + problem.stops
    service = places.map { Int(problem.service[$0]) } + [0]
    arcs = .allocate(capacity: from.count * count * count)
    arcs.initialize(repeating: StopGraph.impassable, count: from.count * count * count)
    for (number, slot) in problem.travel.slots.enumerated() {
      let matrix = WaysRound.shortest(slot.matrix)
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

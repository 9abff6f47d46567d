/// A shift of pickers in one hall, with and without regard for each other: what pricing crowded aisles gains.
///
/// Orders wait in a line; who has none takes the next, is routed, and walks. In an aisle where others are, each pick takes longer by
/// `hindrance` seconds for each of them: they stand in each other's way.
package struct ShiftSimulation {
  package struct Result: Sendable {
    /// When the last picker is done.
    package var seconds: Double
    package var length: Int64
    /// Seconds lost to others.
    package var hindered: Double
  }

  private struct Picker {
    var free = 0.0
    var stays: [CrowdForecast.Stay] = []
  }

  private let layout: AisleLayout
  private let depot: AislePosition
  private let orders: [[AislePosition]]
  private let pickers: Int
  private let hindrance: Double
  private let pace = CrowdForecast.Pace()

  package init(layout: AisleLayout, depot: AislePosition, orders: [[AislePosition]], pickers: Int, hindrance: Double) {
    self.layout = layout
    self.depot = depot
    self.orders = orders
    self.pickers = pickers
    self.hindrance = hindrance
  }

  /// - Parameter price: what meeting another is worth as a length; 0: others are not regarded.
  package func run(price: Int64) throws(RoutingError) -> Result {
    let router = AisleRouter()
    let metric = DistanceMetric(layout: layout)
    var crew = [Picker](repeating: Picker(), count: pickers)
    var result = Result(seconds: 0, length: 0, hindered: 0)
    for (number, picks) in orders.enumerated() {
      // Pickers begin one after the other, as they do.
      let next = crew.indices.min { crew[$0].free < crew[$1].free }!
      let begin = max(crew[next].free, number < pickers ? Double(number) * 5 : 0)
      let places = [depot] + picks
      let route = try router.route(RouteProblem(layout: layout, start: depot, end: depot, picks: picks))
      let matrix = places.flatMap { a in places.map { metric.distance(from: a, to: $0)! } }
      let problem = VisitProblem(
        matrix: matrix, placeCount: places.count, start: 0, ends: [0], visits: picks.indices.map { [$0 + 1] })
      var order = route.order.map { $0 + 1 }
      if price > 0 {
        var crowd = CrowdForecast(pace: pace)
        for other in crew.indices where other != next {
          for stay in crew[other].stays where stay.to > begin {
            crowd.add(.init(aisle: stay.aisle, from: stay.from - begin, to: stay.to - begin))
          }
        }
        order = problem.avoiding(crowd, price: price, places: order, end: 0, aisles: places.map(\.aisle))
      }
      walk(order, places, problem, next, begin, &crew, &result)
    }
    result.seconds = crew.map(\.free).max() ?? 0
    return result
  }

  private func walk(
    _ order: [Int], _ places: [AislePosition], _ problem: VisitProblem, _ picker: Int, _ begin: Double,
    _ crew: inout [Picker], _ result: inout Result
  ) {
    var (time, here) = (begin, 0)
    var stays: [CrowdForecast.Stay] = []
    for place in order {
      result.length += problem.distance(here, place)
      time += Double(problem.distance(here, place)) / pace.speed
      let aisle = places[place].aisle
      let others = crew.indices.count { other in
        other != picker && crew[other].stays.contains { $0.aisle == aisle && $0.from <= time && time < $0.to }
      }
      if stays.last?.aisle != aisle { stays.append(.init(aisle: aisle, from: time, to: time)) }
      time += pace.secondsPerPick + hindrance * Double(others)
      result.hindered += hindrance * Double(others)
      stays[stays.count - 1].to = time
      here = place
    }
    result.length += problem.distance(here, 0)
    crew[picker].free = time + Double(problem.distance(here, 0)) / pace.speed
    crew[picker].stays = stays
  }
}

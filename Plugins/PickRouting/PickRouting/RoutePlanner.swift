internal import AisleRouting

/// From places to a `RoutePlan`. What blocks cut off is set aside, and the rest is routed.
final class RoutePlanner {
  private let router = AisleRouter()

  /// - Parameters:
  ///   - lines: indices of the order's lines to visit, with their positions.
  /// - Throws: `RoutingError.badLayout` or `.positionOutside`, which `LayoutReader` rules out.
  func plan(
    in layout: HallLayout, blocks: [AisleBlock], from start: NamedPlace, to end: NamedPlace,
    lines: [(index: Int, position: AislePosition)]
  ) throws(RoutingError) -> RoutePlan {
    // Lines at one place are one stop for the router, and follow each other in the order of the message.
    var visits: [AislePosition: [Int]] = [:]
    for line in lines { visits[line.position, default: []].append(line.index) }
    var problem = RouteProblem(
      layout: layout.geometry, start: start.position, end: end.position,
      picks: visits.keys.sorted { ($0.aisle, $0.y) < ($1.aisle, $1.y) },
      blocks: blocks.flatMap { $0.points(crossY: layout.geometry.crossY) })
    var unreachable: [Int] = []
    let route = try routeWhatIsReachable(&problem) { unreachable += visits[$0]! }
    let metric = DistanceMetric(layout: problem.layout, blocks: problem.blocks)
    var stops: [Int] = []
    var walks: [Int64] = []
    var place = problem.start
    for pick in route.order {
      let position = problem.picks[pick]
      for (i, line) in visits[position]!.enumerated() {
        stops.append(line)
        walks.append(i == 0 ? walk(metric, place, position) : 0)
      }
      place = position
    }
    walks.append(walk(metric, place, problem.end))
    return RoutePlan(
      start: start.name, stops: stops, walks: walks, unreachable: unreachable.sorted(), length: route.length,
      lowerBound: route.lowerBound, sShape: sShapeLength(problem), reachesEnd: problem.end == end.position)
  }

  private func walk(_ metric: DistanceMetric, _ a: AislePosition, _ b: AislePosition) -> Int64 {
    guard let length = metric.distance(from: a, to: b) else {
      preconditionFailure("a route leads through a block")
    }
    return length
  }

  private func routeWhatIsReachable(
    _ problem: inout RouteProblem, setAside: (AislePosition) -> Void
  ) throws(RoutingError) -> Route {
    while true {
      do throws(RoutingError) {
        return try router.route(problem)
      } catch .unreachable(let picks) where !picks.isEmpty {
        for pick in picks { setAside(problem.picks[pick]) }
        let cutOff = Set(picks)
        problem.picks = problem.picks.indices.filter { !cutOff.contains($0) }.map { problem.picks[$0] }
      } catch .noWayToEnd where problem.end != problem.start {
        problem.end = problem.start
      }
    }
  }

  /// The length of a walk through the order's open stops as planned, under these blocks; nil where it is cut.
  func lengthAsPlanned(_ order: OpenOrder, in layout: HallLayout, blocks: [AisleBlock]) -> Int64? {
    let metric = DistanceMetric(
      layout: layout.geometry, blocks: blocks.flatMap { $0.points(crossY: layout.geometry.crossY) })
    let stops = order.plan.stops.filter { order.lines[$0].state == .open }.map { order.lines[$0].place.position }
    // The same place twice in a row is no step, wherever it lies.
    var places = [order.position.position]
    for place in stops + [order.end.position] where place != places[places.count - 1] { places.append(place) }
    return metric.length(through: places)
  }
}

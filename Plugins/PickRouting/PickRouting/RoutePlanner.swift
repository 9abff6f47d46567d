internal import AisleRouting

/// From an order's open lines to a `RoutePlan`. What blocks cut off is set aside, and the rest is routed.
///
/// One floor of parallel two-way aisles, one place a line and no precedence: the exact sweep, for each possible end. All else: a
/// matrix of shortest paths (kept for a layout while its blocks are the same) and the search over visits, for which the sweep
/// gives a lower bound where it can.
final class RoutePlanner {
  struct Line {
    /// Index in the order.
    var index: Int
    /// Where it may be picked.
    var places: [NamedPlace]
    var rank: Int
    /// Where the running route leads to for it.
    var planned: NamedPlace? = nil
  }

  /// Budget of the search where nothing exact applies.
  let searchBudgetMs: Int

  private let router = AisleRouter()

  init(searchBudgetMs: Int = 20) {
    self.searchBudgetMs = searchBudgetMs
  }
  private var networks: [String: (blocks: [AisleBlock], paths: WalkPaths)] = [:]

  /// - Parameter warm: indices of lines in the order of the running route.
  /// - Throws: `RoutingError.badLayout` or `.positionOutside`, which `LayoutReader` rules out.
  func plan(
    in layout: HallLayout, blocks: [AisleBlock], from start: NamedPlace, to ends: [NamedPlace], lines: [Line],
    warm: [Int] = []
  ) throws(RoutingError) -> RoutePlan {
    if layout.isPlain, lines.allSatisfy({ $0.places.count == 1 && $0.rank == lines[0].rank }) {
      var best: RoutePlan?
      for end in ends {
        let plan = try sweptPlan(in: layout, blocks: blocks, from: start, to: end, lines: lines)
        if best.map({ ($0.reachesEnd ? 0 : 1, $0.length) > (plan.reachesEnd ? 0 : 1, plan.length) }) ?? true {
          best = plan
        }
      }
      // The best of several ends is proven when each of them is.
      return try notLonger(than: warm, best!, in: layout, blocks: blocks, from: start, to: ends, lines: lines)
    }
    return try visitPlan(in: layout, blocks: blocks, from: start, to: ends, lines: lines, warm: warm)
  }

  /// Where the sweep has no tables the plan was searched for without the running route; then one that begins with it is tried too.
  private func notLonger(
    than warm: [Int], _ plan: RoutePlan, in layout: HallLayout, blocks: [AisleBlock], from start: NamedPlace,
    to ends: [NamedPlace], lines: [Line]
  ) throws(RoutingError) -> RoutePlan {
    guard !warm.isEmpty, plan.length > plan.lowerBound, plan.reachesEnd else { return plan }
    var other = try visitPlan(in: layout, blocks: blocks, from: start, to: ends, lines: lines, warm: warm)
    guard other.reachesEnd, other.unreachable == plan.unreachable, other.length < plan.length else { return plan }
    other.lowerBound = max(other.lowerBound, min(other.length, plan.lowerBound))
    other.sShape = plan.sShape
    return other
  }

  private func sweptPlan(
    in layout: HallLayout, blocks: [AisleBlock], from start: NamedPlace, to end: NamedPlace, lines: [Line]
  ) throws(RoutingError) -> RoutePlan {
    // Lines at one place are one stop for the router, and follow each other in the order of the message.
    var visits: [AislePosition: [Line]] = [:]
    for line in lines { visits[line.places[0].position.inMiddle, default: []].append(line) }
    var problem = RouteProblem(
      layout: layout.geometry, start: start.position.inMiddle, end: end.position.inMiddle,
      picks: visits.keys.sorted { ($0.aisle, $0.y) < ($1.aisle, $1.y) }, blocks: layout.points(blocks))
    let wantedEnd = problem.end
    var unreachable: [Int] = []
    let route = try routeWhatIsReachable(&problem) { unreachable += visits[$0]!.map(\.index) }
    let metric = DistanceMetric(layout: problem.layout, blocks: problem.blocks)
    var stops: [Line] = []
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
      start: start.name, stops: stops.map(\.index), walks: walks, unreachable: unreachable.sorted(),
      length: route.length, lowerBound: route.lowerBound, sShape: sShapeLength(problem),
      reachesEnd: problem.end == wantedEnd, places: stops.map { $0.places[0] }, end: end)
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

  /// The ways of a layout with its present blocks.
  func paths(of layout: HallLayout, blocks: [AisleBlock]) -> WalkPaths {
    if let kept = networks[layout.id], kept.blocks == blocks { return kept.paths }
    let paths = WalkPaths(layout.network(blocks: blocks))
    networks[layout.id] = (blocks, paths)
    return paths
  }

  /// A length that no walk is shorter than: the sweep's, with one-way aisles, turns, faces and precedence forgotten.
  func sweptBound(
    in layout: HallLayout, blocks: [AisleBlock], from start: AislePosition, to ends: [AislePosition],
    _ picks: [AislePosition]
  ) -> Int64 {
    guard layout.isOneHall, layout.geometry.crossY.count <= 7 else { return 0 }
    let points = layout.points(blocks)
    return ends.reduce(Int64.max) { least, end in
      let problem = RouteProblem(
        layout: layout.geometry, start: start.inMiddle, end: end.inMiddle,
        picks: Array(Set(picks.map(\.inMiddle))).sorted { ($0.aisle, $0.y) < ($1.aisle, $1.y) }, blocks: points)
      // The ends can be reached; whatever the trouble is, it leaves no bound.
      guard let route = try? router.route(problem) else { return 0 }
      return min(least, route.lowerBound)
    }
  }

  /// The plan, or a little longer one that meets fewer others. Its bound stays what it is, so that the gap is stated.
  func avoiding(
    _ crowd: CrowdForecast, price: Int64, _ plan: RoutePlan, of order: OpenOrder, in layout: HallLayout,
    blocks: [AisleBlock]
  ) -> RoutePlan {
    let isFree = plan.stops.allSatisfy { order.lines[$0].handling == order.lines[plan.stops[0]].handling }
    guard !crowd.isEmpty, plan.stops.count > 1, plan.stops.count <= 60, plan.reachesEnd, isFree else { return plan }
    func point(_ place: AislePosition) -> AislePosition { layout.isPlain ? place.inMiddle : place }
    let end = plan.end ?? order.end
    let places = [point(order.position.position), point(end.position)] + plan.places.map { point($0.position) }
    let matrix = paths(of: layout, blocks: blocks).matrix(places)
    let problem = VisitProblem(
      matrix: matrix, placeCount: places.count, start: 0, ends: [1], visits: plan.stops.indices.map { [$0 + 2] })
    let found = problem.avoiding(
      crowd, price: price, places: plan.stops.indices.map { $0 + 2 }, end: 1, aisles: places.map(\.aisle))
    var changed = plan
    changed.stops = found.map { plan.stops[$0 - 2] }
    changed.places = found.map { plan.places[$0 - 2] }
    changed.walks = zip([0] + found, found + [1]).map { problem.distance($0, $1) }
    changed.length = changed.walks.reduce(0, +)
    return changed
  }

  /// The length of a walk through the order's open stops as planned, under these blocks; nil where it is cut.
  func lengthAsPlanned(_ order: OpenOrder, in layout: HallLayout, blocks: [AisleBlock]) -> Int64? {
    let stops = order.plan.stops.filter { order.lines[$0].state == .open }.map { order.lines[$0].place.position }
    // The same place twice in a row is no step, wherever it lies.
    var places = [order.position.position]
    for place in stops + [order.end.position] where place != places[places.count - 1] { places.append(place) }
    if layout.isPlain {
      return DistanceMetric(layout: layout.geometry, blocks: layout.points(blocks)).length(
        through: places.map(\.inMiddle))
    }
    let paths = paths(of: layout, blocks: blocks)
    var length: Int64 = 0
    for (a, b) in zip(places, places.dropFirst()) {
      guard let leg = paths.distance(from: a, to: b) else { return nil }
      length += leg
    }
    return length
  }
}

extension AislePosition {
  /// The place without its face, for what knows only the middle of an aisle.
  var inMiddle: AislePosition { AislePosition(aisle: aisle, y: y) }
}

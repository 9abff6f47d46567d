/// Finds the shortest walk through a hall's picks, and says what is proven about it.
///
/// In this order: walks that never leave a sub-aisle; the exact sweep over frontier states, for round trips of up to eight
/// cross-aisles and open walks of up to six (of those that the problem needs); Held and Karp's method for few picks; local
/// search with the bound of a 1-tree. Results depend on the problem alone.
///
/// A router keeps scratch memory between calls (bounded by `RoutingLimits`), so use it from one thread at a time; it costs nothing
/// to create.
package final class AisleRouter {
  private var plan = SweepPlan()
  // By the width of lengths and of state numbers; made when first needed.
  private var sweep: FrontierSweep<Int32, UInt16>?
  private var longSweep: FrontierSweep<Int64, UInt16>?
  private var sweep8: FrontierSweep<Int32, UInt32>?
  private var longSweep8: FrontierSweep<Int64, UInt32>?
  private let maximumUnspacedSweepBytes: Int
  private let trace = SweepTrace()
  private var euler = EulerWalk()

  package convenience init() {
    self.init(maximumUnspacedSweepBytes: RoutingLimits.maximumUnspacedSweepBytes)
  }

  init(maximumUnspacedSweepBytes: Int) {
    self.maximumUnspacedSweepBytes = maximumUnspacedSweepBytes
  }

  /// Builds what calls for so many cross-aisles use, so that the first call does not pay for it (25 ms at 7).
  ///
  /// - Parameter openWalks: those of walks that end elsewhere, too (as re-routed ones do).
  package static func prepareTables(crossAisleCount: Int, openWalks: Bool = false) {
    if openWalks {
      for count in 2...max(2, min(crossAisleCount, RoutingLimits.maximumOpenTableCrossAisles)) {
        _ = FrontierTables.openWalk(count)
      }
    }
    for count in 2...max(2, min(crossAisleCount, RoutingLimits.maximumTableCrossAisles)) {
      if count == 8 { _ = FrontierTables.roundTrip8 } else { _ = FrontierTables.roundTrip(count) }
    }
  }

  /// Throws `badLayout`, `positionOutside`, `unreachable` (with all picks that are cut off) or `noWayToEnd`.
  package func route(_ problem: RouteProblem) throws(RoutingError) -> Route {
    try problem.check()
    if !problem.blocks.isEmpty {
      try problem.checkReach(DistanceMetric(layout: problem.layout, blocks: problem.blocks))
    }
    let route = bestRoute(problem)
    assert(problem.isWalk(route), "the walk's length is not the sum of its legs")
    return route
  }

  private func bestRoute(_ problem: RouteProblem) -> Route {
    plan.lay(problem)
    let isOpenWalk = plan.startNode != plan.endNode
    let inside = plan.walkWithinSubAisle(problem)
    if let inside, inside.length == 0 { return inside }
    if let swept = sweptRoute(inside) { return swept }
    // A walk that stays inside is not proven best by what follows; the bound decides.
    var searched = problem.searchedRoute()
    if !searched.isOptimal, isOpenWalk { searched.lowerBound = max(searched.lowerBound, roundTripBound(problem)) }
    guard let inside, inside.length <= searched.length else { return searched }
    return Route(order: inside.order, length: inside.length, lowerBound: min(searched.lowerBound, inside.length))
  }

  /// A walk from the start to the end, and back by the shortest way, is a round trip: no walk is shorter than the shortest round
  /// trip less that way. 0 when the sweep is too large for it. Lays the plan anew.
  private func roundTripBound(_ problem: RouteProblem) -> Int64 {
    var closed = problem
    closed.picks.append(problem.end)
    closed.end = problem.start
    plan.lay(closed)
    guard let trip = sweptRoute(nil) else { return 0 }
    let metric = DistanceMetric(layout: problem.layout, blocks: problem.blocks)
    guard let back = metric.distance(from: problem.end, to: problem.start) else { return 0 }
    return trip.length - back
  }

  /// Nil when the sweep is too large.
  private func sweptRoute(_ inside: Route?) -> Route? {
    let rows = plan.rows
    let isOpenWalk = plan.startNode != plan.endNode
    guard rows <= (isOpenWalk ? RoutingLimits.maximumOpenTableCrossAisles : RoutingLimits.maximumTableCrossAisles)
    else { return nil }
    if rows == 8 {
      return FrontierSweep<Int32, UInt32>.holds(plan)
        ? sweptRoute(FrontierTables.roundTrip8, &sweep8, inside)
        : sweptRoute(FrontierTables.roundTrip8, &longSweep8, inside)
    }
    let table = isOpenWalk ? FrontierTables.openWalk(rows) : FrontierTables.roundTrip(rows)
    return FrontierSweep<Int32, UInt16>.holds(plan)
      ? sweptRoute(table, &sweep, inside) : sweptRoute(table, &longSweep, inside)
  }

  private func sweptRoute<Value, Index>(
    _ table: FrontierTable<Index>, _ kept: inout FrontierSweep<Value, Index>?, _ inside: Route?
  ) -> Route? {
    let sweep = kept ?? FrontierSweep(table, maximumUnspacedBytes: maximumUnspacedSweepBytes)
    kept = sweep
    guard sweep.fits(columns: plan.columns, rows: plan.rows, states: table.count) else { return nil }
    let end = sweep.run(plan, table)
    defer {
      sweep.trim()
      trace.trim()
    }
    if let inside, inside.length <= end?.value ?? unreachableDistance { return inside }
    guard let end else { preconditionFailure("reachable picks, but no walk") }
    trace.run(plan, sweep, from: end)
    return Route(order: euler.order(plan, trace), length: end.value, lowerBound: end.value)
  }
}

extension RouteProblem {
  /// The order visits each pick once and its legs add up to the length.
  func isWalk(_ route: Route) -> Bool {
    guard route.order.count == picks.count, Set(route.order) == Set(picks.indices) else { return false }
    let metric = DistanceMetric(layout: layout, blocks: blocks)
    return metric.length(through: [start] + route.order.map { picks[$0] } + [end]) == route.length
      && route.lowerBound <= route.length
  }
}

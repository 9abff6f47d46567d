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
  private let sweep: FrontierSweep
  private var trace = SweepTrace()
  private var euler = EulerWalk()

  package convenience init() {
    self.init(maximumUnspacedSweepBytes: RoutingLimits.maximumUnspacedSweepBytes)
  }

  init(maximumUnspacedSweepBytes: Int) {
    sweep = FrontierSweep(maximumUnspacedBytes: maximumUnspacedSweepBytes)
  }

  /// Builds what calls for so many cross-aisles use, so that the first call does not pay for it (25 ms at 7).
  package static func prepareTables(crossAisleCount: Int) {
    for count in 2...max(2, min(crossAisleCount, RoutingLimits.maximumTableCrossAisles)) {
      _ = FrontierTable.roundTrip(count)
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
    let inside = plan.walkWithinSubAisle(problem)
    if let inside, inside.length == 0 { return inside }
    let rows = plan.rows
    let isOpenWalk = plan.startNode != plan.endNode
    let limit = isOpenWalk ? RoutingLimits.maximumOpenTableCrossAisles : RoutingLimits.maximumTableCrossAisles
    if rows <= limit {
      let table = isOpenWalk ? FrontierTable.openWalk(rows) : FrontierTable.roundTrip(rows)
      if sweep.fits(columns: plan.columns, rows: rows, states: table.count) {
        return sweptRoute(table, inside)
      }
    }
    // A walk that stays inside is not proven best by what follows; the bound decides.
    let searched = problem.searchedRoute()
    guard let inside, inside.length <= searched.length else { return searched }
    return Route(order: inside.order, length: inside.length, lowerBound: min(searched.lowerBound, inside.length))
  }

  private func sweptRoute(_ table: FrontierTable, _ inside: Route?) -> Route {
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

internal import AisleRouting
package import CrossdockPlugin

/// Why the stops stand in this order: what each leg costs and which way it takes, what each stop costs (the walk without it, its
/// neighbours joined), and what it would cost to pick it after the next one.
package enum RouteExplanation {
  package struct Leg: Equatable, Sendable {
    /// Metres.
    package var from: String
    package var to: String
    package var walk: Double
    package var total: Double
    /// Aisles and cross-aisles in words.
    package var way: String
    /// Of the stop at the leg's end; nil for the end of the walk.
    package var cost: Double?
    package var costAfterNext: Double?
    /// The next stop's handling keeps it behind this one.
    package var isBeforeNext = false
  }

  package struct Explanation: Sendable {
    package var legs: [Leg]
    package var length: Double
    package var lowerBound: Double
    package var sShape: Double?
    /// Always to the nearest open stop, of those that handling lets come next.
    package var nearestFirst: Double
  }

  /// - Throws: `PluginError` when the layout cannot be used or the order is refused.
  package static func explain(layout: [UInt8], layoutPath: String, order: [UInt8]) throws(PluginError) -> Explanation {
    let planned = try OneOrderRoute.plan(layout: layout, layoutPath: layoutPath, order: order)
    return explain(planned.order, planned.layout)
  }

  static func explain(_ order: OpenOrder, _ layout: HallLayout) -> Explanation {
    let paths = WalkPaths(layout.network(blocks: layout.permanentBlocks))
    let start = NamedPlace(name: order.plan.start, position: layout.places[order.plan.start]!)
    let end = order.plan.reachesEnd ? order.end : start
    let places = [start] + order.plan.stops.map { order.lines[$0].place } + [end]
    let ranks = order.plan.stops.map { order.lines[$0].handling.rawValue }
    func walk(_ a: Int, _ b: Int) -> Double {
      let (a, b) = (places[a].position, places[b].position)
      let isPlain = layout.isPlain
      return Double(paths.distance(from: isPlain ? a.inMiddle : a, to: isPlain ? b.inMiddle : b) ?? 0) / 1000
    }
    var legs: [Leg] = []
    var total = 0.0
    for i in places.indices.dropFirst() {
      total += walk(i - 1, i)
      var leg = Leg(
        from: places[i - 1].name, to: places[i].name, walk: walk(i - 1, i), total: total,
        way: way(places[i - 1].position, places[i].position, layout, paths), cost: nil, costAfterNext: nil)
      if i < places.count - 1 { leg.cost = walk(i - 1, i) + walk(i, i + 1) - walk(i - 1, i + 1) }
      if i < places.count - 2, ranks[i - 1] < ranks[i] {
        leg.isBeforeNext = true
      } else if i < places.count - 2 {
        leg.costAfterNext =
          walk(i - 1, i + 1) + walk(i + 1, i) + walk(i, i + 2) - walk(i - 1, i) - walk(i, i + 1) - walk(i + 1, i + 2)
      }
      legs.append(leg)
    }
    return Explanation(
      legs: legs, length: order.plan.length.metres, lowerBound: order.plan.lowerBound.metres,
      sShape: order.plan.sShape?.metres, nearestFirst: nearestFirst(ranks, walk))
  }

  /// Through the same places, and in the same precedence: a walk that the order allows.
  private static func nearestFirst(_ ranks: [Int], _ walk: (Int, Int) -> Double) -> Double {
    var left = Set(1..<ranks.count + 1)
    var (here, length) = (0, 0.0)
    while let next = left.min(by: { (ranks[$0 - 1], walk(here, $0), $0) < (ranks[$1 - 1], walk(here, $1), $1) }) {
      length += walk(here, next)
      left.remove(next)
      here = next
    }
    return length + walk(here, ranks.count + 1)
  }

  /// `up A03, right, down A05`
  private static func way(
    _ a: AislePosition, _ b: AislePosition, _ layout: HallLayout, _ paths: WalkPaths
  ) -> String {
    let map = BuildingMap(layout)
    let points = [map.point(a)] + (paths.nodes(from: a, to: b) ?? []).map { map.nodes[$0] } + [map.point(b)]
    var steps: [String] = []
    for (p, q) in zip(points, points.dropFirst()) where p != q {
      let step: String
      if p.floor != q.floor {
        let name = map.floorNames[q.floor]
        step = name.isEmpty ? "to the floor without a name" : "to floor \(name)"
      } else if p.x == q.x {
        let aisle = layout.floors.first { $0.id == map.floorNames[p.floor] }.flatMap { floor in
          floor.geometry.aisleX.firstIndex(of: p.x).map { layout.aisles[floor.firstLine + $0] }
        }
        step = (q.y > p.y ? "up" : "down") + (aisle.map { " \($0)" } ?? "")
      } else if p.y == q.y {
        step = q.x > p.x ? "right" : "left"
      } else {
        step = "across"
      }
      if steps.last != step { steps.append(step) }
    }
    return steps.isEmpty ? "here" : steps.joined(separator: ", ")
  }
}

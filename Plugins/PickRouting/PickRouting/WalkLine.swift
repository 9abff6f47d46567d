internal import AisleRouting

/// A walk as points of the building: the legs between stops with every corner on the way.
struct WalkLine {
  struct Point: Equatable {
    /// Millimetres.
    var x: Int64
    var y: Int64
    /// Index into `floorNames`.
    var floor: Int
  }

  /// From the start to the first stop, from stop to stop, to the end; each leg from its first point to its last.
  private(set) var legs: [[Point]] = []

  init(_ layout: HallLayout, _ order: OpenOrder) {
    let map = BuildingMap(layout)
    let paths = WalkPaths(layout.network(blocks: layout.permanentBlocks))
    var places: [AislePosition] = []
    if let start = layout.places[order.plan.start] { places.append(start) }
    places += order.plan.stops.map { order.lines[$0].place.position }
    places.append(order.plan.reachesEnd ? order.end.position : places[0])
    for (a, b) in zip(places, places.dropFirst()) {
      let nodes = paths.nodes(from: a, to: b) ?? []
      var leg = [map.point(a)] + nodes.map { map.nodes[$0] } + [map.point(b)]
      leg = leg.indices.filter { $0 == 0 || leg[$0] != leg[$0 - 1] }.map { leg[$0] }
      legs.append(leg)
    }
  }
}

/// Where lines and nodes of a layout's network lie.
struct BuildingMap {
  private(set) var floorNames: [String] = []
  /// By node of `HallLayout.network`.
  private(set) var nodes: [WalkLine.Point] = []
  /// By line: x (of a graph's node: x and y) and floor.
  private(set) var lines: [WalkLine.Point] = []

  init(_ layout: HallLayout) {
    func floor(_ name: String) -> Int {
      if let known = floorNames.firstIndex(of: name) { return known }
      floorNames.append(name)
      return floorNames.count - 1
    }
    for hall in layout.floors {
      let number = floor(hall.id)
      for x in hall.geometry.aisleX { lines.append(WalkLine.Point(x: x, y: 0, floor: number)) }
    }
    for node in layout.nodes { lines.append(WalkLine.Point(x: node.x, y: node.y, floor: floor(node.floor))) }
    let network = layout.network(blocks: [])
    nodes = Array(repeating: WalkLine.Point(x: 0, y: 0, floor: 0), count: network.nodeCount)
    for (number, line) in network.lines.enumerated() {
      for (y, node) in zip(line.ys, line.nodes) {
        nodes[node] = lines[number]
        nodes[node].y += y
      }
    }
  }

  func point(_ place: AislePosition) -> WalkLine.Point {
    var point = lines[place.aisle]
    point.y += place.y
    return point
  }
}

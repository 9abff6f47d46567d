package import AisleRouting

/// A building as the router and the answers need it. Made by `LayoutReader`, which has checked it: every place lies in its aisle
/// and every location can be reached from every depot, and back.
///
/// **Lines** are numbered through: the aisles of one floor after the other, by x, then the nodes of a graph. A place is a line and
/// a y (`AislePosition`); on a node y is 0.
package struct HallLayout: Sendable {
  package struct Floor: Sendable {
    package var id: String
    /// A wide cross-aisle is two rows, its edges: who turns from one aisle into the next need not walk to its middle.
    package var geometry: AisleLayout
    /// By row of `geometry`.
    package var crossDirections: [WalkNetwork.Direction]
    package var firstLine: Int
    /// As drawn: middle and width.
    package var crossAisles: [(y: Int64, width: Int64)]
  }

  package struct Node: Sendable {
    package var id: String
    package var x: Int64
    package var y: Int64
    package var floor: String
  }

  package struct Edge: Sendable {
    package var from: Int
    package var to: Int
    package var length: Int64
    package var isTwoWay: Bool
  }

  package struct Lift: Sendable {
    package var id: String
    package var stops: [AislePosition]
    /// Of a ride from any stop to any other, as a length.
    package var cost: Int64
    /// More for each stop further.
    package var costPerStop: Int64
  }

  package let id: String
  package let version: String

  init(id: String, version: String) {
    self.id = id
    self.version = version
  }

  package internal(set) var floors: [Floor] = []
  /// Ids of lines.
  package private(set) var aisles: [String] = []
  private var numbers: [String: Int] = [:]
  /// By line, for aisles.
  package internal(set) var directions: [WalkNetwork.Direction] = []
  package internal(set) var widths: [Int64] = []
  package internal(set) var nodes: [Node] = []
  package internal(set) var edges: [Edge] = []
  package internal(set) var lifts: [Lift] = []
  package internal(set) var turnCost: Int64 = 0
  /// The first is where an order starts that does not say.
  package internal(set) var depots: [String] = []
  /// Locations and depots, by id.
  package internal(set) var places: [String: AislePosition] = [:]
  /// What the picker reads off the location, by location.
  package internal(set) var checkDigits: [String: String] = [:]
  package internal(set) var permanentBlocks: [AisleBlock] = []

  func isDepot(_ name: String) -> Bool { depots.contains(name) }

  func aisle(_ name: String) -> Int? { numbers[name] }

  mutating func add(lines ids: [String]) {
    for id in ids {
      if numbers[id] == nil { numbers[id] = aisles.count }
      aisles.append(id)
    }
  }

  /// Lines of halls; those of nodes come after them.
  var hallAisleCount: Int { aisles.count - nodes.count }

  package var locationCount: Int { places.count - depots.count }

  /// One floor of parallel two-way aisles, faces and turns making no difference: what the exact sweep knows.
  var isPlain: Bool { isOneHall && turnCost == 0 && !hasOneWays && !(hasWidths && hasFaces) }

  var isOneHall: Bool { floors.count == 1 && nodes.isEmpty && lifts.isEmpty }

  var hasOneWays: Bool {
    directions.contains { $0 != .both } || floors.contains { $0.crossDirections.contains { $0 != .both } }
  }
  private var hasWidths: Bool { widths.contains { $0 > 0 } }
  private var hasFaces: Bool { places.values.contains { $0.face != 0 } }

  /// Of the first floor.
  var geometry: AisleLayout { floors.first?.geometry ?? AisleLayout(aisleX: [], crossY: []) }

  func floor(ofLine line: Int) -> Int? {
    floors.lastIndex { $0.firstLine <= line && line < $0.firstLine + $0.geometry.aisleX.count }
  }

  /// The y at which a line meets others.
  package func crossY(_ line: Int) -> [Int64] { floor(ofLine: line).map { floors[$0].geometry.crossY } ?? [0] }

  func contains(_ block: AisleBlock) -> Bool {
    let crossY = crossY(block.aisle)
    return crossY[0] <= block.from && block.to <= crossY[crossY.count - 1]
  }

  func points(_ blocks: [AisleBlock]) -> [AislePosition] { blocks.flatMap { $0.points(crossY: crossY($0.aisle)) } }

  /// The ways of the whole building, with what is blocked.
  func network(blocks: [AisleBlock]) -> WalkNetwork {
    var network = WalkNetwork(nodeCount: 0, lines: [], arcs: [], turnCost: turnCost)
    for floor in floors {
      let lines = floor.firstLine..<floor.firstLine + floor.geometry.aisleX.count
      network.addHall(
        floor.geometry, directions: Array(directions[lines]), widths: Array(widths[lines]),
        crossDirections: floor.crossDirections)
    }
    let first = network.nodeCount
    for _ in nodes {
      network.lines.append(WalkNetwork.Line(ys: [0], nodes: [network.nodeCount]))
      network.nodeCount += 1
    }
    for edge in edges {
      let axis = axis(from: nodes[edge.from], to: nodes[edge.to])
      let (a, b) = (first + edge.from, first + edge.to)
      network.arcs.append(WalkNetwork.Arc(from: a, to: b, length: edge.length, axis: axis))
      if edge.isTwoWay { network.arcs.append(WalkNetwork.Arc(from: b, to: a, length: edge.length, axis: axis)) }
    }
    for lift in lifts {
      let stops = lift.stops.map { network.node(at: $0) }
      for a in stops.indices {
        for b in stops.indices where a != b {
          let length = lift.cost + lift.costPerStop * Int64(abs(a - b) - 1)
          network.arcs.append(
            WalkNetwork.Arc(from: stops[a], to: stops[b], length: length, axis: WalkNetwork.noAxis))
        }
      }
    }
    network.block(points(blocks))
    return network
  }

  /// In eighths of half a turn; along x is 0, along y is 2.
  private func axis(from a: Node, to b: Node) -> WalkNetwork.Axis {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    guard a.floor == b.floor, dx != 0 || dy != 0 else { return WalkNetwork.noAxis }
    // tan 22.5° is about 0.414: within it of an axis.
    if abs(dy) * 1000 <= abs(dx) * 414 { return 0 }
    if abs(dx) * 1000 <= abs(dy) * 414 { return 2 }
    return (dx > 0) == (dy > 0) ? 1 : 3
  }
}

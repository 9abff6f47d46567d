/// What can be walked in a building that is more than one hall of parallel two-way aisles: floors joined by lifts, one-way aisles
/// and cross-aisles, wide aisles with two faces, costs of turns, or any graph of nodes and edges.
///
/// **Nodes** are where ways meet. **Lines** are aisles: a line runs through its nodes at ascending y, and places lie on it between
/// them. A node of an irregular layout is a line of its own with one node at y 0, so that a place is always a line and a y.
///
/// Lengths of arcs are what they cost: metres walked, or what a lift's wait is worth. Arcs are directed.
package struct WalkNetwork: Sendable {
  package enum Direction: Sendable, Equatable {
    case both, ascending, descending
  }

  /// Along which axis an arc leads, in eighths of half a turn (0 and 2 are at right angles); `noAxis` for lifts.
  package typealias Axis = UInt8
  package static let noAxis: Axis = 4

  package struct Line: Sendable {
    /// Ascending; of equal count.
    package var ys: [Int64]
    package var nodes: [Int]
    package var direction: Direction
    /// Of the whole aisle; 0: faces make no difference.
    package var width: Int64
    package var axis: Axis
    /// Ascending; no walk passes these.
    package var blocked: [Int64] = []

    package init(ys: [Int64], nodes: [Int], direction: Direction = .both, width: Int64 = 0, axis: Axis = 0) {
      self.ys = ys
      self.nodes = nodes
      self.direction = direction
      self.width = width
      self.axis = axis
    }

    /// No blocked point from one y to another, ends included.
    func isOpen(_ a: Int64, _ b: Int64) -> Bool {
      // The first blocked point that is not below both.
      var (low, high) = (0, blocked.count)
      while low < high {
        let middle = (low + high) / 2
        if blocked[middle] < min(a, b) { low = middle + 1 } else { high = middle }
      }
      return low == blocked.count || blocked[low] > max(a, b)
    }

    func allows(from a: Int64, to b: Int64) -> Bool {
      direction == .both || a == b || (direction == .ascending) == (a < b)
    }
  }

  package struct Arc: Sendable {
    package var from: Int
    package var to: Int
    package var length: Int64
    package var axis: Axis

    package init(from: Int, to: Int, length: Int64, axis: Axis) {
      self.from = from
      self.to = to
      self.length = length
      self.axis = axis
    }
  }

  package var nodeCount: Int
  package var lines: [Line]
  /// Beside those along lines.
  package var arcs: [Arc]
  /// What a turn by a right angle costs, as a length. At a stop the picker turns in any case, so that leaving it is free.
  package var turnCost: Int64

  package init(nodeCount: Int, lines: [Line], arcs: [Arc], turnCost: Int64 = 0) {
    self.nodeCount = nodeCount
    self.lines = lines
    self.arcs = arcs
    self.turnCost = turnCost
  }

  /// Every arc, those along lines included; without those that blocks cut or whose ends are blocked.
  func openArcs() -> [Arc] {
    var isClosed = [Bool](repeating: false, count: nodeCount)
    for line in lines where !line.blocked.isEmpty {
      for (y, node) in zip(line.ys, line.nodes) where !line.isOpen(y, y) { isClosed[node] = true }
    }
    var open = arcs.filter { !isClosed[$0.from] && !isClosed[$0.to] }
    for line in lines {
      for i in line.ys.indices.dropFirst() where line.isOpen(line.ys[i - 1], line.ys[i]) {
        let (lower, upper, length) = (line.nodes[i - 1], line.nodes[i], line.ys[i] - line.ys[i - 1])
        if line.direction != .descending { open.append(Arc(from: lower, to: upper, length: length, axis: line.axis)) }
        if line.direction != .ascending { open.append(Arc(from: upper, to: lower, length: length, axis: line.axis)) }
      }
    }
    return open
  }

  /// Adds a hall of parallel aisles: its crossings as nodes, its aisles as lines, its cross-aisles as arcs.
  ///
  /// - Parameters:
  ///   - directions, widths: by aisle; empty: two ways, no width.
  ///   - crossDirections: by cross-aisle; ascending is along ascending x.
  package mutating func addHall(
    _ hall: AisleLayout, directions: [Direction] = [], widths: [Int64] = [], crossDirections: [Direction] = []
  ) {
    let rows = hall.crossY.count
    let first = nodeCount
    nodeCount += hall.aisleX.count * rows
    for aisle in hall.aisleX.indices {
      lines.append(
        Line(
          ys: hall.crossY, nodes: (0..<rows).map { first + aisle * rows + $0 },
          direction: directions.isEmpty ? .both : directions[aisle], width: widths.isEmpty ? 0 : widths[aisle],
          axis: 2))
      guard aisle > 0 else { continue }
      for row in 0..<rows {
        let (left, right) = (first + (aisle - 1) * rows + row, first + aisle * rows + row)
        let length = hall.aisleX[aisle] - hall.aisleX[aisle - 1]
        let direction = crossDirections.isEmpty ? .both : crossDirections[row]
        if direction != .descending { arcs.append(Arc(from: left, to: right, length: length, axis: 0)) }
        if direction != .ascending { arcs.append(Arc(from: right, to: left, length: length, axis: 0)) }
      }
    }
  }

  package mutating func block(_ places: [AislePosition]) {
    for place in places { lines[place.aisle].blocked.append(place.y) }
    for line in lines.indices where lines[line].blocked.count > 1 { lines[line].blocked.sort() }
  }

  /// The place itself can be stood on.
  package func isOpen(_ place: AislePosition) -> Bool { lines[place.aisle].isOpen(place.y, place.y) }

  /// The node at a place of a line; a new one where there is none.
  package mutating func node(at place: AislePosition) -> Int {
    let line = lines[place.aisle]
    let index = line.ys.firstIndex { $0 >= place.y } ?? line.ys.count
    if index < line.ys.count, line.ys[index] == place.y { return line.nodes[index] }
    lines[place.aisle].ys.insert(place.y, at: index)
    lines[place.aisle].nodes.insert(nodeCount, at: index)
    nodeCount += 1
    return nodeCount - 1
  }

  /// Every way in the other direction.
  package func reversed() -> WalkNetwork {
    var reversed = self
    reversed.arcs = arcs.map { Arc(from: $0.to, to: $0.from, length: $0.length, axis: $0.axis) }
    for line in lines.indices where lines[line].direction != .both {
      reversed.lines[line].direction = lines[line].direction == .ascending ? .descending : .ascending
    }
    return reversed
  }
}

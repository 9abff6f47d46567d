/// Shortest paths of a network (Dijkstra 1959), by the state (node, axis of arrival) where turns cost something.
///
/// A row of distances is computed when a place beside its node is first asked for, and kept: a network is one version of a layout
/// with its present blocks, so rows never grow old. When they would take more than `maximumCachedBytes`, all are dropped.
package final class WalkPaths {
  /// Stands for a leg that is not there in a matrix that is summed up: longer than any walk, short enough for sums.
  package static let noWay: Int64 = 1 << 44

  package let network: WalkNetwork
  private let axes: Int
  private let maximumCachedBytes: Int
  // Arcs by their first node.
  private var arcStart: [Int32] = []
  private var arcTo: [Int32] = []
  private var arcAxis: [UInt8] = []
  private var arcLength: [Int64] = []
  private var rows: [Int: [Int64]] = [:]
  /// Rows computed so far: the cache's misses.
  package private(set) var computedRows = 0

  package init(_ network: WalkNetwork, maximumCachedBytes: Int = RoutingLimits.maximumCachedPathBytes) {
    self.network = network
    self.maximumCachedBytes = maximumCachedBytes
    axes = network.turnCost > 0 ? Int(WalkNetwork.noAxis) + 1 : 1
    let arcs = network.openArcs().sorted { ($0.from, $0.to, $0.length) < ($1.from, $1.to, $1.length) }
    arcStart = Array(repeating: 0, count: network.nodeCount + 1)
    for arc in arcs {
      arcStart[arc.from + 1] += 1
      arcTo.append(Int32(arc.to))
      arcAxis.append(arc.axis)
      arcLength.append(arc.length)
    }
    for node in 0..<network.nodeCount { arcStart[node + 1] += arcStart[node] }
  }

  /// Row by row, from each place to each: `unreachableDistance` where no walk leads.
  package func matrix(_ places: [AislePosition]) -> [Int64] {
    let entries = Entries(places, doors: { doors(of: $0, leaving: false) })
    var matrix = [Int64](repeating: unreachableDistance, count: places.count * places.count)
    // The last one stands for the entrance that a place has not.
    var via = [Int64](repeating: unreachableDistance, count: entries.doors.count + 1)
    let together = Dictionary(grouping: places.indices, by: { places[$0].aisle })
    matrix.withUnsafeMutableBufferPointer { matrix in
      for (a, place) in places.enumerated() {
        reach(&via, entries.doors, from: starts(doors(of: place, leaving: true)))
        let row = UnsafeMutableBufferPointer(rebasing: matrix[a * places.count..<(a + 1) * places.count])
        entries.fill(row, via)
        for b in together[place.aisle]! { row[b] = min(row[b], within(place, places[b])) }
      }
    }
    return matrix
  }

  /// The doors by which places are entered, each once, though places share them: a node and the axis on which one goes on from it.
  private struct Entries {
    private(set) var doors: [Door] = []
    /// By place: numbers of its one or two doors, and how far it is from there.
    private var numbers: [(first: Int32, second: Int32)] = []
    private var lengths: [(first: Int64, second: Int64)] = []

    init(_ places: [AislePosition], doors doorsOf: (AislePosition) -> [Door]) {
      var known: [Int: Int32] = [:]
      let entrances = places.map(doorsOf)
      for doors in entrances {
        for door in doors {
          let number = known[Self.key(door)] ?? Int32(self.doors.count)
          guard number == self.doors.count else { continue }
          known[Self.key(door)] = number
          self.doors.append(door)
        }
      }
      let none = Int32(doors.count)
      for doors in entrances {
        let first = doors.first.map { (known[Self.key($0)]!, $0.length) } ?? (none, 0)
        let second = doors.count > 1 ? (known[Self.key(doors[1])]!, doors[1].length) : (none, 0)
        numbers.append((first.0, second.0))
        lengths.append((first.1, second.1))
      }
    }

    private static func key(_ door: Door) -> Int { door.node * (Int(WalkNetwork.noAxis) + 1) + Int(door.axis) }

    /// How far each place is, by its better door.
    func fill(_ row: UnsafeMutableBufferPointer<Int64>, _ via: [Int64]) {
      via.withUnsafeBufferPointer { via in
        numbers.withUnsafeBufferPointer { numbers in
          lengths.withUnsafeBufferPointer { lengths in
            for b in 0..<numbers.count {
              let best = min(
                via[Int(numbers[b].first)] + lengths[b].first, via[Int(numbers[b].second)] + lengths[b].second)
              row[b] = min(best, unreachableDistance)
            }
          }
        }
      }
    }
  }

  /// By door: how far it is from a place, with the turn into the door's line.
  private func reach(_ via: inout [Int64], _ shared: [Door], from starts: [(length: Int64, row: [Int64])]) {
    for k in shared.indices { via[k] = unreachableDistance }
    for (length, row) in starts {
      for (k, door) in shared.enumerated() {
        for axis in 0..<axes {
          let distance = row[door.node * axes + axis]
          guard distance < unreachableDistance else { continue }
          via[k] = min(via[k], length + distance + turn(UInt8(axis), door.axis))
        }
      }
    }
  }

  /// Without leaving the stretch of an aisle; across it, or only to its middle.
  private func within(_ a: AislePosition, _ b: AislePosition) -> Int64 {
    guard a.aisle == b.aisle else { return unreachableDistance }
    if a == b { return 0 }
    let line = network.lines[a.aisle]
    guard line.allows(from: a.y, to: b.y), line.isOpen(a.y, b.y) else { return unreachableDistance }
    return abs(a.y - b.y) + Int64(abs(a.face - b.face)) * (line.width / 2)
  }

  package func distance(from a: AislePosition, to b: AislePosition) -> Int64? {
    let distance = distance(a, b, starts(doors(of: a, leaving: true)), doors(of: b, leaving: false))
    return distance < unreachableDistance ? distance : nil
  }

  /// By place: how far it is, nil where no walk leads.
  package func distances(from start: AislePosition, to places: [AislePosition]) -> [Int64?] {
    let starts = starts(doors(of: start, leaving: true))
    return places.map {
      let distance = distance(start, $0, starts, doors(of: $0, leaving: false))
      return distance < unreachableDistance ? distance : nil
    }
  }

  /// By place: whether a walk leads there.
  package func reaches(_ places: [AislePosition], from start: AislePosition) -> [Bool] {
    distances(from: start, to: places).map { $0 != nil }
  }

  /// By place: whether a walk leads from there to one of some ends.
  package func lead(_ places: [AislePosition], to ends: [AislePosition]) -> [Bool] {
    var isFound = [Bool](repeating: false, count: network.nodeCount)
    var found: [Int] = []
    func find(_ node: Int) {
      guard !isFound[node] else { return }
      isFound[node] = true
      found.append(node)
    }
    for end in ends { for door in doors(of: end, leaving: false) { find(door.node) } }
    let sources = sourceArcs
    while let node = found.popLast() {
      for source in sources.start[node]..<sources.start[node + 1] { find(sources.nodes[source]) }
    }
    return places.map { place in
      ends.contains { within(place, $0) < unreachableDistance }
        || doors(of: place, leaving: true).contains { isFound[$0.node] }
    }
  }

  /// Where arcs come from, by the node that they lead to.
  private var sourceArcs: (start: [Int], nodes: [Int]) {
    var start = [Int](repeating: 0, count: network.nodeCount + 1)
    for to in arcTo { start[Int(to) + 1] += 1 }
    for node in 0..<network.nodeCount { start[node + 1] += start[node] }
    var next = start
    var nodes = [Int](repeating: 0, count: arcTo.count)
    for from in 0..<network.nodeCount {
      for arc in Int(arcStart[from])..<Int(arcStart[from + 1]) {
        nodes[next[Int(arcTo[arc])]] = from
        next[Int(arcTo[arc])] += 1
      }
    }
    return (start, nodes)
  }

  /// The nodes that a shortest path leads through, in their order; empty where it stays within a stretch of a line, nil where no
  /// walk leads. Computed anew each time: for pictures and explanations.
  package func nodes(from a: AislePosition, to b: AislePosition) -> [Int]? {
    guard let whole = distance(from: a, to: b) else { return nil }
    if a == b { return [] }
    let line = network.lines[a.aisle]
    if a.aisle == b.aisle, line.allows(from: a.y, to: b.y), line.isOpen(a.y, b.y),
      whole == abs(a.y - b.y) + Int64(abs(a.face - b.face)) * (line.width / 2)
    {
      return []
    }
    let entries = doors(of: b, leaving: false)
    for door in doors(of: a, leaving: true) {
      var before: [Int] = []
      let row = shortestPaths(from: door.node * axes + (axes == 1 ? 0 : Int(door.axis)), before: &before)
      for entry in entries {
        for axis in 0..<axes {
          var state = entry.node * axes + axis
          guard door.length + row[state] + turn(UInt8(axis), entry.axis) + entry.length == whole else { continue }
          var nodes = [entry.node]
          while before[state] >= 0 {
            state = before[state]
            if nodes[nodes.count - 1] != state / axes { nodes.append(state / axes) }
          }
          return nodes.reversed()
        }
      }
    }
    return nil
  }

  // MARK: places

  /// A node that a place leads to, or is led to from, without another one between.
  private struct Door {
    var node: Int
    var axis: WalkNetwork.Axis
    var length: Int64
  }

  private func doors(of place: AislePosition, leaving: Bool) -> [Door] {
    let line = network.lines[place.aisle]
    guard line.isOpen(place.y, place.y) else { return [] }
    let step = place.face == 0 ? 0 : line.width / 2
    var doors: [Door] = []
    func add(_ index: Int) {
      let y = line.ys[index]
      guard line.isOpen(place.y, y), leaving ? line.allows(from: place.y, to: y) : line.allows(from: y, to: place.y)
      else { return }
      let axis = y == place.y && step == 0 ? WalkNetwork.noAxis : line.axis
      doors.append(Door(node: line.nodes[index], axis: axis, length: abs(y - place.y) + step))
    }
    if let above = line.ys.firstIndex(where: { $0 >= place.y }) {
      add(above)
      if line.ys[above] > place.y, above > 0 { add(above - 1) }
    } else if !line.ys.isEmpty {
      add(line.ys.count - 1)
    }
    return doors
  }

  private func starts(_ doors: [Door]) -> [(length: Int64, row: [Int64])] {
    doors.map { ($0.length, row(from: $0.node, axis: $0.axis)) }
  }

  private func distance(
    _ a: AislePosition, _ b: AislePosition, _ out: [(length: Int64, row: [Int64])], _ into: [Door]
  ) -> Int64 {
    if a == b { return 0 }
    var best = within(a, b)
    for (length, row) in out {
      for entry in into {
        for axis in 0..<axes {
          let distance = row[entry.node * axes + axis]
          guard distance < unreachableDistance else { continue }
          best = min(best, length + distance + turn(UInt8(axis), entry.axis) + entry.length)
        }
      }
    }
    return best
  }

  private func turn(_ a: WalkNetwork.Axis, _ b: WalkNetwork.Axis) -> Int64 {
    guard network.turnCost > 0, a != WalkNetwork.noAxis, b != WalkNetwork.noAxis else { return 0 }
    return (Int(a) + 4 - Int(b)) % 4 == 2 ? network.turnCost : 0
  }

  // MARK: rows

  private func row(from node: Int, axis: WalkNetwork.Axis) -> [Int64] {
    let state = node * axes + (axes == 1 ? 0 : Int(axis))
    if let known = rows[state] { return known }
    var before: [Int] = []
    let row = shortestPaths(from: state, before: &before)
    computedRows += 1
    if (rows.count + 1) * network.nodeCount * axes * 8 > maximumCachedBytes { rows.removeAll() }
    rows[state] = row
    return row
  }

  private func shortestPaths(from first: Int, before: inout [Int]) -> [Int64] {
    before = Array(repeating: -1, count: network.nodeCount * axes)
    var distances = [Int64](repeating: unreachableDistance, count: network.nodeCount * axes)
    var heap = StateHeap()
    distances[first] = 0
    heap.insert(state: first, at: 0)
    distances.withUnsafeMutableBufferPointer { distances in
      before.withUnsafeMutableBufferPointer { before in
        while let (distance, state) = heap.removeFirst() {
          guard distance == distances[state] else { continue }
          let (node, axis) = axes == 1 ? (state, 0) : (state / axes, UInt8(state % axes))
          for arc in Int(arcStart[node])..<Int(arcStart[node + 1]) {
            let next = Int(arcTo[arc]) * axes + (axes == 1 ? 0 : Int(arcAxis[arc]))
            let through = distance + arcLength[arc] + (axes == 1 ? 0 : turn(axis, arcAxis[arc]))
            if through < distances[next] {
              distances[next] = through
              before[next] = state
              heap.insert(state: next, at: through)
            }
          }
        }
      }
    }
    return distances
  }
}

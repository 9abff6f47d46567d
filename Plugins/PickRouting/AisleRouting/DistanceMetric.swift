/// The shortest walk between two places of a hall, along aisles and cross-aisles only, through no blocked point.
///
/// Without blocks it is a formula. With blocks the distances to all intersections are relaxed column by column and row by row
/// until nothing changes (two or three rounds as a rule), at each call: ask for many targets at once where you can.
package struct DistanceMetric: Sendable {
  private let layout: AisleLayout
  /// Blocked y of each aisle, ascending; empty without blocks.
  private let blockedY: [[Int64]]

  /// The layout must have passed `check()`; blocks outside of it are ignored.
  package init(layout: AisleLayout, blocks: [AislePosition] = []) {
    self.layout = layout
    guard !blocks.isEmpty else {
      blockedY = []
      return
    }
    var blockedY = [[Int64]](repeating: [], count: layout.aisleX.count)
    for block in blocks where layout.contains(block) { blockedY[block.aisle].append(block.y) }
    for aisle in blockedY.indices { blockedY[aisle].sort() }
    self.blockedY = blockedY
  }

  /// Nil where no walk leads to. A place at a blocked point is reached from nowhere but itself.
  package func distance(from start: AislePosition, to end: AislePosition) -> Int64? {
    blockedY.isEmpty ? openDistance(start, end) : distances(from: start, to: [end])[0]
  }

  package func distances(from start: AislePosition, to ends: [AislePosition]) -> [Int64?] {
    if blockedY.isEmpty { return ends.map { openDistance(start, $0) } }
    let toCrossings = crossingDistances(from: start)
    return ends.map { end in
      if end == start { return 0 }
      if start.aisle == end.aisle, isOpen(start.aisle, start.y, end.y) { return abs(start.y - end.y) }
      guard let (below, above) = ways(from: end) else { return nil }
      let rows = layout.crossY.count
      var best = unreachableDistance
      if let below { best = min(best, end.y - layout.crossY[below] + toCrossings[end.aisle * rows + below]) }
      if let above { best = min(best, layout.crossY[above] - end.y + toCrossings[end.aisle * rows + above]) }
      return best < unreachableDistance ? best : nil
    }
  }

  /// The length of a walk through places in this order; nil where it is cut.
  package func length(through places: [AislePosition]) -> Int64? {
    var length: Int64 = 0
    for index in places.indices.dropFirst() {
      guard let leg = distance(from: places[index - 1], to: places[index]) else { return nil }
      length += leg
    }
    return length
  }

  private func openDistance(_ a: AislePosition, _ b: AislePosition) -> Int64 {
    if a.aisle == b.aisle { return abs(a.y - b.y) }
    let low = min(a.y, b.y)
    let high = max(a.y, b.y)
    // A cross-aisle between the two costs nothing; otherwise the nearest one outside costs its way there and back.
    let next = layout.crossY.firstIndex { $0 >= low }!
    var detour: Int64 = 0
    if layout.crossY[next] > high {
      detour = 2 * min(low - layout.crossY[next - 1], layout.crossY[next] - high)
    }
    return abs(layout.aisleX[a.aisle] - layout.aisleX[b.aisle]) + high - low + detour
  }

  /// No blocked point from one y to another of an aisle, ends included.
  private func isOpen(_ aisle: Int, _ a: Int64, _ b: Int64) -> Bool {
    let low = min(a, b)
    guard let block = blockedY[aisle].first(where: { $0 >= low }) else { return true }
    return block > max(a, b)
  }

  /// The cross-aisles directly below and above that can be walked to; nil when the place itself is blocked.
  private func ways(from place: AislePosition) -> (below: Int?, above: Int?)? {
    guard isOpen(place.aisle, place.y, place.y) else { return nil }
    let above = layout.crossY.firstIndex { $0 >= place.y }!
    let below = layout.crossY[above] == place.y ? above : above - 1
    return (
      isOpen(place.aisle, layout.crossY[below], place.y) ? below : nil,
      isOpen(place.aisle, layout.crossY[above], place.y) ? above : nil
    )
  }

  private func crossingDistances(from start: AislePosition) -> [Int64] {
    let rows = layout.crossY.count
    let aisles = layout.aisleX.count
    var distances = [Int64](repeating: unreachableDistance, count: aisles * rows)
    guard let (below, above) = ways(from: start) else { return distances }
    if let below { distances[start.aisle * rows + below] = start.y - layout.crossY[below] }
    if let above { distances[start.aisle * rows + above] = layout.crossY[above] - start.y }
    let crossingIsOpen = (0..<aisles * rows).map {
      let y = layout.crossY[$0 % rows]
      return isOpen($0 / rows, y, y)
    }
    let stretchIsOpen = (0..<aisles * rows).map {
      $0 % rows + 1 < rows && isOpen($0 / rows, layout.crossY[$0 % rows], layout.crossY[$0 % rows + 1])
    }
    var changed = true
    func relax(_ from: Int, _ to: Int, _ step: Int64) {
      if distances[from] + step < distances[to] {
        distances[to] = distances[from] + step
        changed = true
      }
    }
    while changed {
      changed = false
      for row in 0..<rows {
        for aisle in 1..<max(1, aisles) {
          let (left, right) = ((aisle - 1) * rows + row, aisle * rows + row)
          if crossingIsOpen[left], crossingIsOpen[right] {
            relax(left, right, layout.aisleX[aisle] - layout.aisleX[aisle - 1])
          }
        }
        for aisle in (1..<max(1, aisles)).reversed() {
          let (left, right) = ((aisle - 1) * rows + row, aisle * rows + row)
          if crossingIsOpen[left], crossingIsOpen[right] {
            relax(right, left, layout.aisleX[aisle] - layout.aisleX[aisle - 1])
          }
        }
      }
      for aisle in 0..<aisles {
        for row in 0..<rows - 1 where stretchIsOpen[aisle * rows + row] {
          relax(aisle * rows + row, aisle * rows + row + 1, layout.crossY[row + 1] - layout.crossY[row])
        }
        for row in (0..<rows - 1).reversed() where stretchIsOpen[aisle * rows + row] {
          relax(aisle * rows + row + 1, aisle * rows + row, layout.crossY[row + 1] - layout.crossY[row])
        }
      }
    }
    return distances
  }
}

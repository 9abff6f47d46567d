/// The length of the S-shape (traversal) walk, which pickers are taught today: every sub-aisle with picks is walked through
/// from end to end, the blocks from the farthest to the nearest, the last sub-aisle of a block only in and out again when their
/// number is odd (Hall 1993; for several blocks Roodbergen & de Koster 2001). The way to the farthest block leads through the
/// first aisle with picks. Of the two directions, from the left and from the right, the shorter one counts.
///
/// Nil where the rule says nothing: start and end differ, the depot is not at the front or the back, an aisle is blocked, or
/// the problem is not valid.
package func sShapeLength(_ problem: RouteProblem) -> Int64? {
  guard (try? problem.check()) != nil, problem.start == problem.end, problem.blocks.isEmpty else { return nil }
  let crossY = problem.layout.crossY
  guard problem.start.y == crossY[0] || problem.start.y == crossY[crossY.count - 1] else { return nil }
  guard !problem.picks.isEmpty else { return 0 }
  let hall = SShapeHall(problem)
  return min(hall.walkLength(fromLeft: true), hall.walkLength(fromLeft: false))
}

/// The hall with the depot's cross-aisle as row 0.
private struct SShapeHall {
  let metric: DistanceMetric
  let depot: AislePosition
  let crossY: [Int64]
  /// Picks' y by block, then aisle, from the depot's side.
  var picks: [[Int: [Int64]]]

  init(_ problem: RouteProblem) {
    let isMirrored = problem.start.y != problem.layout.crossY[0]
    func turned(_ y: Int64) -> Int64 { isMirrored ? -y : y }
    let rows = problem.layout.crossY.map(turned).sorted()
    crossY = rows
    metric = DistanceMetric(layout: AisleLayout(aisleX: problem.layout.aisleX, crossY: rows))
    depot = AislePosition(aisle: problem.start.aisle, y: rows[0])
    picks = Array(repeating: [:], count: rows.count - 1)
    for pick in problem.picks {
      let y = turned(pick.y)
      let block = max(0, rows.firstIndex { $0 >= y }! - 1)
      picks[block][pick.aisle, default: []].append(y)
    }
  }

  func walkLength(fromLeft: Bool) -> Int64 {
    var open = picks
    let farthest = open.lastIndex { !$0.isEmpty }!
    let aisles = Set(open.flatMap(\.keys))
    let first = fromLeft ? aisles.min()! : aisles.max()!
    var walk = [depot, AislePosition(aisle: first, y: crossY[0])]
    // Up the first aisle to the near side of the farthest block.
    walk.append(AislePosition(aisle: first, y: crossY[farthest]))
    for block in 0..<farthest { open[block][first] = nil }
    for block in (0...farthest).reversed() where !open[block].isEmpty {
      walkBlock(block, open[block], &walk, isFarthest: block == farthest, fromLeft: fromLeft)
    }
    walk.append(depot)
    return metric.length(through: walk)!
  }

  /// Enters on one side, leaves on the depot's side.
  private func walkBlock(
    _ block: Int, _ picks: [Int: [Int64]], _ walk: inout [AislePosition], isFarthest: Bool, fromLeft: Bool
  ) {
    let near = crossY[block]
    let far = crossY[block + 1]
    var aisles = picks.keys.sorted()
    let here = walk[walk.count - 1].aisle
    let isNearerToLast = abs(aisles[aisles.count - 1] - here) < abs(aisles[0] - here)
    if isFarthest ? !fromLeft : isNearerToLast { aisles.reverse() }
    // The farthest block is entered from its near side, the others from their far side.
    var isAtNear = isFarthest
    for (index, aisle) in aisles.enumerated() {
      let isLast = index == aisles.count - 1
      walk.append(AislePosition(aisle: aisle, y: isAtNear ? near : far))
      if isLast, isAtNear {
        walk.append(AislePosition(aisle: aisle, y: picks[aisle]!.max()!))
        walk.append(AislePosition(aisle: aisle, y: near))
      } else {
        walk.append(AislePosition(aisle: aisle, y: isAtNear ? far : near))
        isAtNear.toggle()
      }
    }
    if !isAtNear { walk.append(AislePosition(aisle: aisles[aisles.count - 1], y: near)) }
  }
}

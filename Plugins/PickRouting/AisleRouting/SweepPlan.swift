/// A problem laid out for the sweep: the aisles and cross-aisles that a shortest walk may need, their places in ascending order,
/// and what each sub-aisle ("cell") costs.
///
/// **Nodes** are numbered aisle by aisle, upwards: intersections and the distinct places of stops, so that the node above `n`
/// in an aisle is `n + 1`. **Crossings** are the intersections, numbered `column * rows + row`. The cell between rows i and i + 1
/// of a column has the number `column * (rows - 1) + i`.
///
/// What is left out, and why nothing is lost: lengths of a fixed walk are linear in the place of an aisle without stops, so it
/// can be moved onto a neighbour without making the walk longer, and outermost ones can be moved inwards; the same holds for a
/// cross-aisle between two strips without stops. It takes neighbours that are not blocked.
struct SweepPlan {
  struct Crossing {
    var node: Int32 = 0
    var isBlocked = false
  }

  private(set) var rows = 0
  private(set) var columns = 0
  /// Distance from the column before; 0 for the first one.
  private(set) var columnGap: [Int64] = []
  private(set) var crossings: [Crossing] = []
  private(set) var nodeY: [Int64] = []
  /// Crossing number of a node, or -1 between cross-aisles.
  private(set) var nodeCrossing: [Int32] = []
  /// `pickOrder[nodePicks[n]..<nodePicks[n + 1]]` are the picks at node n.
  private(set) var nodePicks: [Int32] = []
  /// Indices of picks by aisle, then y, then index.
  private(set) var pickOrder: [Int32] = []
  private(set) var startNode = -1
  private(set) var endNode = -1
  /// The last column that has a stop.
  private(set) var lastColumn = 0
  /// Gap of each cell that cannot be walked (edge e joins the e-th place of the cell, counted from its lower crossing, to the
  /// next); -1 for none, -2 for more than one.
  private(set) var blockedEdge: [Int32] = []

  // Scratch, kept between problems.
  private var aislePicks: [Int32] = []
  private var aisleBlocks: [[Int64]] = []
  private var keptRows: [Int] = []
  private var keptAisles: [Int] = []

  /// The problem must have passed its checks.
  mutating func lay(_ problem: RouteProblem) {
    sortPicks(problem)
    sortBlocks(problem)
    chooseRows(problem)
    chooseAisles(problem)
    rows = keptRows.count
    columns = keptAisles.count
    columnGap.removeAll(keepingCapacity: true)
    crossings.removeAll(keepingCapacity: true)
    nodeY.removeAll(keepingCapacity: true)
    nodeCrossing.removeAll(keepingCapacity: true)
    nodePicks.removeAll(keepingCapacity: true)
    blockedEdge.removeAll(keepingCapacity: true)
    startNode = -1
    endNode = -1
    for column in 0..<columns {
      let x = problem.layout.aisleX[keptAisles[column]]
      columnGap.append(column == 0 ? 0 : x - problem.layout.aisleX[keptAisles[column - 1]])
      layColumn(column, problem)
    }
    nodePicks.append(Int32(pickOrder.count))
  }

  /// Counting sort by aisle, then each aisle by y.
  private mutating func sortPicks(_ problem: RouteProblem) {
    let aisles = problem.layout.aisleX.count
    aislePicks.removeAll(keepingCapacity: true)
    aislePicks.append(contentsOf: repeatElement(0, count: aisles + 1))
    for pick in problem.picks { aislePicks[pick.aisle + 1] += 1 }
    for aisle in 0..<aisles { aislePicks[aisle + 1] += aislePicks[aisle] }
    pickOrder.removeAll(keepingCapacity: true)
    pickOrder.append(contentsOf: repeatElement(0, count: problem.picks.count))
    for index in problem.picks.indices.reversed() {
      // Filled from the back: `aislePicks[a + 1]` runs down to the start of a, and is shifted into place below.
      let aisle = problem.picks[index].aisle
      aislePicks[aisle + 1] -= 1
      pickOrder[Int(aislePicks[aisle + 1])] = Int32(index)
    }
    for aisle in 0..<aisles { aislePicks[aisle] = aislePicks[aisle + 1] }
    aislePicks[aisles] = Int32(problem.picks.count)
    for aisle in 0..<aisles {
      let range = Int(aislePicks[aisle])..<Int(aislePicks[aisle + 1])
      if range.count > 40 {
        pickOrder[range].sort { (problem.picks[Int($0)].y, $0) < (problem.picks[Int($1)].y, $1) }
      } else {
        insertionSort(range, problem.picks)
      }
    }
  }

  private mutating func insertionSort(_ range: Range<Int>, _ picks: [AislePosition]) {
    for unsorted in range.dropFirst() {
      let pick = pickOrder[unsorted]
      let y = picks[Int(pick)].y
      var place = unsorted
      while place > range.lowerBound, picks[Int(pickOrder[place - 1])].y > y {
        pickOrder[place] = pickOrder[place - 1]
        place -= 1
      }
      pickOrder[place] = pick
    }
  }

  private mutating func sortBlocks(_ problem: RouteProblem) {
    aisleBlocks.removeAll(keepingCapacity: true)
    guard !problem.blocks.isEmpty else { return }
    aisleBlocks = Array(repeating: [], count: problem.layout.aisleX.count)
    for block in problem.blocks { aisleBlocks[block.aisle].append(block.y) }
    for aisle in aisleBlocks.indices { aisleBlocks[aisle].sort() }
  }
}

extension SweepPlan {
  /// Leaves out cross-aisles that no walk needs: those with no stop and no block on them and in both strips beside them.
  private mutating func chooseRows(_ problem: RouteProblem) {
    let crossY = problem.layout.crossY
    keptRows.removeAll(keepingCapacity: true)
    keptRows.append(contentsOf: crossY.indices)
    guard crossY.count > 2 else { return }
    // Marks: 2c is cross-aisle c, 2c + 1 the strip above it.
    var isUsed = [Bool](repeating: false, count: 2 * crossY.count)
    var crossingIsBlocked = false
    func mark(_ y: Int64) -> Int {
      let above = crossY.firstIndex { $0 >= y }!
      return crossY[above] == y ? 2 * above : 2 * above - 1
    }
    for pick in problem.picks { isUsed[mark(pick.y)] = true }
    isUsed[mark(problem.start.y)] = true
    isUsed[mark(problem.end.y)] = true
    for block in problem.blocks {
      let place = mark(block.y)
      isUsed[place] = true
      if place.isMultiple(of: 2) { crossingIsBlocked = true }
    }
    guard !crossingIsBlocked else { return }
    keptRows.removeAll(keepingCapacity: true)
    var strip = false
    for row in crossY.indices {
      let stillKept = keptRows.count + crossY.count - row
      let isNeeded = strip || isUsed[2 * row] || isUsed[2 * row + 1]
      if isNeeded || stillKept <= 2 {
        keptRows.append(row)
        strip = isUsed[2 * row + 1]
      }
    }
  }

  private mutating func chooseAisles(_ problem: RouteProblem) {
    let aisles = problem.layout.aisleX.count
    func hasStop(_ aisle: Int) -> Bool {
      aislePicks[aisle] < aislePicks[aisle + 1] || aisle == problem.start.aisle || aisle == problem.end.aisle
    }
    func isOpen(_ aisle: Int) -> Bool { aisleBlocks.isEmpty || aisleBlocks[aisle].isEmpty }
    func hasBlockedCrossing(_ aisle: Int) -> Bool {
      !aisleBlocks.isEmpty && aisleBlocks[aisle].contains { problem.layout.crossY.contains($0) }
    }
    keptAisles.removeAll(keepingCapacity: true)
    for aisle in 0..<aisles {
      if !hasStop(aisle), !hasBlockedCrossing(aisle), keptAisles.last.map(isOpen) ?? true,
        aisle + 1 == aisles || isOpen(aisle + 1), !keptAisles.isEmpty || aisle + 1 < aisles
      {
        continue
      }
      keptAisles.append(aisle)
    }
    lastColumn = keptAisles.lastIndex(where: hasStop)!
  }

  private mutating func layColumn(_ column: Int, _ problem: RouteProblem) {
    let aisle = keptAisles[column]
    let blocks = aisleBlocks.isEmpty ? [] : aisleBlocks[aisle]
    var pick = Int(aislePicks[aisle])
    let end = Int(aislePicks[aisle + 1])
    for row in 0..<rows {
      let y = problem.layout.crossY[keptRows[row]]
      // The places below this crossing.
      while true {
        let pickY = pick < end ? problem.picks[Int(pickOrder[pick])].y : Int64.max
        let placeY = min(pickY, nextTerminalY(in: aisle, problem))
        guard placeY < y else { break }
        addNode(placeY, crossing: -1, &pick, end, aisle, problem)
      }
      if row > 0 { markBlocks(blocks, below: y) }
      crossings.append(Crossing(node: Int32(nodeY.count), isBlocked: blocks.contains(y)))
      addNode(y, crossing: Int32(column * rows + row), &pick, end, aisle, problem)
    }
  }

  private mutating func addNode(
    _ y: Int64, crossing: Int32, _ pick: inout Int, _ end: Int, _ aisle: Int, _ problem: RouteProblem
  ) {
    let node = nodeY.count
    nodeY.append(y)
    nodeCrossing.append(crossing)
    nodePicks.append(Int32(pick))
    while pick < end, problem.picks[Int(pickOrder[pick])].y == y { pick += 1 }
    if problem.start.aisle == aisle, problem.start.y == y { startNode = node }
    if problem.end.aisle == aisle, problem.end.y == y { endNode = node }
  }

  /// The lowest end of the walk in the aisle that has no node yet.
  private func nextTerminalY(in aisle: Int, _ problem: RouteProblem) -> Int64 {
    var y = Int64.max
    if startNode < 0, problem.start.aisle == aisle { y = problem.start.y }
    if endNode < 0, problem.end.aisle == aisle { y = min(y, problem.end.y) }
    return y
  }

  /// Called when the nodes of the cell below the crossing at `top` are laid, the crossing itself not yet.
  private mutating func markBlocks(_ blocks: [Int64], below top: Int64) {
    let first = Int(crossings[crossings.count - 1].node)
    var blocked: Int32 = -1
    for block in blocks where nodeY[first] <= block && block <= top {
      // The edge that holds the block; a block at an end of the cell takes the edge beside it.
      var edge = 0
      while first + edge + 1 < nodeY.count, nodeY[first + edge + 1] < block { edge += 1 }
      if blocked >= 0, blocked != Int32(edge) { blocked = -2 } else if blocked == -1 { blocked = Int32(edge) }
    }
    blockedEdge.append(blocked)
  }
}

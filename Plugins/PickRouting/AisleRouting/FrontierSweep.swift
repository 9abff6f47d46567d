/// The exact method: a sweep over the aisles from left to right that keeps, for each frontier state, the least length of a
/// partial walk that leads to it (Ratliff & Rosenthal 1983 for one block; Roodbergen & de Koster 2001 for two; Pansart,
/// Cambazard & Catusse 2018 for any number). Open walks flip the parity at both of their ends.
///
/// Invariant: after `run`, `vector(after: c)` for a column c of the loaded stretch holds, for each state, the least length after
/// the sub-aisles and stops of column c. Columns are kept in stretches of `spacing`: all in one when that fits the bound, else
/// √n of them, recomputed from the stretch's first vector on the way back.
final class FrontierSweep {
  struct End {
    var value: Int64
    var column: Int
    var state: Int
  }

  private(set) var table = FrontierTable.roundTrip(2)
  private(set) var cells: [CellCosts] = []
  /// Options of the cells that hold an end of an open walk.
  private(set) var terminalCells: [Int: [CellOption]] = [:]
  private var memory: UnsafeMutablePointer<Int64>?
  private var capacity = 0
  private var spacing = 1
  private var loadedStretch = -1

  private let maximumUnspacedBytes: Int

  init(maximumUnspacedBytes: Int) {
    self.maximumUnspacedBytes = maximumUnspacedBytes
  }

  deinit { memory?.deallocate() }

  /// Whether the sweep stays inside its bounds of memory and work.
  func fits(columns: Int, rows: Int, states: Int) -> Bool {
    let bytes = layoutOf(columns: columns, states: states).words * 8
    return bytes <= RoutingLimits.maximumSweepBytes
      && columns * rows * states * 4 <= RoutingLimits.maximumSweepTransitions
  }

  private func layoutOf(columns: Int, states: Int) -> (spacing: Int, words: Int) {
    var spacing = columns
    if columns * states * 8 > maximumUnspacedBytes {
      spacing = 1
      while spacing * spacing < columns { spacing += 1 }
    }
    let stretches = (columns + spacing - 1) / spacing
    return (spacing, (2 + spacing + stretches) * states)
  }

  /// Nil when no walk visits all stops within the plan (they lie in a pocket between two blocks).
  func run(_ plan: SweepPlan, _ table: FrontierTable) -> End? {
    self.table = table
    prepareCells(plan)
    let layout = layoutOf(columns: plan.columns, states: table.count)
    spacing = layout.spacing
    if layout.words > capacity {
      memory?.deallocate()
      memory = .allocate(capacity: layout.words)
      capacity = layout.words
    }
    let first = stretchStart(0)
    first.update(repeating: unreachableDistance, count: table.count)
    first[0] = 0
    var best: End?
    for stretch in 0..<(plan.columns + spacing - 1) / spacing {
      if stretch > 0 {
        stretchStart(stretch).update(from: vector(after: stretch * spacing - 1), count: table.count)
      }
      load(stretch, plan) { column, values in
        guard column >= plan.lastColumn else { return }
        for state in table.closable where values[Int(state)] < best?.value ?? unreachableDistance {
          best = End(value: values[Int(state)], column: column, state: Int(state))
        }
      }
    }
    return best
  }

  /// Gives back what exceeds the retained bound.
  func trim() {
    guard capacity * 8 > RoutingLimits.maximumRetainedBytes else { return }
    memory?.deallocate()
    memory = nil
    capacity = 0
  }

  /// Makes the vectors of the stretch of a column available.
  func load(stretchOf column: Int, _ plan: SweepPlan) {
    if column / spacing != loadedStretch { load(column / spacing, plan) { _, _ in } }
  }

  /// The values after a column of the loaded stretch, or before its first column.
  func vector(after column: Int) -> UnsafeMutablePointer<Int64> {
    if column < loadedStretch * spacing { return stretchStart(loadedStretch) }
    return memory! + (2 + column % spacing) * table.count
  }

  private func stretchStart(_ stretch: Int) -> UnsafeMutablePointer<Int64> {
    memory! + (2 + spacing + stretch) * table.count
  }

  private func prepareCells(_ plan: SweepPlan) {
    cells.removeAll(keepingCapacity: true)
    terminalCells.removeAll()
    let isOpenWalk = plan.startNode != plan.endNode
    for cell in 0..<plan.columns * (plan.rows - 1) {
      let lower = cell / (plan.rows - 1) * plan.rows + cell % (plan.rows - 1)
      let range = Int(plan.crossings[lower].node)...Int(plan.crossings[lower + 1].node)
      cells.append(CellCosts(places: plan.nodeY[range], blockedEdge: plan.blockedEdge[cell]))
      if isOpenWalk {
        let terminals = [plan.startNode, plan.endNode].filter { range.lowerBound < $0 && $0 < range.upperBound }
        if !terminals.isEmpty {
          terminalCells[cell] = CellOption.all(
            places: plan.nodeY[range], terminals: terminals.map { $0 - range.lowerBound },
            blockedEdge: plan.blockedEdge[cell])
        }
      }
    }
  }

  private func load(_ stretch: Int, _ plan: SweepPlan, _ visit: (Int, UnsafeMutablePointer<Int64>) -> Void) {
    loadedStretch = stretch
    var a = memory!
    var b = memory! + table.count
    var source = stretchStart(stretch)
    for column in stretch * spacing..<min(plan.columns, (stretch + 1) * spacing) {
      a.update(from: source, count: table.count)
      if column > 0 { moveRight(a, to: column, plan) }
      for row in 0..<plan.rows - 1 {
        let cell = column * (plan.rows - 1) + row
        if let options = terminalCells[cell] {
          serve(options, row: row, a, b)
        } else {
          serve(cells[cell], row: row, a, b)
        }
        swap(&a, &b)
      }
      for row in 0..<plan.rows { stop(at: column * plan.rows + row, row: row, plan, &a, &b) }
      source = memory! + (2 + column % spacing) * table.count
      source.update(from: a, count: table.count)
      visit(column, source)
    }
  }
}

extension FrontierSweep {
  /// One cross-aisle after the other may be left behind; what is kept is paid for at the end.
  private func moveRight(_ values: UnsafeMutablePointer<Int64>, to column: Int, _ plan: SweepPlan) {
    let gap = plan.columnGap[column]
    for row in 0..<plan.rows {
      let pairs = table.dropPairs[row]
      for index in 0..<pairs.source.count {
        let target = Int(pairs.target[index])
        values[target] = min(values[target], values[Int(pairs.source[index])])
      }
    }
    for row in 0..<plan.rows where !plan.isOpen(row, before: column) {
      for state in 0..<table.count where table.unusedRows[state] & (1 << UInt8(row)) == 0 {
        values[state] = unreachableDistance
      }
    }
    for state in 0..<table.count {
      values[state] = min(unreachableDistance, values[state] + table.copies[state] * gap)
    }
  }

  private func serve(
    _ costs: CellCosts, row: Int, _ old: UnsafeMutablePointer<Int64>, _ new: UnsafeMutablePointer<Int64>
  ) {
    if costs.skip == 0 {
      new.update(from: old, count: table.count)
    } else {
      touchEnds(costs, row: row, old, new)
    }
    guard costs.traverse < unreachableDistance else { return }
    let traverse = table.traverse[row]
    for state in 0..<table.count {
      let target = Int(traverse[state])
      new[target] = min(new[target], old[state] + costs.traverse)
    }
    let twice = table.traverseTwice[row]
    for index in 0..<twice.source.count {
      let target = Int(twice.target[index])
      new[target] = min(new[target], old[Int(twice.source[index])] + costs.traverseTwice)
    }
  }

  /// From below, from above, around the gap: which of them differ depends on which ends are in use already.
  private func touchEnds(
    _ costs: CellCosts, row: Int, _ old: UnsafeMutablePointer<Int64>, _ new: UnsafeMutablePointer<Int64>
  ) {
    let lower = min(costs.fromBelow, costs.gap)
    let upper = min(costs.fromAbove, costs.gap)
    let unchanged: InlineArray<4, Int64> = [
      min(lower, upper), costs.fromAbove, costs.fromBelow, unreachableDistance,
    ]
    for state in 0..<table.count {
      let kind = Int(table.unusedRows[state] >> UInt8(row)) & 3
      new[state] = min(unreachableDistance, old[state] + unchanged[kind])
    }
    let touchLower = table.touchLower[row]
    for index in 0..<touchLower.source.count {
      let target = Int(touchLower.target[index])
      new[target] = min(new[target], old[Int(touchLower.source[index])] + lower)
    }
    let touchUpper = table.touchUpper[row]
    for index in 0..<touchUpper.source.count {
      let target = Int(touchUpper.target[index])
      new[target] = min(new[target], old[Int(touchUpper.source[index])] + upper)
    }
    let unused = table.touchUnused[row]
    for index in 0..<unused.source.count {
      let value = old[Int(unused.source[index])]
      let (below, above, both) = (Int(unused.lower[index]), Int(unused.upper[index]), Int(unused.both[index]))
      new[below] = min(new[below], value + costs.fromBelow)
      new[above] = min(new[above], value + costs.fromAbove)
      new[both] = min(new[both], value + costs.gap)
    }
  }

  private func serve(
    _ options: [CellOption], row: Int, _ old: UnsafeMutablePointer<Int64>, _ new: UnsafeMutablePointer<Int64>
  ) {
    new.update(repeating: unreachableDistance, count: table.count)
    for state in 0..<table.count where old[state] < unreachableDistance {
      for option in options {
        guard let target = table.applying(option, row: row, to: state) else { continue }
        new[target] = min(new[target], old[state] + option.cost)
      }
    }
  }

  /// Stops at a crossing: it has to be visited; an end of an open walk changes its parity.
  private func stop(
    at crossing: Int, row: Int, _ plan: SweepPlan, _ values: inout UnsafeMutablePointer<Int64>,
    _ other: inout UnsafeMutablePointer<Int64>
  ) {
    let kind = plan.stopKind(atCrossing: crossing)
    guard kind != .nothing else { return }
    other.update(repeating: unreachableDistance, count: table.count)
    let map = kind == .odd ? table.flip[row] : table.touch[row]
    for state in 0..<table.count where map[state] != FrontierTable.none {
      let target = Int(map[state])
      other[target] = min(other[target], values[state])
    }
    swap(&values, &other)
  }
}

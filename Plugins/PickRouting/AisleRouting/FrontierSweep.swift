/// The exact method: a sweep over the aisles from left to right that keeps, for each frontier state, the least length of a
/// partial walk that leads to it (Ratliff & Rosenthal 1983 for one block; Roodbergen & de Koster 2001 for two; Pansart,
/// Cambazard & Catusse 2018 for any number). Open walks flip the parity at both of their ends.
///
/// Invariant: after `run`, `vector(before: c)` for a column c of the loaded stretch holds, for each state, the least length
/// before the sub-aisles of column c, the way there from column c - 1 included. Columns are kept in stretches of `spacing`: all in one when that fits the bound, else
/// √n of them, recomputed from the stretch's first vector on the way back.
///
/// `Value` is Int32 wherever the lengths allow it (`holds`): half the memory traffic, which is what a sweep of six blocks waits for.
final class FrontierSweep<
  Value: FixedWidthInteger & SignedInteger, Index: FixedWidthInteger & UnsignedInteger & Sendable
> {
  typealias Values = UnsafeMutablePointer<Value>

  /// Further than any walk that `holds` lets in; twice it is no overflow.
  static var far: Value { 1 << (Value.bitWidth - 4) }

  private(set) var table: FrontierTable<Index>
  private(set) var cells: [CellCosts] = []
  /// Options of the cells that hold an end of an open walk.
  private(set) var terminalCells: [Int: [CellOption]] = [:]
  private var memory: Values?
  private var capacity = 0
  private var spacing = 1
  private var loadedStretch = -1

  private let maximumUnspacedBytes: Int

  init(_ table: FrontierTable<Index>, maximumUnspacedBytes: Int) {
    self.table = table
    self.maximumUnspacedBytes = maximumUnspacedBytes
  }

  deinit { memory?.deallocate() }

  /// Whether every sum of a sweep fits `Value`: no shortest walk takes an edge more than twice.
  static func holds(_ plan: SweepPlan) -> Bool {
    guard let low = plan.nodeY.min(), let high = plan.nodeY.max() else { return true }
    let width = plan.columnGap.reduce(Int64(0), +)
    return 2 * (width * Int64(plan.rows) + (high - low) * Int64(plan.columns)) < Int64(far)
  }

  /// Whether the sweep stays inside its bounds of memory and work.
  func fits(columns: Int, rows: Int, states: Int) -> Bool {
    let bytes = layoutOf(columns: columns, states: states).words * MemoryLayout<Value>.size
    return bytes <= RoutingLimits.maximumSweepBytes
      && columns * rows * states * 4 <= RoutingLimits.maximumSweepTransitions
  }

  private func layoutOf(columns: Int, states: Int) -> (spacing: Int, words: Int) {
    var spacing = columns
    if columns * states * MemoryLayout<Value>.size > maximumUnspacedBytes {
      spacing = 1
      while spacing * spacing < columns { spacing += 1 }
    }
    let stretches = (columns + spacing - 1) / spacing
    return (spacing, (2 + spacing + stretches + 1) * states)
  }

  /// Nil when no walk visits all stops within the plan (they lie in a pocket between two blocks).
  func run(_ plan: SweepPlan, _ table: FrontierTable<Index>) -> SweepEnd? {
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
    first.update(repeating: Self.far, count: table.count)
    first[0] = 0
    var best: SweepEnd?
    var least = Self.far
    for stretch in 0..<(plan.columns + spacing - 1) / spacing {
      load(stretch, plan) { column, values in
        guard column >= plan.lastColumn else { return }
        for state in table.closable where values[Int(state)] < least {
          least = values[Int(state)]
          best = SweepEnd(value: Int64(least), column: column, state: Int(state))
        }
      }
    }
    return best
  }

  /// Gives back what exceeds the retained bound.
  func trim() {
    guard capacity * MemoryLayout<Value>.size > RoutingLimits.maximumRetainedBytes else { return }
    memory?.deallocate()
    memory = nil
    capacity = 0
  }

  /// Makes the vectors of the stretch of a column available.
  func load(stretchOf column: Int, _ plan: SweepPlan) {
    if column / spacing != loadedStretch { load(column / spacing, plan) { _, _ in } }
  }

  /// Of the loaded stretch.
  func vector(before column: Int) -> Values { memory! + (2 + column % spacing) * table.count }

  private func stretchStart(_ stretch: Int) -> Values {
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

  private func load(_ stretch: Int, _ plan: SweepPlan, _ visit: (Int, Values) -> Void) {
    loadedStretch = stretch
    let scratch = memory!
    let first = stretch * spacing
    let last = min(plan.columns, first + spacing) - 1
    vector(before: first).update(from: stretchStart(stretch), count: table.count)
    for column in first...last {
      var values = vector(before: column)
      var other = scratch
      for row in 0..<plan.rows - 1 {
        let cell = column * (plan.rows - 1) + row
        if !terminalCells.isEmpty, let options = terminalCells[cell] {
          serve(options, row: row, values, other)
        } else {
          serve(cells[cell], row: row, values, other)
        }
        // The vector before the column is kept; the two beside it take turns.
        values = other
        other = values == scratch ? scratch + table.count : scratch
      }
      for row in 0..<plan.rows { stop(at: column * plan.rows + row, row: row, plan, &values, &other) }
      visit(column, values)
      guard column + 1 < plan.columns else { break }
      moveRight(values, column < last ? vector(before: column + 1) : stretchStart(stretch + 1), to: column + 1, plan)
    }
  }
}

/// The cheapest complete walk of a sweep: its length, and the column and state after which nothing follows.
struct SweepEnd {
  var value: Int64
  var column: Int
  var state: Int
}

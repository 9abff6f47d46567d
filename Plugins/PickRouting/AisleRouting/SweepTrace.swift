/// The way back through a sweep: which edges the best walk uses, and how often.
///
/// The sweep keeps only the values before each column. Between two of them the steps are taken again, but only with states that
/// can still reach the known next state at its known value: what the rest of the column costs at least is known, so that few
/// are left. The way between two columns costs what the state beyond it tells, so that the value before it is known exactly.
///
/// Invariant: outside of a step every element of `slots` is -1. A step adds at most one entry for each state, so that room for
/// `table.count` of them is made once before it.
struct SweepTrace {
  private struct Entry: BitwiseCopyable {
    var value: Int64
    var state: Int32
    var previous: Int32
    /// Of a cell: index of the option.
    var choice: Int32
  }

  /// Copies of the edge from each node to the node above.
  let copiesUp = ScratchBuffer<UInt8>()
  /// Copies of the edge from each crossing to the crossing on its right.
  let copiesRight = ScratchBuffer<UInt8>()

  private let entries = ScratchBuffer<Entry>()
  /// Of the current step, by state: its entry, or -1.
  private let slots = ScratchBuffer<Int32>()
  private let options = ScratchBuffer<CellOption>()
  /// By row of the cell; one more than cells.
  private let optionStart = ScratchBuffer<Int>()
  /// By row: what the cells from here on cost at least.
  private let leastAbove = ScratchBuffer<Int64>()

  func run<Value, Index>(_ plan: borrowing SweepPlan, _ sweep: FrontierSweep<Value, Index>, from end: SweepEnd) {
    copiesUp.fill(plan.nodeY.count, with: 0)
    copiesRight.fill(plan.crossings.count, with: 0)
    if slots.count < sweep.table.count { slots.fill(sweep.table.count, with: -1) }
    var state = end.state
    var value = end.value
    var column = end.column
    // Left of the first stop nothing is walked in the empty state.
    while column >= 0, state != 0 {
      if column < end.column {
        for row in 0..<plan.rows {
          let copies = sweep.table.copies(row: row, state)
          copiesRight.base[column * plan.rows + row] = UInt8(copies)
          value -= Int64(copies) * plan.columnGap[column + 1]
        }
      }
      (state, value) = stepBack(column, state, value, isEnd: column == end.column, plan, sweep)
      column -= 1
    }
  }

  func trim() {
    slots.trim(toBytes: RoutingLimits.maximumRetainedBytes / 4)
    entries.trim(toBytes: RoutingLimits.maximumRetainedBytes)
  }

  /// To the state and value before a column, from those after it: before the way on, unless it is the last one.
  private func stepBack<Value, Index>(
    _ column: Int, _ state: Int, _ value: Int64, isEnd: Bool, _ plan: borrowing SweepPlan,
    _ sweep: FrontierSweep<Value, Index>
  ) -> (Int, Int64) {
    collectOptions(column, plan, sweep)
    sweep.load(stretchOf: column, plan)
    let table = sweep.table
    collectSources(sweep.vector(before: column), table, limit: Value(clamping: value - leastAbove.base[0]))
    var step = 0..<entries.count
    for row in 0..<plan.rows - 1 { step = serve(step, row: row, value - leastAbove.base[row + 1], table) }
    for row in 0..<plan.rows {
      let kind = plan.stopKind(atCrossing: column * plan.rows + row)
      if kind != .nothing { step = stop(step, row: row, kind, table) }
    }
    for index in step where entries.base[index].value == value {
      let found = Int(entries.base[index].state)
      if isEnd ? found == state : table.leads(found, to: state) { return follow(index, column, plan) }
    }
    preconditionFailure("the sweep's way back is broken")
  }

  private func collectSources<Value: FixedWidthInteger, Index>(
    _ source: UnsafeMutablePointer<Value>, _ table: FrontierTable<Index>, limit: Value
  ) {
    entries.count = 0
    entries.reserve(table.count)
    for state in 0..<table.count where source[state] <= limit {
      entries.append(Entry(value: Int64(source[state]), state: Int32(state), previous: -1, choice: 0))
    }
  }

  private func collectOptions<Value, Index>(
    _ column: Int, _ plan: borrowing SweepPlan, _ sweep: FrontierSweep<Value, Index>
  ) {
    options.count = 0
    optionStart.count = 0
    optionStart.reserve(plan.rows)
    let hasTerminals = !sweep.terminalCells.isEmpty
    for row in 0..<plan.rows - 1 {
      optionStart.append(options.count)
      let cell = column * (plan.rows - 1) + row
      if hasTerminals, let terminal = sweep.terminalCells[cell] {
        options.reserve(terminal.count)
        for option in terminal { options.append(option) }
      } else {
        options.reserve(CellCosts.maximumOptions)
        sweep.cells[cell].options(options.append)
      }
    }
    optionStart.append(options.count)
    leastAbove.fill(plan.rows, with: 0)
    for row in (0..<plan.rows - 1).reversed() {
      var least = unreachableDistance
      for index in optionStart.base[row]..<optionStart.base[row + 1] { least = min(least, options.base[index].cost) }
      leastAbove.base[row] = leastAbove.base[row + 1] + least
    }
  }
}

extension SweepTrace {
  @inline(__always)
  private func add(_ state: Int, _ value: Int64, _ previous: Int, _ choice: Int) {
    let slot = Int(slots.base[state])
    let entry = Entry(value: value, state: Int32(state), previous: Int32(previous), choice: Int32(choice))
    if slot < 0 {
      slots.base[state] = Int32(entries.count)
      entries.append(entry)
    } else if value < entries.base[slot].value {
      entries.base[slot] = entry
    }
  }

  private func finish(_ first: Int) -> Range<Int> {
    let (entries, slots) = (entries.base, slots.base)
    for index in first..<self.entries.count { slots[Int(entries[index].state)] = -1 }
    return first..<self.entries.count
  }

  private func serve<Index>(_ step: Range<Int>, row: Int, _ limit: Int64, _ table: FrontierTable<Index>) -> Range<Int> {
    entries.reserve(table.count)
    let choices = optionStart.base[row]..<optionStart.base[row + 1]
    for index in step {
      let entry = entries.base[index]
      for choice in choices {
        let value = entry.value + options.base[choice].cost
        guard value <= limit, let target = table.applying(options.base[choice], row: row, to: Int(entry.state)) else {
          continue
        }
        add(target, value, index, choice)
      }
    }
    return finish(step.upperBound)
  }

  private func stop<Index>(
    _ step: Range<Int>, row: Int, _ touch: CellOption.Touch, _ table: FrontierTable<Index>
  ) -> Range<Int> {
    entries.reserve(table.count)
    for index in step {
      let entry = entries.base[index]
      guard let target = table.receiving(touch, row: row, Int(entry.state)) else { continue }
      add(target, entry.value, index, 0)
    }
    return finish(step.upperBound)
  }

  /// Back along the entries of a column; writes its edges and returns the state and value before it.
  private func follow(_ last: Int, _ column: Int, _ plan: borrowing SweepPlan) -> (Int, Int64) {
    let entries = entries.base
    var index = last
    for row in 0..<plan.rows where plan.stopKind(atCrossing: column * plan.rows + row) != .nothing {
      index = Int(entries[index].previous)
    }
    let isOpenWalk = plan.startNode != plan.endNode
    for row in (0..<plan.rows - 1).reversed() {
      let option = options.base[Int(entries[index].choice)]
      let crossing = column * plan.rows + row
      let lower = Int(plan.crossings[crossing].node)
      let upper = Int(plan.crossings[crossing + 1].node)
      var isOdd = option.isOddBelow
      for node in lower..<upper {
        let isEnd = isOpenWalk && (node == plan.startNode || node == plan.endNode)
        if isEnd, node > lower { isOdd.toggle() }
        copiesUp.base[node] = node - lower == Int(option.omittedEdge) ? 0 : isOdd ? 1 : 2
      }
      index = Int(entries[index].previous)
    }
    return (Int(entries[index].state), entries[index].value)
  }
}

/// The way back through a sweep: which edges the best walk uses, and how often.
///
/// The sweep keeps only the values after each column. Between two of them the steps are taken again, but only with states that
/// can still reach the known next state at its known value: what the rest of the column costs at least is known, so that few
/// are left.
struct SweepTrace {
  private struct Entry {
    var value: Int64
    var state: Int32
    var previous: Int32
    /// Horizontal steps: copies of the edge. Cells: index of the option.
    var choice: Int32
  }

  /// Copies of the edge from each node to the node above.
  private(set) var copiesUp: [UInt8] = []
  /// Copies of the edge from each crossing to the crossing on its right.
  private(set) var copiesRight: [UInt8] = []

  private var entries: [Entry] = []
  /// Of the current step, by state: its entry, or -1.
  private var slots: [Int32] = []
  private var options: [CellOption] = []
  private var optionStart: [Int] = []
  private var leastAbove: [Int64] = []

  mutating func run(_ plan: SweepPlan, _ sweep: FrontierSweep, from end: FrontierSweep.End) {
    copiesUp.removeAll(keepingCapacity: true)
    copiesUp.append(contentsOf: repeatElement(0, count: plan.nodeY.count))
    copiesRight.removeAll(keepingCapacity: true)
    copiesRight.append(contentsOf: repeatElement(0, count: plan.crossings.count))
    if slots.count < sweep.table.count { slots = Array(repeating: -1, count: sweep.table.count) }
    var state = end.state
    var value = end.value
    var column = end.column
    // Left of the first stop nothing is walked in the empty state.
    while column >= 0, state != 0 {
      (state, value) = stepBack(column, state, value, plan, sweep)
      column -= 1
    }
  }

  mutating func trim() {
    if slots.count * 4 > RoutingLimits.maximumRetainedBytes {
      slots = []
      entries = []
    }
  }

  private mutating func stepBack(
    _ column: Int, _ state: Int, _ value: Int64, _ plan: SweepPlan, _ sweep: FrontierSweep
  ) -> (Int, Int64) {
    collectOptions(column, plan, sweep)
    sweep.load(stretchOf: column, plan)
    let source = sweep.vector(after: column - 1)
    entries.removeAll(keepingCapacity: true)
    let limit = value - leastAbove[0]
    if column == 0 {
      entries.append(Entry(value: 0, state: 0, previous: -1, choice: 0))
    } else {
      for state in 0..<sweep.table.count where source[state] <= limit {
        entries.append(Entry(value: source[state], state: Int32(state), previous: -1, choice: 0))
      }
    }
    var step = 0..<entries.count
    if column > 0 {
      for row in 0..<plan.rows { step = moveRight(step, row: row, column, limit, plan, sweep.table) }
    }
    for row in 0..<plan.rows - 1 { step = serve(step, row: row, value - leastAbove[row + 1], sweep.table) }
    for row in 0..<plan.rows {
      step = stop(step, row: row, plan.stopKind(atCrossing: column * plan.rows + row), sweep.table)
    }
    let last = step.first { Int(entries[$0].state) == state }
    guard let last, entries[last].value == value else { preconditionFailure("the sweep's way back is broken") }
    return follow(last, column, plan)
  }

  private mutating func collectOptions(_ column: Int, _ plan: SweepPlan, _ sweep: FrontierSweep) {
    options.removeAll(keepingCapacity: true)
    optionStart.removeAll(keepingCapacity: true)
    leastAbove.removeAll(keepingCapacity: true)
    leastAbove.append(contentsOf: repeatElement(0, count: plan.rows))
    for row in 0..<plan.rows - 1 {
      optionStart.append(options.count)
      let cell = column * (plan.rows - 1) + row
      if let terminal = sweep.terminalCells[cell] {
        options.append(contentsOf: terminal)
      } else {
        sweep.cells[cell].options { options.append($0) }
      }
    }
    optionStart.append(options.count)
    for row in (0..<plan.rows - 1).reversed() {
      var least = unreachableDistance
      for index in optionStart[row]..<optionStart[row + 1] { least = min(least, options[index].cost) }
      leastAbove[row] = leastAbove[row + 1] + least
    }
  }

  private mutating func add(_ state: Int, _ value: Int64, _ previous: Int, _ choice: Int) {
    let slot = Int(slots[state])
    if slot < 0 {
      slots[state] = Int32(entries.count)
    } else if value >= entries[slot].value {
      return
    }
    let entry = Entry(value: value, state: Int32(state), previous: Int32(previous), choice: Int32(choice))
    if slot < 0 { entries.append(entry) } else { entries[slot] = entry }
  }

  private mutating func finish(_ first: Int) -> Range<Int> {
    for index in first..<entries.count { slots[Int(entries[index].state)] = -1 }
    return first..<entries.count
  }

  private mutating func moveRight(
    _ step: Range<Int>, row: Int, _ column: Int, _ limit: Int64, _ plan: SweepPlan, _ table: FrontierTable
  ) -> Range<Int> {
    let isOpen = plan.isOpen(row, before: column)
    for index in step {
      let entry = entries[index]
      let state = Int(entry.state)
      let degree = table.states[state].degree(row)
      let copies = degree == FrontierState.odd ? 1 : degree == FrontierState.even ? 2 : 0
      let kept = entry.value + Int64(copies) * plan.columnGap[column]
      if kept <= limit, isOpen || copies == 0 { add(state, kept, index, copies) }
      let dropped = table.drop[row][state]
      if dropped != FrontierTable.none { add(Int(dropped), entry.value, index, 0) }
    }
    return finish(step.upperBound)
  }

  private mutating func serve(_ step: Range<Int>, row: Int, _ limit: Int64, _ table: FrontierTable) -> Range<Int> {
    for index in step {
      let entry = entries[index]
      for choice in optionStart[row]..<optionStart[row + 1] {
        let value = entry.value + options[choice].cost
        guard value <= limit, let target = table.applying(options[choice], row: row, to: Int(entry.state)) else {
          continue
        }
        add(target, value, index, choice)
      }
    }
    return finish(step.upperBound)
  }

  private mutating func stop(
    _ step: Range<Int>, row: Int, _ touch: CellOption.Touch, _ table: FrontierTable
  ) -> Range<Int> {
    for index in step {
      guard let target = table.receiving(touch, row: row, Int(entries[index].state)) else { continue }
      add(target, entries[index].value, index, 0)
    }
    return finish(step.upperBound)
  }

  /// Back along the entries of a column; writes its edges and returns the state and value before it.
  private mutating func follow(_ last: Int, _ column: Int, _ plan: SweepPlan) -> (Int, Int64) {
    var index = last
    for _ in 0..<plan.rows { index = Int(entries[index].previous) }
    for row in (0..<plan.rows - 1).reversed() {
      let option = options[Int(entries[index].choice)]
      let crossing = column * plan.rows + row
      let lower = Int(plan.crossings[crossing].node)
      let upper = Int(plan.crossings[crossing + 1].node)
      var isOdd = option.isOddBelow
      for node in lower..<upper {
        let isEnd = plan.startNode != plan.endNode && (node == plan.startNode || node == plan.endNode)
        if isEnd, node > lower { isOdd.toggle() }
        copiesUp[node] = node - lower == Int(option.omittedEdge) ? 0 : isOdd ? 1 : 2
      }
      index = Int(entries[index].previous)
    }
    if column > 0 {
      for row in (0..<plan.rows).reversed() {
        copiesRight[(column - 1) * plan.rows + row] = UInt8(entries[index].choice)
        index = Int(entries[index].previous)
      }
    }
    return (Int(entries[index].state), entries[index].value)
  }
}

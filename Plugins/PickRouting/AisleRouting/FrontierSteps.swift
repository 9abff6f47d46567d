/// The steps of a sweep over one column. Sums cannot overflow: `holds` bounds every walk, and `far` leaves room for two.
extension FrontierSweep {
  /// One cross-aisle after the other may be left behind; what is kept is paid for at the end.
  func moveRight(_ values: Values, _ moved: Values, to column: Int, _ plan: SweepPlan) {
    let table = table
    for row in 0..<plan.rows { Self.lower(values, values, table.dropPairs[row], by: 0) }
    for row in 0..<plan.rows where !plan.isOpen(row, before: column) {
      for state in 0..<table.count where table.unusedRows[state] & (1 << UInt8(row)) == 0 { values[state] = Self.far }
    }
    let gap = Value(plan.columnGap[column])
    let copies = table.copies
    for state in 0..<table.count {
      moved[state] = min(Self.far, values[state] &+ Value(truncatingIfNeeded: copies[state]) &* gap)
    }
  }

  func serve(_ costs: CellCosts, row: Int, _ old: Values, _ new: Values) {
    let table = table
    if costs.skip == 0 {
      new.update(from: old, count: table.count)
    } else {
      touchEnds(costs, row: row, old, new)
    }
    guard costs.traverse < unreachableDistance else { return }
    let once = Value(costs.traverse)
    let traverse = table.traverse[row]
    for state in 0..<table.count {
      let target = Int(traverse[state])
      new[target] = min(new[target], old[state] &+ once)
    }
    Self.lower(new, old, table.traverseTwice[row], by: Value(costs.traverseTwice))
  }

  /// From below, from above, around the gap: which of them differ depends on which ends are in use already.
  private func touchEnds(_ costs: CellCosts, row: Int, _ old: Values, _ new: Values) {
    func value(_ cost: Int64) -> Value { cost < unreachableDistance ? Value(cost) : Self.far }
    let table = table
    let (below, above, gap) = (value(costs.fromBelow), value(costs.fromAbove), value(costs.gap))
    let lower = min(below, gap)
    let upper = min(above, gap)
    let unchanged: InlineArray<4, Value> = [min(lower, upper), above, below, Self.far]
    let unusedRows = table.unusedRows
    for state in 0..<table.count {
      let kind = Int(unusedRows[state] >> UInt8(row)) & 3
      new[state] = min(Self.far, old[state] &+ unchanged[kind])
    }
    Self.lower(new, old, table.touchLower[row], by: lower)
    Self.lower(new, old, table.touchUpper[row], by: upper)
    let unused = table.touchUnused[row]
    for index in 0..<unused.source.count {
      let value = old[Int(unused.source[index])]
      let (first, second, both) = (Int(unused.lower[index]), Int(unused.upper[index]), Int(unused.both[index]))
      new[first] = min(new[first], value &+ below)
      new[second] = min(new[second], value &+ above)
      new[both] = min(new[both], value &+ gap)
    }
  }

  private static func lower(_ new: Values, _ old: Values, _ pairs: FrontierTable<Index>.Pairs, by cost: Value) {
    for index in 0..<pairs.source.count {
      let target = Int(pairs.target[index])
      new[target] = min(new[target], old[Int(pairs.source[index])] &+ cost)
    }
  }

  func serve(_ options: [CellOption], row: Int, _ old: Values, _ new: Values) {
    new.update(repeating: Self.far, count: table.count)
    for state in 0..<table.count where old[state] < Self.far {
      for option in options {
        guard let target = table.applying(option, row: row, to: state) else { continue }
        new[target] = min(new[target], old[state] + Value(option.cost))
      }
    }
  }

  /// Stops at a crossing: it has to be visited; an end of an open walk changes its parity.
  func stop(at crossing: Int, row: Int, _ plan: SweepPlan, _ values: inout Values, _ other: inout Values) {
    let kind = plan.stopKind(atCrossing: crossing)
    guard kind != .nothing else { return }
    other.update(repeating: Self.far, count: table.count)
    let map = kind == .odd ? table.flip[row] : table.touch[row]
    for state in 0..<table.count where map[state] != FrontierTable<Index>.none {
      let target = Int(map[state])
      other[target] = min(other[target], values[state])
    }
    swap(&values, &other)
  }
}

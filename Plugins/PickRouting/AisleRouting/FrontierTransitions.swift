extension FrontierTable {
  /// The state after an option of the sub-aisle above `row`; nil where it leads nowhere.
  func applying(_ option: CellOption, row: Int, to state: Int) -> Int? {
    if option.joins, option.lower == .odd, option.upper == .odd { return Int(traverse[row][state]) }
    guard let lower = receiving(option.lower, row: row, state),
      let both = receiving(option.upper, row: row + 1, lower)
    else { return nil }
    guard option.joins else { return both }
    let joined = join[row][both]
    return joined == Self.none ? nil : Int(joined)
  }

  func receiving(_ touch: CellOption.Touch, row: Int, _ state: Int) -> Int? {
    switch touch {
    case .nothing: return state
    case .even: return Int(self.touch[row][state])
    case .odd:
      let flipped = flip[row][state]
      return flipped == Self.none ? nil : Int(flipped)
    }
  }
}

extension SweepPlan {
  /// The cross-aisle between a column and the one before can be walked.
  func isOpen(_ row: Int, before column: Int) -> Bool {
    !crossings[column * rows + row].isBlocked && !crossings[(column - 1) * rows + row].isBlocked
  }

  func stopKind(atCrossing crossing: Int) -> CellOption.Touch {
    let node = Int(crossings[crossing].node)
    if startNode != endNode, node == startNode || node == endNode { return .odd }
    return node == startNode || nodePicks[node] < nodePicks[node + 1] ? .even : .nothing
  }
}

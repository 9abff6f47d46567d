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

  static func roundTrip(_ crossAisleCount: Int) -> FrontierTable { roundTrips[crossAisleCount - 2]() }
  static func openWalk(_ crossAisleCount: Int) -> FrontierTable { openWalks[crossAisleCount - 2]() }

  // A lazy global each: built once, at first use, by whichever thread comes first.
  private static let roundTrips: [@Sendable () -> FrontierTable] = [
    { roundTrip2 }, { roundTrip3 }, { roundTrip4 }, { roundTrip5 }, { roundTrip6 }, { roundTrip7 }, { roundTrip8 },
  ]
  private static let openWalks: [@Sendable () -> FrontierTable] = [
    { openWalk2 }, { openWalk3 }, { openWalk4 }, { openWalk5 }, { openWalk6 },
  ]
  private static let roundTrip2 = FrontierTable(crossAisleCount: 2, allowsOpenWalk: false)
  private static let roundTrip3 = FrontierTable(crossAisleCount: 3, allowsOpenWalk: false)
  private static let roundTrip4 = FrontierTable(crossAisleCount: 4, allowsOpenWalk: false)
  private static let roundTrip5 = FrontierTable(crossAisleCount: 5, allowsOpenWalk: false)
  private static let roundTrip6 = FrontierTable(crossAisleCount: 6, allowsOpenWalk: false)
  private static let roundTrip7 = FrontierTable(crossAisleCount: 7, allowsOpenWalk: false)
  private static let roundTrip8 = FrontierTable(crossAisleCount: 8, allowsOpenWalk: false)
  private static let openWalk2 = FrontierTable(crossAisleCount: 2, allowsOpenWalk: true)
  private static let openWalk3 = FrontierTable(crossAisleCount: 3, allowsOpenWalk: true)
  private static let openWalk4 = FrontierTable(crossAisleCount: 4, allowsOpenWalk: true)
  private static let openWalk5 = FrontierTable(crossAisleCount: 5, allowsOpenWalk: true)
  private static let openWalk6 = FrontierTable(crossAisleCount: 6, allowsOpenWalk: true)
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

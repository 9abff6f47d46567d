/// Breadth-first search for all frontier states that transitions reach from the empty one, in a fixed order.
struct FrontierSearch {
  static let none = UInt32.max

  private let crossAisleCount: Int
  private let allowsOpenWalk: Bool
  private var numbers: [FrontierState: UInt32] = [.empty: 0]

  private(set) var states: [FrontierState] = [.empty]
  private(set) var touch: [[UInt32]]
  private(set) var flip: [[UInt32]]
  private(set) var join: [[UInt32]]
  private(set) var traverse: [[UInt32]]
  private(set) var drop: [[UInt32]]

  init(crossAisleCount: Int, allowsOpenWalk: Bool) {
    self.crossAisleCount = crossAisleCount
    self.allowsOpenWalk = allowsOpenWalk
    touch = Array(repeating: [], count: crossAisleCount)
    flip = Array(repeating: [], count: allowsOpenWalk ? crossAisleCount : 0)
    join = Array(repeating: [], count: crossAisleCount - 1)
    traverse = Array(repeating: [], count: crossAisleCount - 1)
    drop = Array(repeating: [], count: crossAisleCount)
  }

  mutating func run() {
    var next = 0
    while next < states.count {
      expand(states[next])
      next += 1
    }
  }

  private mutating func expand(_ state: FrontierState) {
    for row in 0..<crossAisleCount {
      touch[row].append(number(state.touching(row)))
      drop[row].append(number(state.dropping(row)))
      if allowsOpenWalk {
        let flipped = state.flipping(row)
        flip[row].append(number(flipped.oddComponentCount <= 2 ? flipped : nil))
      }
    }
    for row in 0..<crossAisleCount - 1 {
      join[row].append(number(state.joining(row)))
      traverse[row].append(number(state.flipping(row).flipping(row + 1).joining(row)))
    }
  }

  private mutating func number(_ state: FrontierState?) -> UInt32 {
    guard let state else { return Self.none }
    if let known = numbers[state] { return known }
    let new = UInt32(states.count)
    numbers[state] = new
    states.append(state)
    return new
  }
}

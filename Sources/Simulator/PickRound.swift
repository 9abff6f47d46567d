/// One order on a handheld, as its picker knows it: which lines are left and in which order to walk.
struct PickRound {
  struct Line {
    var number: Int
    var location: Int
    var gtin: String
    var quantity: Int
  }

  let order: String
  let lines: [Line]
  /// Numbers of the lines that are left, in walking order.
  private(set) var walk: [Int]
  /// Of the route that is walked; 0: none has come.
  private(set) var revision = 0

  init(order: String, lines: [Line]) {
    self.order = order
    self.lines = lines
    walk = lines.map(\.number)
  }

  func line(_ number: Int) -> Line? { lines.first { $0.number == number } }

  /// Adopts a newer route. Lines that it does not name (done by another message under way, or out of reach) come last only
  /// when they are not known to be out of reach.
  mutating func adopt(_ route: RouteReply) -> Bool {
    guard route.order == order, route.revision > revision else { return false }
    revision = route.revision
    let left = Set(walk)
    let next = route.openLines.filter { left.contains($0) }
    let unreachable = Set(route.unreachableLines)
    walk = next + walk.filter { !next.contains($0) && !unreachable.contains($0) }
    return true
  }

  mutating func takeNext() -> Int? { walk.isEmpty ? nil : walk.removeFirst() }
}

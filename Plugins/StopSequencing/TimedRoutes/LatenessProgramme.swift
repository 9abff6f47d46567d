/// The least total lateness, and with it the least objective, of few stops: dynamic programming over sets of visited nodes (Held & Karp,
/// SIAM J. 10, 1962) where windows may be missed. A label is a set, its last node, a time, a lateness and a cost. Of two labels with the
/// same set and last node, one that is not earlier and not better by lateness, then cost, is dominated: whatever follows it is not better
/// either. Needs no triangle inequality.
///
/// Labels are dropped whose lateness, with what the nodes to come will have at least, is beyond the best sequence known.
struct LatenessProgramme {
  /// Stops at most, and labels: beyond them it gives up, within about 20 ms.
  static let maximumStops = 12
  private static let maximumLabels = 100_000

  private struct Label {
    var time: Int
    var late: Int
    var cost: Int
    var last: Int32
    var parent: Int32
    /// The next one of the same set and last node.
    var next: Int32
  }

  private let graph: StopGraph
  private let byMakespan: Bool
  private let stops: Int
  /// By node: what it takes at least to come to it.
  private var cheapestInto: [Int]
  private var labels: [Label] = []
  /// By set and last node, the head of a chain.
  private var heads: [Int32]
  private var bound: RouteWalk.Score

  /// - Parameter bound: of a sequence that is known.
  init(_ graph: StopGraph, byMakespan: Bool, bound: RouteWalk.Score) {
    precondition((1...Self.maximumStops).contains(graph.count - 2), "few enough stops for all their sets")
    self.graph = graph
    self.byMakespan = byMakespan
    self.bound = bound
    stops = graph.count - 2
    cheapestInto = (0..<graph.count).map { node in
      (0..<graph.count - 1).reduce(Int.max / 4) { $1 == node ? $0 : min($0, graph.arc($1, node)) }
    }
    heads = Array(repeating: -1, count: (1 << stops) * stops)
  }

  /// - Returns: whether it came to its end; and the sequence that is better than the bound, where there is one.
  mutating func run(isOver: () -> Bool) -> (isExact: Bool, nodes: [Int]?) {
    let begin = Label(time: graph.ready[0], late: 0, cost: 0, last: 0, parent: -1, next: -1)
    for stop in 0..<stops { extend(begin, -1, to: stop, 0) }
    let all = 1 << stops - 1
    for set in stride(from: 1, to: all, by: 1) {
      if set & 63 == 0, isOver() { return (false, nil) }
      for last in 0..<stops where set >> last & 1 == 1 {
        var at = heads[set * stops + last]
        while at >= 0 {
          let label = labels[Int(at)]
          for stop in 0..<stops where set >> stop & 1 == 0 { extend(label, at, to: stop, set) }
          at = label.next
        }
      }
      if labels.count > Self.maximumLabels { return (false, nil) }
    }
    var best: Int32 = -1
    for last in 0..<stops {
      var at = heads[all * stops + last]
      while at >= 0 {
        let label = labels[Int(at)]
        if let score = score(label), score < bound { (best, bound) = (at, score) }
        at = label.next
      }
    }
    return (true, best < 0 ? nil : sequence(best))
  }

  private func score(_ label: Label) -> RouteWalk.Score? {
    let arc = graph.arc(Int(label.last), graph.end)
    guard arc < Int(StopGraph.impassable) else { return nil }
    let time = max(label.time + arc, graph.ready[graph.end])
    return RouteWalk.Score(
      late: label.late + max(0, time - graph.due[graph.end]), value: byMakespan ? time : label.cost + arc)
  }

  private mutating func extend(_ label: Label, _ parent: Int32, to stop: Int, _ set: Int) {
    let node = stop + 1
    let arc = graph.arc(Int(label.last), node)
    guard arc < Int(StopGraph.impassable), isAllowed(node, after: set) else { return }
    let time = max(label.time + arc, graph.ready[node])
    let late = label.late + max(0, time - graph.due[node])
    let cost = byMakespan ? 0 : label.cost + arc
    let reached = set | 1 << stop
    var least = late + max(0, time + cheapestInto[graph.end] - graph.due[graph.end])
    for other in 0..<stops where reached >> other & 1 == 0 {
      least += max(0, time + cheapestInto[other + 1] - graph.due[other + 1])
    }
    guard RouteWalk.Score(late: least, value: byMakespan ? time : cost) < bound else { return }
    insert(
      Label(time: time, late: late, cost: cost, last: Int32(node), parent: parent, next: -1),
      reached * stops + stop)
  }

  /// Precedence and loads; what is on board is a function of the set.
  private func isAllowed(_ node: Int, after set: Int) -> Bool {
    if graph.hasPrecedence, graph.earlier[node].contains(where: { set >> ($0 - 1) & 1 == 0 }) { return false }
    guard graph.hasLoad else { return true }
    var load = graph.load + graph.demand[node]
    for stop in 0..<stops where set >> stop & 1 == 1 { load += graph.demand[stop + 1] }
    return (0...graph.capacity).contains(load)
  }

  private mutating func insert(_ label: Label, _ chain: Int) {
    func dominates(_ a: Label, _ b: Label) -> Bool {
      a.time <= b.time && (a.late, a.cost) <= (b.late, b.cost)
    }
    var (before, at) = (Int32(-1), heads[chain])
    while at >= 0 {
      let other = labels[Int(at)]
      if dominates(other, label) { return }
      if dominates(label, other) {
        if before < 0 { heads[chain] = other.next } else { labels[Int(before)].next = other.next }
      } else {
        before = at
      }
      at = other.next
    }
    labels.append(label)
    labels[labels.count - 1].next = heads[chain]
    heads[chain] = Int32(labels.count - 1)
  }

  private func sequence(_ last: Int32) -> [Int] {
    var nodes = [graph.end]
    var at = last
    while at >= 0 {
      nodes.append(Int(labels[Int(at)].last))
      at = labels[Int(at)].parent
    }
    return (nodes + [0]).reversed()
  }
}

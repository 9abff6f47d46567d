/// A sequence that keeps all windows, with what moves need to be judged in the time of the stretch they change (Savelsbergh,
/// ORSA J. Comput. 4, 1992).
///
/// Invariants, `p` a position, position 0 the start and `count` − 1 the end:
/// - `position[order[p]] == p`.
/// - `begin[p]` is when service begins, `latest[p]` the latest time it may begin so that all windows from there on are kept;
///   `begin[p] <= latest[p]` everywhere if and only if `keepsWindows`.
/// - `ahead[p]` is the sum of arcs from the start to `p`; `back[p]` the sum of the arcs the other way.
/// - `load[p]` is what is on board after `p`, where the problem has loads, and `excess` the sum of what is over the capacity or below
///   nothing at all positions: unlike windows, loads may be broken on the way to a better sequence, at a price.
final class TimedRoute {
  let graph: StopGraph
  /// Nodes in the sequence: all of them, or fewer while some are taken out (their `position` means nothing then).
  private(set) var count: Int
  let order: UnsafeMutablePointer<Int32>
  let position: UnsafeMutablePointer<Int32>
  let begin: UnsafeMutablePointer<Int>
  let latest: UnsafeMutablePointer<Int>
  let ahead: UnsafeMutablePointer<Int>
  let back: UnsafeMutablePointer<Int>
  let load: UnsafeMutablePointer<Int>
  private(set) var excess = 0
  /// The earliest arrival at the end that the windows from `p` on allow, however early `p` is.
  let floor: UnsafeMutablePointer<Int>

  private let keepsFloor: Bool

  init(_ graph: StopGraph, keepsFloor: Bool = false) {
    self.graph = graph
    self.keepsFloor = keepsFloor
    count = graph.count
    order = .allocate(capacity: graph.count)
    position = .allocate(capacity: graph.count)
    position.initialize(repeating: 0, count: graph.count)
    begin = .allocate(capacity: graph.count)
    latest = .allocate(capacity: graph.count)
    ahead = .allocate(capacity: graph.count)
    back = .allocate(capacity: graph.count)
    load = .allocate(capacity: graph.count)
    floor = .allocate(capacity: graph.count)
  }

  deinit {
    order.deallocate()
    position.deallocate()
    begin.deallocate()
    latest.deallocate()
    ahead.deallocate()
    back.deallocate()
    load.deallocate()
    floor.deallocate()
  }

  var cost: Int { ahead[count - 1] }

  /// All nodes in order, the start first and the end last.
  func adopt(_ nodes: [Int]) {
    count = graph.count
    precondition(nodes.count == count && nodes[0] == 0 && nodes[count - 1] == count - 1, "a sequence from start to end")
    for index in 0..<count { order[index] = Int32(nodes[index]) }
    refresh(from: 0, to: count - 1)
  }

  /// Start, some stops, end.
  func adopt(partial nodes: [Int]) {
    count = nodes.count
    for index in 0..<count { order[index] = Int32(nodes[index]) }
    refresh(from: 0, to: count - 1)
  }

  func nodes() -> [Int] { (0..<count).map { Int(order[$0]) } }

  /// Positions `first` … `last` hold other nodes than before.
  func refresh(from first: Int, to last: Int) {
    let (graph, count) = (self.graph, self.count)
    var index = first
    if index == 0 {
      position[0] = 0
      begin[0] = graph.ready[0]
      ahead[0] = 0
      back[0] = 0
      if graph.hasLoad { load[0] = graph.load }
      index = 1
    }
    var before = Int(order[index - 1])
    var time = begin[index - 1]
    var forward = ahead[index - 1]
    var backward = back[index - 1]
    while index < count {
      let node = Int(order[index])
      let arc = graph.arc(before, node)
      position[node] = Int32(index)
      time = max(time &+ arc, graph.ready[node])
      begin[index] = time
      forward &+= arc
      ahead[index] = forward
      backward &+= graph.arc(node, before)
      back[index] = backward
      before = node
      index &+= 1
    }
    index = last
    if index >= count - 1 {
      latest[count - 1] = graph.due[graph.end]
      index = count - 2
    }
    while index >= 0 {
      let node = Int(order[index])
      latest[index] = min(graph.due[node], latest[index &+ 1] &- graph.arc(node, Int(order[index &+ 1])))
      index &-= 1
    }
    if graph.hasLoad {
      for index in max(1, first)..<count { load[index] = load[index - 1] + graph.demand[Int(order[index])] }
      excess = 0
      for index in 1..<count { excess += graph.excess(load[index]) }
    }
    if keepsFloor {
      var least = 0
      for index in stride(from: count - 1, through: 0, by: -1) {
        least = max(least, graph.ready[Int(order[index])] &+ ahead[count - 1] &- ahead[index])
        floor[index] = least
      }
    }
  }

  /// Where a way through another node is shorter than the arc, a route may break windows once that node is taken out.
  @inline(__always)
  var keepsWindows: Bool { begin[0] <= latest[0] }

  /// The arrival at the end when service at `index` is ready to begin at `time`.
  @inline(__always)
  func arrival(from index: Int, at time: Int) -> Int {
    max(floor[index], time &+ ahead[count - 1] &- ahead[index])
  }

  /// The sequence without the marked nodes, which are neither start nor end.
  func remove(where isMarked: UnsafeMutablePointer<Bool>) {
    var kept = 0
    var first = count
    for index in 0..<count {
      let node = order[index]
      if isMarked[Int(node)] {
        first = min(first, index)
      } else {
        order[kept] = node
        kept += 1
      }
    }
    guard kept < count else { return }
    count = kept
    refresh(from: first, to: count - 1)
  }

  func insert(_ node: Int, at index: Int) {
    var last = count
    while last > index {
      order[last] = order[last - 1]
      latest[last] = latest[last - 1]
      last -= 1
    }
    order[index] = Int32(node)
    count += 1
    refresh(from: index, to: index)
  }

  func copy(_ other: TimedRoute) {
    count = other.count
    order.update(from: other.order, count: count)
    position.update(from: other.position, count: graph.count)
    begin.update(from: other.begin, count: count)
    latest.update(from: other.latest, count: count)
    ahead.update(from: other.ahead, count: count)
    back.update(from: other.back, count: count)
    if graph.hasLoad {
      load.update(from: other.load, count: count)
      excess = other.excess
    }
  }

  /// Walks the whole route again, beside the invariants.
  func isFeasible() -> Bool {
    for index in 0..<count where begin[index] > latest[index] || Int(position[Int(order[index])]) != index {
      return false
    }
    if graph.hasPrecedence, count == graph.count {
      for node in 0..<count where graph.earlier[node].contains(where: { position[$0] > position[node] }) {
        return false
      }
    }
    return true
  }
}

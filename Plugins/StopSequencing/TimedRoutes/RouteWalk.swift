/// A sequence of all nodes, judged by walking it: for whatever the constant-time tests of `TimedRoute` do not cover, lateness and
/// travel times by the hour among them. The best has the least total lateness; then the objective counts.
///
/// Loads come before both: what breaks them is no plan, but may be a way to one.
///
/// Invariant: `begin`, `lateTo`, `drivenTo` and `loadTo` (where there are loads) at an index are those of the walk to it.
final class RouteWalk {
  struct Score: Equatable {
    /// What is on board beyond the capacity, or missing, summed over the stops.
    var excess = 0
    var late: Int
    var value: Int

    static func < (a: Score, b: Score) -> Bool { (a.excess, a.late, a.value) < (b.excess, b.late, b.value) }
  }

  let graph: StopGraph
  private let hourly: HourlyArcs?
  private let byMakespan: Bool
  var order: [Int32]
  private(set) var begin: [Int]
  private(set) var lateTo: [Int]
  private(set) var drivenTo: [Int]
  private(set) var loadTo: [Int]
  private(set) var score = Score(late: 0, value: 0)

  init(_ graph: StopGraph, hourly: HourlyArcs?, byMakespan: Bool, nodes: [Int]) {
    self.graph = graph
    self.hourly = hourly
    self.byMakespan = byMakespan
    order = nodes.map(Int32.init)
    begin = Array(repeating: 0, count: nodes.count)
    lateTo = begin
    drivenTo = begin
    loadTo = graph.hasLoad ? begin : []
    if graph.hasLoad { loadTo[0] = graph.load }
    begin[0] = graph.ready[0]
    refresh(from: 1)
  }

  @inline(__always)
  private func step(_ before: Int, _ node: Int, _ time: Int) -> (time: Int, driven: Int) {
    if let hourly {
      let (arrival, driven) = hourly.arrival(before, node, time)
      return (max(arrival, graph.ready[node]), driven)
    }
    let arc = graph.arc(before, node)
    return (max(time &+ arc, graph.ready[node]), arc)
  }

  func refresh(from first: Int) {
    var before = Int(order[first - 1])
    var time = begin[first - 1]
    var (late, driven) = (lateTo[first - 1], drivenTo[first - 1])
    for index in first..<order.count {
      let node = Int(order[index])
      let step = step(before, node, time)
      time = step.time
      driven &+= step.driven
      late &+= max(0, time &- graph.due[node])
      begin[index] = time
      lateTo[index] = late
      drivenTo[index] = driven
      before = node
    }
    score = Score(excess: 0, late: late, value: byMakespan ? time : driven)
    guard graph.hasLoad else { return }
    for index in first..<order.count { loadTo[index] = loadTo[index - 1] + graph.demand[Int(order[index])] }
    score.excess = loadTo.dropFirst().reduce(0) { $0 + graph.excess($1) }
  }

  private func excess(replacing low: Int, _ high: Int, by content: UnsafePointer<Int32>) -> Int {
    var (load, excess) = (loadTo[low - 1], score.excess)
    for index in low...high {
      load += graph.demand[Int(content[index - low])]
      excess += graph.excess(load) - graph.excess(loadTo[index])
    }
    return excess
  }

  /// What scores are weighed with while a search is under way.
  struct Prices {
    var late: Double
    var excess: Double
  }

  /// The score with the content of `low` … `high` replaced by `content` (as many nodes); nil as soon as it is clear that it is dearer
  /// than now by `limit` or more. That is clear behind the stretch that changes, mostly: who is later there is not less late
  /// afterwards, and with one matrix the rest of the road is as long as before (by the hour it is taken to be).
  func score(
    replacing low: Int, _ high: Int, by content: UnsafePointer<Int32>, _ prices: Prices, limit: Double
  ) -> Score? {
    var before = Int(order[low - 1])
    var time = begin[low - 1]
    var (late, driven) = (lateTo[low - 1], drivenTo[low - 1])
    for index in low...high {
      let node = Int(content[index - low])
      let step = step(before, node, time)
      time = step.time
      driven &+= step.driven
      late &+= max(0, time &- graph.due[node])
      before = node
    }
    let last = order.count - 1
    let excess = graph.hasLoad ? excess(replacing: low, high, by: content) : 0
    let loadChange = Double(excess &- score.excess) * prices.excess
    var index = high + 1
    while index <= last {
      let node = Int(order[index])
      let step = step(before, node, time)
      time = step.time
      driven &+= step.driven
      late &+= max(0, time &- graph.due[node])
      before = node
      if time == begin[index] {
        // from here on all is as before
        late &+= lateTo[last] &- lateTo[index]
        driven &+= drivenTo[last] &- drivenTo[index]
        time = begin[last]
        break
      }
      let isLater = time > begin[index]
      if !byMakespan || isLater {
        let lateChange = late &- (isLater ? lateTo[index] : lateTo[last])
        let change = byMakespan ? 0 : driven &- drivenTo[index]
        if Double(lateChange) * prices.late + Double(change) + loadChange >= limit { return nil }
      }
      index &+= 1
    }
    return Score(excess: excess, late: late, value: byMakespan ? time : driven)
  }
}

/// A problem as the searches use it. Node 0 is the start, 1 … n the stops in the order of `stops`, n + 1 the end.
///
/// Invariants:
/// - An arc holds the service time of its origin, so that a walk is a sum of arcs and waits. The sum of all service times is the
///   same for every sequence.
/// - No arc is closed: a closed one is replaced by the shortest way round through other places, or by `impassable`.
final class StopGraph {
  static let impassable: Int32 = 1 << 30

  let count: Int
  let cost: UnsafeMutablePointer<Int32>
  let ready: UnsafeMutablePointer<Int>
  let due: UnsafeMutablePointer<Int>
  /// `due`, made as early as those that follow need it; for searches that keep to all windows.
  let lastCall: UnsafeMutablePointer<Int>
  /// Nodes after each node by length of the arc, for arcs that windows allow; `neighbours` slots a node, −1 where there are fewer.
  let successors: UnsafeMutablePointer<Int32>
  let predecessors: UnsafeMutablePointer<Int32>
  /// The nodes that must come earlier, by node; explicit ones only.
  let earlier: [[Int]]
  let later: [[Int]]
  let demand: [Int]
  let capacity: Int
  let load: Int
  let serviceTotal: Int
  /// What a unit of load too much costs at first, in units of an arc: a usual demand weighs as much as a usual arc.
  private(set) var loadPrice = 0.0

  var end: Int { count - 1 }
  var hasPrecedence: Bool { !earlier.isEmpty }
  var hasLoad: Bool { !demand.isEmpty }

  /// - Parameter problem: with ways round closed arcs (`WaysRound`).
  init(_ problem: StopProblem) {
    let places = [problem.start] + problem.stops
    count = places.count + 1
    cost = .allocate(capacity: count * count)
    ready = .allocate(capacity: count)
    due = .allocate(capacity: count)
    lastCall = .allocate(capacity: count)
    successors = .allocate(capacity: count * SequencingLimits.neighbours)
    predecessors = .allocate(capacity: count * SequencingLimits.neighbours)
    var number: [Int: Int] = [:]
    for (node, place) in places.enumerated() { number[place] = node }
    for (node, place) in places.enumerated() {
      ready[node] = Int(problem.windows[place].ready)
      due[node] = Int(problem.windows[place].due)
    }
    ready[count - 1] = problem.end.map { Int(problem.windows[$0].ready) } ?? 0
    due[count - 1] = problem.end.map { Int(problem.windows[$0].due) } ?? .max / 4
    serviceTotal = places.reduce(0) { $0 + Int(problem.service[$1]) }
    if problem.precedences.isEmpty {
      earlier = []
      later = []
    } else {
      var before = [[Int]](repeating: [], count: count)
      var after = before
      for pair in problem.precedences {
        before[number[pair.second]!].append(number[pair.first]!)
        after[number[pair.first]!].append(number[pair.second]!)
      }
      earlier = before
      later = after
    }
    demand = problem.demands.isEmpty ? [] : places.map { Int(problem.demands[$0]) } + [0]
    capacity = Int(problem.capacity)
    load = Int(problem.load)
    fillArcs(problem, places, problem.travel.slots[0].matrix)
    tighten()
    fillNeighbours()
    if hasLoad { loadPrice = priceOfLoad() }
  }

  deinit {
    cost.deallocate()
    ready.deallocate()
    due.deallocate()
    lastCall.deallocate()
    successors.deallocate()
    predecessors.deallocate()
  }

  private func fillArcs(_ problem: StopProblem, _ places: [Int], _ matrix: TravelTimes.Matrix) {
    for from in 0..<count {
      for to in 0..<count {
        var arc = Int64(Self.impassable)
        if from < count - 1, to > 0, from != to {
          let travel: Int64
          if to < count - 1 {
            travel = matrix[places[from], places[to]]
          } else if let end = problem.end {
            travel = places[from] == end ? 0 : matrix[places[from], end]
          } else {
            travel = 0
          }
          if travel != TravelTimes.closed { arc = travel + problem.service[places[from]] }
        }
        cost[from * count + to] = Int32(arc)
      }
    }
  }

  /// Windows are narrowed by what can be reached and left in time (Desrochers, Desrosiers & Solomon 1992), once.
  private func tighten() {
    for node in 0..<count { lastCall[node] = due[node] }
    for node in stride(from: count - 2, through: 1, by: -1) {
      lastCall[node] = min(lastCall[node], due[count - 1] - Int(cost[node * count + count - 1]))
    }
  }

  private func fillNeighbours() {
    for node in 0..<count {
      fill(successors, node) {
        Int(self.cost[node * self.count + $0])
      } where: {
        self.isPossible(node, $0)
      }
      fill(predecessors, node) {
        Int(self.cost[$0 * self.count + node])
      } where: {
        self.isPossible($0, node)
      }
    }
  }

  private func priceOfLoad() -> Double {
    let near = SequencingLimits.neighbours / 6
    let arcs = (0..<count - 1).map { arc($0, max(0, Int(successors[$0 * SequencingLimits.neighbours + near]))) }
    let usual = arcs.filter { $0 < Int(Self.impassable) }
    let units = demand.reduce(0.0) { $0 + Double($1.magnitude) } / Double(count)
    return Double(usual.reduce(1, +)) / Double(max(1, usual.count)) / max(units, 1e-3)
  }

  /// By how much a load is beyond what the vehicle takes.
  @inline(__always)
  func excess(_ load: Int) -> Int { load < 0 ? 0 &- load : max(0, load &- capacity) }

  private func isPossible(_ from: Int, _ to: Int) -> Bool {
    let arc = cost[from * count + to]
    return arc < Self.impassable && ready[from] + Int(arc) <= due[to]
  }

  private func fill(
    _ list: UnsafeMutablePointer<Int32>, _ node: Int, by length: (Int) -> Int, where isWanted: (Int) -> Bool
  ) {
    let wanted = (0..<count).filter(isWanted).sorted { (length($0), $0) < (length($1), $1) }
    for slot in 0..<SequencingLimits.neighbours {
      list[node * SequencingLimits.neighbours + slot] = slot < wanted.count ? Int32(wanted[slot]) : -1
    }
  }

  /// No way through another node is shorter than the arc itself.
  func obeysTriangle() -> Bool {
    for from in 0..<count - 1 {
      for through in 1..<count - 1 where through != from {
        let first = cost[from * count + through]
        for to in 1..<count where to != from && to != through {
          if first &+ cost[through * count + to] < cost[from * count + to] { return false }
        }
      }
    }
    return true
  }

  @inline(__always)
  func arc(_ from: Int, _ to: Int) -> Int { Int(cost[from &* count &+ to]) }
}

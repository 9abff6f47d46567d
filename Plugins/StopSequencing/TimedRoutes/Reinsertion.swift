/// Takes stops that are near one another out of a route and puts them back where they cost least, now and then passing over a place
/// (ruin and recreate: Schrimpf et al. 2000; Christiaens & Vanden Berghe, Transp. Sci. 54, 2020).
///
/// Invariants:
/// - Putting a stop in breaks no window; see `TimedRoute.keepsWindows` for taking one out.
/// - A stop is in the route only together with all that must come before it. Loads may be broken, at `loadPrice` a unit.
final class Reinsertion {
  /// Places passed over, in per cent.
  private static let blinks = 2

  let graph: StopGraph
  let route: TimedRoute
  private let byMakespan: Bool
  /// Stops that are not in the route.
  private(set) var taken: [Int32] = []
  private let isTaken: UnsafeMutablePointer<Bool>
  var loadPrice: Double
  /// By index: what the load of the node to be put in there adds to the excess.
  private var added: [Int]

  init(_ route: TimedRoute, byMakespan: Bool) {
    self.route = route
    self.byMakespan = byMakespan
    graph = route.graph
    loadPrice = route.graph.loadPrice
    added = route.graph.hasLoad ? Array(repeating: 0, count: route.graph.count + 1) : []
    isTaken = .allocate(capacity: graph.count)
    isTaken.initialize(repeating: false, count: graph.count)
  }

  deinit { isTaken.deallocate() }

  /// The route was set from elsewhere; these are not in it.
  func forget(except absent: [Int32] = []) {
    for node in taken { isTaken[Int(node)] = false }
    taken = absent
    for node in taken { isTaken[Int(node)] = true }
  }

  /// Up to `wanted` stops around `seed`, which may be out already.
  func takeOut(around seed: Int, _ wanted: Int, _ random: inout Randomness) {
    let target = taken.count + wanted
    let isThere = !isTaken[seed]
    mark(seed)
    if isThere, random.below(2) == 0 {
      let low = Int(route.position[seed])
      for index in low..<min(route.count - 1, low + wanted) { mark(Int(route.order[index])) }
    }
    let list = random.below(2) == 0 ? graph.successors : graph.predecessors
    var slot = 0
    while taken.count < target, slot < SequencingLimits.neighbours {
      let node = Int(list[seed * SequencingLimits.neighbours + slot])
      if node < 0 { break }
      if node > 0, node < graph.end, random.below(4) > 0 { mark(node) }
      slot += 1
    }
    route.remove(where: isTaken)
  }

  /// With all that must come after it.
  private func mark(_ node: Int) {
    guard !isTaken[node] else { return }
    isTaken[node] = true
    taken.append(Int32(node))
    guard graph.hasPrecedence else { return }
    for other in graph.later[node] { mark(other) }
  }

  /// - Returns: false when some found no place (they stay in `taken`), or what is there now breaks a window.
  func putBack(_ random: inout Randomness, mayLeaveOut: Bool = false) -> Bool {
    sort(&random)
    var left: [Int32] = []
    for node in taken {
      if let index = cheapestPlace(Int(node), &random) {
        route.insert(Int(node), at: index)
        isTaken[Int(node)] = false
      } else if mayLeaveOut {
        left.append(node)
      } else {
        return false
      }
    }
    taken = left
    return left.isEmpty && route.keepsWindows
  }

  private func sort(_ random: inout Randomness) {
    switch random.below(3) {
    case 0:
      for index in stride(from: taken.count - 1, to: 0, by: -1) { taken.swapAt(index, random.below(index + 1)) }
    case 1:
      taken.sort {
        let (a, b) = (graph.due[Int($0)] - graph.ready[Int($0)], graph.due[Int($1)] - graph.ready[Int($1)])
        return (a, $0) < (b, $1)
      }
    default: taken.sort { (graph.due[Int($0)], $0) < (graph.due[Int($1)], $1) }
    }
    guard graph.hasPrecedence else { return }
    // What comes first goes in first: a stable pass over the few that are out.
    var sorted: [Int32] = []
    var isPlaced = Set<Int32>()
    let out = Set(taken)
    func place(_ node: Int32) {
      guard isPlaced.insert(node).inserted else { return }
      for other in graph.earlier[Int(node)] where out.contains(Int32(other)) { place(Int32(other)) }
      sorted.append(node)
    }
    for node in taken { place(node) }
    taken = sorted
  }

  private func cheapestPlace(_ node: Int, _ random: inout Randomness) -> Int? {
    let (graph, route) = (self.graph, self.route)
    var best: Int?
    var least = Int.max
    var leastEnd = Int.max
    var index = 1
    var bound = route.count - 1
    if graph.hasPrecedence {
      for other in graph.earlier[node] {
        if isTaken[other] { return nil }
        index = max(index, Int(route.position[other]) + 1)
      }
      for other in graph.later[node] where !isTaken[other] { bound = min(bound, Int(route.position[other])) }
    }
    if graph.hasLoad { priceLoads(of: node) }
    let due = graph.due[node]
    let ready = graph.ready[node]
    var before = Int(route.order[index - 1])
    while index <= bound {
      let after = Int(route.order[index])
      let time = max(route.begin[index - 1] &+ graph.arc(before, node), ready)
      if time > due { break }
      let onward = graph.arc(node, after)
      if time &+ onward <= route.latest[index] {
        var change = graph.arc(before, node) &+ onward &- graph.arc(before, after)
        var end = byMakespan ? route.arrival(from: index, at: time &+ onward) : 0
        if graph.hasLoad {
          let price = Self.price(loadPrice, added[index])
          change &+= price
          if byMakespan { end &+= price }
        }
        if (end, change) < (leastEnd, least) || best == nil, random.below(100) >= Self.blinks {
          least = change
          leastEnd = end
          best = index
        }
      }
      before = after
      index &+= 1
    }
    return best
  }

  /// What a change of the excess costs; bounded, so that sums of it fit.
  @inline(__always)
  static func price(_ unit: Double, _ excess: Int) -> Int {
    excess == 0 ? 0 : Int(max(-1e15, min(1e15, unit * Double(excess))))
  }

  private func priceLoads(of node: Int) {
    let (graph, route) = (self.graph, self.route)
    let demand = graph.demand[node]
    var behind = 0
    for index in stride(from: route.count - 1, to: 0, by: -1) {
      behind += graph.excess(route.load[index] + demand) - graph.excess(route.load[index])
      added[index] = behind + graph.excess(route.load[index - 1] + demand)
    }
  }
}

/// Iterated local search among sequences that keep all windows, by travel time.
///
/// Neighbourhood: two adjacent stretches change places (the or-3opt move, Or 1976; without turning anything round, so that it
/// suits asymmetric arcs and precedence), and a stretch is turned round (2-opt). A move is looked at when one of its new arcs is
/// shorter than the arc out of (or into) the same node that it replaces: each improving move has such an arc. Its cost is a sum of a few
/// terms; only where that is better than the best so far its times are walked through. Kicks exchange two short random stretches
/// (Lourenço, Martin & Stützle, "Iterated local search", 2003).
///
/// Deterministic: a function of the sequence, the seed and the number of kicks.
final class SegmentSearch {
  /// Temperature at first, in arcs of average length.
  private static let heat = 0.3
  /// Longest stretch of a kick; the most stops that are taken out; how often that is done instead of a kick, in per cent.
  private static let (kickLength, ruinSize, ruinPercent) = (10, 40, 50)

  private static let travelShare = 1e-4
  /// How the price of a broken load goes up and down, a look at the budget; and between what, in first prices.
  private static let (dearer, cheaper) = (1.25, 0.9)
  private static let (leastPrice, highestPrice) = (0.05, 1e4)

  let route: TimedRoute
  private let graph: StopGraph
  private var random: Randomness
  private var queue: [Int32] = []
  private let isQueued: UnsafeMutablePointer<Bool>
  private let reinsertion: Reinsertion
  private let scratch: UnsafeMutablePointer<Int32>
  private let byMakespan: Bool
  private var move = Move.none
  private var gain = 0
  private var loadPrice: Double
  /// What a move may gain by loads at most.
  private var relief = 0
  private(set) var kicks = 0

  /// `low` … `middle` − 1 and `middle` … `high` change places; or `low` … `high` is turned round.
  private enum Move {
    case none
    case exchange(low: Int, middle: Int, high: Int)
    case reversal(low: Int, high: Int)
  }

  init(_ graph: StopGraph, from nodes: [Int], byMakespan: Bool, seed: UInt64) {
    self.graph = graph
    self.byMakespan = byMakespan
    route = TimedRoute(graph, keepsFloor: byMakespan)
    route.adopt(nodes)
    loadPrice = graph.loadPrice
    reinsertion = Reinsertion(route, byMakespan: byMakespan)
    random = Randomness(seed: seed)
    isQueued = .allocate(capacity: graph.count)
    isQueued.initialize(repeating: false, count: graph.count)
    scratch = .allocate(capacity: graph.count)
  }

  deinit {
    isQueued.deallocate()
    scratch.deallocate()
  }

  // MARK: the search

  func run(_ budget: SearchBudget) -> [Int] {
    for node in 0..<graph.count { enqueue(node) }
    descend()
    var best = route.nodes()
    guard graph.count > 4 else { return best }
    var current = cost()
    var bestValue = current
    var currentExcess = route.excess
    var leastExcess = currentExcess
    let keep = TimedRoute(graph, keepsFloor: byMakespan)
    keep.copy(route)
    var temperature = 0.0
    while kicks < budget.steps {
      if kicks & 15 == 0 {
        let spent = max(budget.spent(), Double(kicks) / Double(budget.steps))
        if spent >= 1 { break }
        temperature = Self.heat * Double(route.cost) / Double(graph.count) * (1 - spent)
        if graph.hasLoad { priceLoads(currentExcess) }
      }
      kicks += 1
      guard byMakespan || random.below(100) < Self.ruinPercent ? ruin(keep) : kick() else { continue }
      descend()
      assert(route.isFeasible(), "a route that keeps its windows")
      let value = cost()
      let price = loadPrice * Double(route.excess - currentExcess)
      if value + price < current - temperature * Annealing.log(random.fraction()) {
        current = value
        currentExcess = route.excess
        keep.copy(route)
        if currentExcess < leastExcess || currentExcess == leastExcess && value < bestValue {
          leastExcess = currentExcess
          bestValue = value
          best = route.nodes()
        }
      } else {
        route.copy(keep)
      }
    }
    return best
  }

  /// What is to become small. Of two sequences that are done at the same time the shorter one is better, but only just.
  private func cost() -> Double {
    byMakespan ? Double(route.begin[graph.count - 1]) + Double(route.cost) * Self.travelShare : Double(route.cost)
  }

  private func priceLoads(_ excess: Int) {
    loadPrice *= excess > 0 ? Self.dearer : Self.cheaper
    loadPrice = min(max(loadPrice, graph.loadPrice * Self.leastPrice), graph.loadPrice * Self.highestPrice)
    reinsertion.loadPrice = loadPrice
  }

  private func enqueue(_ node: Int) {
    guard !isQueued[node] else { return }
    isQueued[node] = true
    queue.append(Int32(node))
  }

  private func descend() {
    // its moves shorten the time on the road, which is another objective
    if byMakespan {
      for node in queue { isQueued[Int(node)] = false }
      queue.removeAll(keepingCapacity: true)
      return
    }
    while let node = queue.popLast() {
      isQueued[Int(node)] = false
      while improve(Int(node)) {}
    }
  }

  /// Exchanges two adjacent short stretches somewhere; false when chance found none that keeps the windows.
  private func kick() -> Bool {
    let stops = graph.count - 2
    for _ in 0..<30 {
      let first = 1 + random.below(min(Self.kickLength, stops / 2))
      let second = 1 + random.below(min(Self.kickLength, stops / 2))
      let low = 1 + random.below(stops - first - second + 1)
      let (middle, high) = (low + first, low + first + second - 1)
      if keepsWindows(low, middle, high) {
        apply(.exchange(low: low, middle: middle, high: high))
        return true
      }
    }
    return false
  }

  /// Takes some stops out and puts them back; false, and nothing has changed, when one finds no place.
  private func ruin(_ keep: TimedRoute) -> Bool {
    let stops = graph.count - 2
    let wanted = 1 + random.below(1 + random.below(min(Self.ruinSize, stops)))
    reinsertion.forget()
    reinsertion.takeOut(around: 1 + random.below(stops), wanted, &random)
    let moved = reinsertion.taken
    guard reinsertion.putBack(&random) else {
      route.copy(keep)
      return false
    }
    for node in moved {
      let index = Int(route.position[Int(node)])
      enqueue(Int(node))
      enqueue(Int(route.order[index - 1]))
      enqueue(Int(route.order[index + 1]))
    }
    return true
  }

  // MARK: moves

  private func improve(_ node: Int) -> Bool {
    gain = 0
    move = .none
    relief = graph.hasLoad ? Reinsertion.price(loadPrice, route.excess) : 0
    let here = Int(route.position[node])
    if here < graph.count - 1 { tryArcs(outOf: node, at: here) }
    if here > 0 { tryArcs(into: node, at: here) }
    if case .none = move { return false }
    apply(move)
    return true
  }

  private func tryArcs(outOf node: Int, at here: Int) {
    let next = Int(route.order[here + 1])
    let replaced = graph.arc(node, next)
    let list = graph.successors + node * SequencingLimits.neighbours
    for slot in 0..<SequencingLimits.neighbours {
      let other = Int(list[slot])
      guard other >= 0 else { return }
      let arc = graph.arc(node, other)
      guard arc < replaced else { return }
      let there = Int(route.position[other])
      if there > here + 1 {
        if other != graph.end {
          exchangeAfter(here, there, saved: replaced - arc)
          tryReversal(here + 1, there)
        }
        exchangeTail(here, there, saved: replaced - arc)
      } else if there < here {
        exchangeBack(there, here, saved: replaced - arc)
      }
    }
  }

  private func tryArcs(into node: Int, at here: Int) {
    let before = Int(route.order[here - 1])
    let replaced = graph.arc(before, node)
    let list = graph.predecessors + node * SequencingLimits.neighbours
    for slot in 0..<SequencingLimits.neighbours {
      let other = Int(list[slot])
      guard other >= 0 else { return }
      guard graph.arc(other, node) < replaced else { return }
      let there = Int(route.position[other])
      if there > 0, there < here - 1 { tryReversal(there, here - 1) }
    }
  }

  /// `here` is followed by the stretch that begins at `there`: its end is looked for.
  @inline(__always)
  private func exchangeAfter(_ here: Int, _ there: Int, saved: Int) {
    let (graph, order) = (self.graph, route.order)
    let low = here + 1
    let first = Int(order[low])
    let last = Int(order[there - 1])
    let cut = graph.arc(last, Int(order[there]))
    var time = route.begin[here]
    var before = Int(order[here])
    var high = there
    let bound = min(graph.count - 2, there + SequencingLimits.longestSegment - 1)
    while high <= bound {
      let node = Int(order[high])
      time = max(time &+ graph.arc(before, node), graph.ready[node])
      if time > graph.due[node] { return }
      let joint = graph.arc(node, first)
      if time &+ joint > graph.due[first] { return }
      let follower = Int(order[high + 1])
      let change = saved &+ cut &+ graph.arc(node, follower) &- joint &- graph.arc(last, follower)
      if change &+ relief > gain { offer(change, low, there, high) }
      before = node
      high &+= 1
    }
  }

  /// `here` ends a stretch that moves to before `there`: its beginning is looked for.
  @inline(__always)
  private func exchangeTail(_ here: Int, _ there: Int, saved: Int) {
    let (graph, order) = (self.graph, route.order)
    let (middle, high) = (here + 1, there - 1)
    let head = Int(order[middle])
    let last = Int(order[high])
    let cut = graph.arc(last, Int(order[there]))
    var low = here
    let bound = max(1, here - SequencingLimits.longestSegment + 1)
    while low >= bound {
      let node = Int(order[low])
      let before = Int(order[low - 1])
      let change = saved &+ cut &+ graph.arc(before, node) &- graph.arc(before, head) &- graph.arc(last, node)
      if change &+ relief > gain { offer(change, low, middle, high) }
      low &-= 1
    }
  }

  /// A stretch that ends at `here` moves to before the earlier `there`: its beginning is looked for.
  @inline(__always)
  private func exchangeBack(_ there: Int, _ here: Int, saved: Int) {
    let (graph, order) = (self.graph, route.order)
    guard there > 0 else { return }
    let before = Int(order[there - 1])
    let cut = graph.arc(before, Int(order[there]))
    let follower = Int(order[here + 1])
    var middle = here
    let bound = max(there + 1, here - SequencingLimits.longestSegment + 1)
    while middle >= bound {
      let node = Int(order[middle])
      let last = Int(order[middle - 1])
      let change = saved &+ cut &+ graph.arc(last, node) &- graph.arc(before, node) &- graph.arc(last, follower)
      if change &+ relief > gain { offer(change, there, middle, here) }
      middle &-= 1
    }
  }

  @inline(__always)
  private func tryReversal(_ low: Int, _ high: Int) {
    let order = route.order
    let (before, after) = (Int(order[low - 1]), Int(order[high + 1]))
    let (first, last) = (Int(order[low]), Int(order[high]))
    let now = route.ahead[high + 1] &- route.ahead[low - 1]
    let then = graph.arc(before, last) &+ route.back[high] &- route.back[low] &+ graph.arc(first, after)
    guard now &- then &+ relief > gain, keepsWindows(reversing: low, high) else { return }
    let change = now &- then &- (graph.hasLoad ? loadsCost(reversing: low, high) : 0)
    if change > gain {
      gain = change
      move = .reversal(low: low, high: high)
    }
  }

  @inline(__always)
  private func offer(_ saved: Int, _ low: Int, _ middle: Int, _ high: Int) {
    guard keepsWindows(low, middle, high) else { return }
    let change = graph.hasLoad ? saved &- loadsCost(low, middle, high) : saved
    if change > gain {
      gain = change
      move = .exchange(low: low, middle: middle, high: high)
    }
  }

  // MARK: loads

  private func loadsCost(_ low: Int, _ middle: Int, _ high: Int) -> Int {
    var change = 0
    // the two stretches keep their own differences
    let shift = route.load[low - 1] - route.load[middle - 1]
    let other = route.load[high] - route.load[middle - 1]
    for index in middle...high { change += graph.excess(route.load[index] + shift) - graph.excess(route.load[index]) }
    for index in low..<middle { change += graph.excess(route.load[index] + other) - graph.excess(route.load[index]) }
    return Reinsertion.price(loadPrice, change)
  }

  private func loadsCost(reversing low: Int, _ high: Int) -> Int {
    var (change, load) = (0, route.load[low - 1])
    for index in low...high {
      load += graph.demand[Int(route.order[high - (index - low)])]
      change += graph.excess(load) - graph.excess(route.load[index])
    }
    return Reinsertion.price(loadPrice, change)
  }

  // MARK: windows

  private func keepsWindows(_ low: Int, _ middle: Int, _ high: Int) -> Bool {
    let (graph, order) = (self.graph, route.order)
    var time = route.begin[low - 1]
    var before = Int(order[low - 1])
    for index in middle...high {
      let node = Int(order[index])
      time = max(time &+ graph.arc(before, node), graph.ready[node])
      if time > graph.due[node] { return false }
      before = node
    }
    for index in low..<middle {
      let node = Int(order[index])
      time = max(time &+ graph.arc(before, node), graph.ready[node])
      if time > graph.due[node] { return false }
      before = node
    }
    guard time &+ graph.arc(before, Int(order[high + 1])) <= route.latest[high + 1] else { return false }
    if graph.hasPrecedence {
      for index in middle...high {
        for other in graph.earlier[Int(order[index])] where (low..<middle).contains(Int(route.position[other])) {
          return false
        }
      }
    }
    return true
  }

  private func keepsWindows(reversing low: Int, _ high: Int) -> Bool {
    let (graph, order) = (self.graph, route.order)
    var time = route.begin[low - 1]
    var before = Int(order[low - 1])
    var index = high
    while index >= low {
      let node = Int(order[index])
      time = max(time &+ graph.arc(before, node), graph.ready[node])
      if time > graph.due[node] { return false }
      before = node
      index &-= 1
    }
    guard time &+ graph.arc(before, Int(order[high + 1])) <= route.latest[high + 1] else { return false }
    if graph.hasPrecedence {
      for index in low...high {
        for other in graph.earlier[Int(order[index])] where (low..<index).contains(Int(route.position[other])) {
          return false
        }
      }
    }
    return true
  }

  private func apply(_ move: Move) {
    let order = route.order
    switch move {
    case .none: return
    case .exchange(let low, let middle, let high):
      for index in [low - 1, low, middle - 1, middle, high, high + 1] { enqueue(Int(order[index])) }
      let first = middle - low
      let second = high - middle + 1
      scratch.update(from: order + low, count: first)
      for index in 0..<second { order[low + index] = order[middle + index] }
      (order + low + second).update(from: scratch, count: first)
      route.refresh(from: low, to: high)
    case .reversal(let low, let high):
      for index in [low - 1, low, high, high + 1] { enqueue(Int(order[index])) }
      var (left, right) = (low, high)
      while left < right {
        (order[left], order[right]) = (order[right], order[left])
        left += 1
        right -= 1
      }
      route.refresh(from: low, to: high)
    }
  }
}

/// Puts orders together into tours under a capacity: savings (Clarke & Wright 1964, with tours evaluated again after each merge),
/// then orders moved and exchanged between tours as long as that helps. The evaluator of a tour is the router itself, and each set
/// of orders is evaluated once. Few orders are put together exactly after that (`BatchProgramme`).
///
/// What counts, in this order: lateness, then length. Tours begin in the order of their earliest due time (of two with the same, that
/// with the first order due then), each with the picker who is free first.
package struct BatchPlanner {
  package struct Order: Sendable, Equatable {
    /// What the capacity bounds: units, weight, volume, boxes; all orders have the same.
    package var load: [Int64]
    package var lines: Int
    /// Seconds from now; nil: any time.
    package var due: Double?

    package init(load: [Int64], lines: Int = 0, due: Double? = nil) {
      self.load = load
      self.lines = lines
      self.due = due
    }
  }

  package struct Plan: Sendable, Equatable {
    /// Orders of each tour, in the order in which tours begin.
    package var tours: [[Int]]
    package var length: Int64
    /// Seconds, summed over orders.
    package var lateness: Double
    /// No other tours are better: all were looked at, and the walk of each is proven shortest.
    package var isOptimal = false
    package var evaluations: Int
  }

  /// How long a tour takes.
  package struct Pace: Sendable {
    package var pickers: Int
    /// Length units a second.
    package var speed: Double
    package var secondsPerLine: Double

    package init(pickers: Int = 1, speed: Double = 1_000, secondsPerLine: Double = 10) {
      self.pickers = pickers
      self.speed = speed
      self.secondsPerLine = secondsPerLine
    }
  }

  /// The walk of a tour.
  package typealias Walk = (length: Int64, isProven: Bool)

  private let orders: [Order]
  private let capacity: [Int64]
  private let pace: Pace
  private let maximumExactTours: Int
  private let evaluate: ([Int]) -> Walk
  private var known: [[Int]: Int64] = [:]
  private var isAllProven = true

  /// - Parameters:
  ///   - maximumExactTours: how many tours may be evaluated for a proof; where more are possible there is none.
  ///   - evaluate: the shortest walk for some orders (ascending numbers) together.
  package init(
    orders: [Order], capacity: [Int64], pace: Pace = Pace(),
    maximumExactTours: Int = 1 << RoutingLimits.maximumExactBatchOrders, evaluate: @escaping ([Int]) -> Walk
  ) {
    self.maximumExactTours = maximumExactTours
    precondition(orders.allSatisfy { $0.load.count == capacity.count })
    self.orders = orders
    self.capacity = capacity
    self.pace = pace
    self.evaluate = evaluate
  }

  /// Orders that no tour can take.
  package var tooLarge: [Int] { orders.indices.filter { !fits([$0]) } }

  /// As they come, a new tour when the next one does not fit: what is done today.
  package mutating func firstComeFirstServed() -> Plan {
    var tours: [[Int]] = []
    for order in orders.indices where fits([order]) {
      if let last = tours.last, fits(last + [order]) {
        tours[tours.count - 1].append(order)
      } else {
        tours.append([order])
      }
    }
    return plan(tours)
  }

  package mutating func batch() -> Plan {
    var best = improve(plan(savings()))
    // What comes from the order of arrival is another place to begin.
    let other = improve(firstComeFirstServed())
    if (other.lateness, other.length) < (best.lateness, best.length) { best = other }
    best = exact(orElse: best)
    best.evaluations = known.count
    return best
  }

  private func fits(_ tour: [Int]) -> Bool {
    capacity.indices.allSatisfy { kind in tour.reduce(Int64(0)) { $0 + orders[$1].load[kind] } <= capacity[kind] }
  }

  private mutating func length(_ tour: [Int]) -> Int64 {
    if tour.isEmpty { return 0 }
    let key = tour.sorted()
    if let length = known[key] { return length }
    let walk = evaluate(key)
    known[key] = walk.length
    isAllProven = isAllProven && walk.isProven
    return walk.length
  }

  /// Orders that a tour can take, the most urgent first.
  private var byUrgency: [Int] {
    orders.indices.filter { fits([$0]) }.sorted {
      (orders[$0].due ?? .infinity, $0) < (orders[$1].due ?? .infinity, $1)
    }
  }

  /// The best plan there is, where it can be found in the time that there is for it.
  private mutating func exact(orElse found: Plan) -> Plan {
    let ranked = byUrgency
    guard (1...RoutingLimits.maximumExactBatchOrders).contains(ranked.count) else { return found }
    func members(_ set: Int) -> [Int] { ranked.indices.filter { set & 1 << $0 != 0 }.map { ranked[$0] } }
    let sets = (0..<1 << ranked.count).map { $0 > 0 && fits(members($0)) }
    guard sets.count(where: { $0 }) <= maximumExactTours else { return found }
    var lengths: [Int64?] = []
    for set in sets.indices { lengths.append(sets[set] ? length(members(set)) : nil) }
    var programme = BatchProgramme(
      due: ranked.map { orders[$0].due ?? .infinity }, lines: ranked.map { orders[$0].lines }, lengths: lengths,
      pace: pace)
    guard let tours = programme.tours(betterThan: (found.lateness, found.length)) else { return found }
    var best = tours.isEmpty ? found : plan(tours.map(members))
    // What was evaluated before is among these tours.
    best.isOptimal = isAllProven
    return best
  }

  private mutating func plan(_ tours: [[Int]]) -> Plan {
    let tours = tours.filter { !$0.isEmpty }.map { $0.sorted() }
      .sorted { urgency($0) < urgency($1) }
    var free = [Double](repeating: 0, count: max(1, pace.pickers))
    var (total, late) = (Int64(0), 0.0)
    for tour in tours {
      let length = length(tour)
      total += length
      let picker = free.indices.min { free[$0] < free[$1] }!
      free[picker] +=
        Double(length) / pace.speed + pace.secondsPerLine * Double(tour.reduce(0) { $0 + orders[$1].lines })
      for order in tour { late += max(0, free[picker] - (orders[order].due ?? .infinity)) }
    }
    return Plan(tours: tours, length: total, lateness: late, evaluations: known.count)
  }

  private func urgency(_ tour: [Int]) -> (Double, Int) {
    tour.map { (orders[$0].due ?? .infinity, $0) }.min { $0 < $1 }!
  }

  private mutating func savings() -> [[Int]] {
    var tours = orders.indices.filter { fits([$0]) }.map { [$0] }
    while true {
      var best = (saved: Int64(0), a: -1, b: -1)
      for a in tours.indices {
        for b in tours.indices.dropFirst(a + 1) where fits(tours[a] + tours[b]) {
          let saved = length(tours[a]) + length(tours[b]) - length(tours[a] + tours[b])
          if saved > best.saved { best = (saved, a, b) }
        }
      }
      guard best.a >= 0 else { return tours }
      tours[best.a] += tours[best.b]
      tours.remove(at: best.b)
    }
  }

  private mutating func improve(_ start: Plan) -> Plan {
    var best = start
    while let better = firstBetter(best) { best = better }
    return best
  }

  /// The first move of an order to another tour, or exchange of two, that is better.
  private mutating func firstBetter(_ present: Plan) -> Plan? {
    let tours = present.tours + [[]]
    for a in present.tours.indices {
      for order in tours[a] {
        for b in tours.indices where b != a {
          let without = tours[a].filter { $0 != order }
          if fits(tours[b] + [order]), let better = better(present, tours, a, without, b, tours[b] + [order]) {
            return better
          }
          for other in tours[b] where b > a {
            let (first, second) = (without + [other], tours[b].filter { $0 != other } + [order])
            if fits(first), fits(second), let better = better(present, tours, a, first, b, second) { return better }
          }
        }
      }
    }
    return nil
  }

  private mutating func better(
    _ present: Plan, _ tours: [[Int]], _ a: Int, _ first: [Int], _ b: Int, _ second: [Int]
  ) -> Plan? {
    // Lateness depends on all tours; where nobody is late the two lengths decide.
    let change = length(first) + length(second) - length(tours[a]) - length(tours[b])
    if present.lateness == 0, change >= 0 { return nil }
    var changed = tours
    changed[a] = first
    changed[b] = second
    let plan = plan(changed)
    return (plan.lateness, plan.length) < (present.lateness, present.length) ? plan : nil
  }
}

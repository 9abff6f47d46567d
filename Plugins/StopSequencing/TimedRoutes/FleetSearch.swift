/// Slack induction by string removals (Christiaens & Vanden Berghe, Transp. Sci. 54, 2020): strings of customers that are near one
/// another leave their routes, and come back where they cost least; simulated annealing decides what is kept.
///
/// Invariants: every accepted set of routes serves all customers within their windows and the capacity. Customers for which there is
/// no vehicle stay `absent`; having fewer of them goes before cost, and those that are missed often weigh more.
package final class FleetSearch {
  package struct Outcome {
    package var routes: [[Int]]
    package var cost: Int64
    /// Customers that are in no route.
    package var absent: [Int]
    package var rounds: Int
  }

  /// Customers that leave in a round, on average; the longest string; places passed over, in per cent (all as in the paper).
  private static let averageRemoved = 10.0
  private static let longestString = 10.0
  private static let blinks = 1

  private let routes: FleetRoutes
  private var random: Randomness
  /// Customers by distance, for each customer.
  private let near: [[Int32]]
  private var absent: [Int32] = []
  /// Slabs that this round has changed, as they were.
  private var saved: [(route: Int, customers: [Int32])] = []
  private var isSaved: [Bool]
  private var missed: [Int]
  private let scale: Double

  /// - Parameter scale: units of cost in a unit of distance, in which the annealing's temperatures are.
  package init(_ problem: FleetProblem, scale: Double, seed: UInt64) {
    routes = FleetRoutes(problem)
    random = Randomness(seed: seed)
    self.scale = scale
    let count = problem.count
    near = (0..<count).map { Self.byDistance(from: $0, problem) }
    isSaved = Array(repeating: false, count: routes.maximum)
    missed = Array(repeating: 0, count: count)
    absent = (1..<max(1, count)).map(Int32.init)
  }

  private static func byDistance(from origin: Int, _ problem: FleetProblem) -> [Int32] {
    let base = origin * problem.count
    var others: [Int] = []
    for customer in 1..<max(1, problem.count) where customer != origin { others.append(customer) }
    others.sort { a, b in
      let (first, second) = (problem.cost[base + a], problem.cost[base + b])
      return first == second ? a < b : first < second
    }
    return others.map(Int32.init)
  }

  /// Temperatures in units of distance.
  private static let (hottest, coldest) = (100.0, 1.0)

  package func run(_ budget: SearchBudget) -> Outcome {
    recreate()
    var rounds = 0
    var cost = total()
    var best = (absent: absent, cost: cost, routes: snapshot())
    var kept = absent
    var temperature = Self.hottest * scale
    let (hot, cold) = (Self.hottest * scale, Self.coldest * scale)
    while rounds < budget.steps, routes.count > 2 {
      if rounds & 31 == 0 {
        let spent = max(budget.spent(), Double(rounds) / Double(budget.steps))
        if spent >= 1 { break }
        temperature = hot * Annealing.power(cold / hot, spent)
      }
      rounds += 1
      beginRound()
      ruin()
      recreate()
      let now = total()
      for customer in absent { missed[Int(customer)] += 1 }
      let accepted: Bool
      if absent.isEmpty, kept.isEmpty {
        accepted = Double(now) < Double(cost) - temperature * Annealing.log(random.fraction())
      } else {
        accepted = absent.count < kept.count || weight(absent) <= weight(kept)
      }
      guard accepted else {
        undoRound()
        absent = kept
        for customer in kept { routes.routeOf[Int(customer)] = -1 }
        continue
      }
      cost = now
      kept = absent
      if absent.count < best.absent.count || absent.count == best.absent.count && cost < best.cost {
        best = (absent, cost, snapshot())
      }
    }
    let found = best.routes.filter { !$0.isEmpty }.map { $0.map(Int.init) }
    return Outcome(routes: found, cost: Int64(best.cost), absent: best.absent.map(Int.init), rounds: rounds)
  }

  private func weight(_ customers: [Int32]) -> Int { customers.reduce(0) { $0 + missed[Int($1)] } }

  private func total() -> Int {
    var sum = 0
    for route in 0..<routes.maximum { sum &+= routes.cost[route] }
    return sum
  }

  private func snapshot() -> [[Int32]] { (0..<routes.maximum).map { routes.customers($0) } }

  // MARK: a round, and back

  private func beginRound() {
    for entry in saved { isSaved[entry.route] = false }
    saved.removeAll(keepingCapacity: true)
  }

  private func save(_ route: Int) {
    guard !isSaved[route] else { return }
    isSaved[route] = true
    saved.append((route, routes.customers(route)))
  }

  private func undoRound() {
    for customer in absent { routes.routeOf[Int(customer)] = -1 }
    for entry in saved { routes.set(entry.customers, entry.route) }
  }

  // MARK: ruin

  private func ruin() {
    var used = 0
    var customers = 0
    for route in 0..<routes.maximum where routes.length[route] > 2 {
      used += 1
      customers += routes.length[route] - 2
    }
    guard used > 0 else { return }
    let longest = min(Self.longestString, Double(customers) / Double(used))
    let mostStrings = 4 * Self.averageRemoved / (1 + longest) - 1
    let strings = Int(1 + random.fraction() * mostStrings)
    let seed: Int
    if absent.isEmpty {
      seed = 1 + random.below(routes.count - 1)
    } else {
      seed = Int(absent[random.below(absent.count)])
    }
    var ruined: [Int] = []
    var candidate = seed
    var next = 0
    while ruined.count < strings {
      let route = routes.routeOf[candidate]
      if route >= 0, !ruined.contains(route) {
        ruined.append(route)
        removeString(route, around: candidate, longest)
      }
      guard next < near[seed].count else { return }
      candidate = Int(near[seed][next])
      next += 1
    }
  }

  private func removeString(_ route: Int, around customer: Int, _ longest: Double) {
    save(route)
    let size = routes.length[route] - 2
    let most = min(Double(size), longest)
    let length = min(size, Int(1 + random.fraction() * most))
    var kept = 0
    // now and then a string is longer, and some in its middle stay
    if length > 1, length < size, random.below(2) == 0 {
      kept = 1
      while length + kept < size, random.fraction() > 0.5 { kept += 1 }
    }
    let span = length + kept
    let place = routes.place[customer]
    let low = max(1, place - span + 1)
    let high = min(place, size - span + 1)
    let first = low + random.below(high - low + 1)
    let stays = kept > 0 ? first + random.below(length + 1) : 0
    let base = route * routes.slab
    var index = 1
    for old in 1...size {
      let here = routes.node[base + old]
      if old >= first, old < first + span, kept == 0 || old < stays || old >= stays + kept {
        absent.append(here)
        routes.routeOf[Int(here)] = -1
      } else {
        routes.node[base + index] = here
        index += 1
      }
    }
    routes.node[base + index] = 0
    routes.length[route] = index + 1
    routes.refresh(route)
  }

  // MARK: recreate

  private func recreate() {
    sort()
    var left: [Int32] = []
    for customer in absent where !insertCheapest(Int(customer)) { left.append(customer) }
    absent = left
  }

  private func sort() {
    for index in stride(from: absent.count - 1, to: 0, by: -1) { absent.swapAt(index, random.below(index + 1)) }
    let routes = self.routes
    func by(_ key: (Int) -> Int) { absent.sort { key(Int($0)) < key(Int($1)) } }
    switch random.below(17) {
    case 0..<4: break
    case 4..<8: by { -routes.demand[$0] }
    case 8..<10: by { -routes.price(0, $0) }
    case 10: by { routes.price(0, $0) }
    case 11..<13: by { routes.due[$0] - routes.ready[$0] }
    case 13..<15: by { routes.ready[$0] }
    default: by { -routes.due[$0] }
    }
  }

  private func insertCheapest(_ customer: Int) -> Bool {
    let routes = self.routes
    let (due, ready, demand) = (routes.due[customer], routes.ready[customer], routes.demand[customer])
    var best = Int.max
    var (bestRoute, bestIndex) = (-1, 0)
    var isEmptySeen = false
    for route in 0..<routes.maximum {
      let length = routes.length[route]
      if length == 2 {
        // all empty routes are alike
        if isEmptySeen { continue }
        isEmptySeen = true
      }
      guard routes.load[route] + demand <= routes.capacity else { continue }
      let base = route * routes.slab
      var before = 0
      for index in 1..<length {
        let after = Int(routes.node[base + index])
        let time = max(routes.begin[base + index - 1] &+ routes.driving(before, customer), ready)
        if time > due { break }
        if time &+ routes.driving(customer, after) <= routes.latest[base + index] {
          let change = routes.price(before, customer) &+ routes.price(customer, after) &- routes.price(before, after)
          if change < best, random.below(100) >= Self.blinks {
            best = change
            bestRoute = route
            bestIndex = index
          }
        }
        before = after
      }
    }
    guard bestRoute >= 0 else { return false }
    save(bestRoute)
    routes.insert(customer, bestRoute, at: bestIndex)
    return true
  }
}

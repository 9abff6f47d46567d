/// Routes of a fleet, each in a slab of its own, with what an insertion needs to be judged in constant time.
///
/// Invariants, for route `r` with `length[r]` nodes, the depot first and last:
/// - `begin` and `latest` as in `TimedRoute`; `begin <= latest` everywhere.
/// - `load[r]` is the sum of its demands and at most the capacity; `cost[r]` the sum of its arcs.
/// - `routeOf` and `place` name the slab and the index of each customer that is in a route; −1 where it is in none.
final class FleetRoutes {
  let count: Int
  let slab: Int
  let maximum: Int
  let arcCost: UnsafeMutablePointer<Int32>
  let arcTime: UnsafeMutablePointer<Int32>
  let ready: UnsafeMutablePointer<Int>
  let due: UnsafeMutablePointer<Int>
  let demand: UnsafeMutablePointer<Int>
  let capacity: Int

  let node: UnsafeMutablePointer<Int32>
  let begin: UnsafeMutablePointer<Int>
  let latest: UnsafeMutablePointer<Int>
  let length: UnsafeMutablePointer<Int>
  let load: UnsafeMutablePointer<Int>
  let cost: UnsafeMutablePointer<Int>
  let routeOf: UnsafeMutablePointer<Int>
  let place: UnsafeMutablePointer<Int>

  init(_ problem: FleetProblem) {
    count = problem.count
    slab = problem.count + 1
    maximum = min(problem.vehicles, problem.count - 1)
    arcCost = Self.copied(problem.cost.map(Int32.init))
    arcTime = Self.copied(problem.time.map(Int32.init))
    ready = Self.copied(problem.windows.map { Int($0.ready) })
    due = Self.copied(problem.windows.map { Int($0.due) })
    demand = Self.copied(problem.demand.map(Int.init))
    capacity = Int(problem.capacity)
    node = Self.copied([Int32](repeating: 0, count: maximum * slab))
    begin = Self.copied([Int](repeating: 0, count: maximum * slab))
    latest = Self.copied([Int](repeating: 0, count: maximum * slab))
    length = Self.copied([Int](repeating: 2, count: maximum))
    load = Self.copied([Int](repeating: 0, count: maximum))
    cost = Self.copied([Int](repeating: 0, count: maximum))
    routeOf = Self.copied([Int](repeating: -1, count: count))
    place = Self.copied([Int](repeating: -1, count: count))
    for route in 0..<maximum { refresh(route) }
  }

  deinit {
    arcCost.deallocate()
    arcTime.deallocate()
    for pointer in [ready, due, demand, begin, latest, length, load, cost, routeOf, place] { pointer.deallocate() }
    node.deallocate()
  }

  private static func copied<Element>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
    let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, values.count))
    pointer.initialize(from: values, count: values.count)
    return pointer
  }

  @inline(__always) func driving(_ from: Int, _ to: Int) -> Int { Int(arcTime[from &* count &+ to]) }
  @inline(__always) func price(_ from: Int, _ to: Int) -> Int { Int(arcCost[from &* count &+ to]) }

  /// The nodes of the slab have changed.
  func refresh(_ route: Int) {
    let base = route * slab
    let last = length[route] - 1
    var (before, time, sum, carried) = (0, ready[0], 0, 0)
    begin[base] = time
    for index in 1...last {
      let here = Int(node[base + index])
      time = max(time &+ driving(before, here), ready[here])
      begin[base + index] = time
      sum &+= price(before, here)
      carried &+= demand[here]
      if here != 0 {
        routeOf[here] = route
        place[here] = index
      }
      before = here
    }
    cost[route] = last == 1 ? 0 : sum
    load[route] = carried
    latest[base + last] = due[0]
    for index in stride(from: last - 1, through: 0, by: -1) {
      let here = Int(node[base + index])
      latest[base + index] = min(due[here], latest[base + index + 1] &- driving(here, Int(node[base + index + 1])))
    }
  }

  func insert(_ customer: Int, _ route: Int, at index: Int) {
    let base = route * slab
    var last = length[route]
    while last > index {
      node[base + last] = node[base + last - 1]
      last -= 1
    }
    node[base + index] = Int32(customer)
    length[route] += 1
    refresh(route)
  }

  func customers(_ route: Int) -> [Int32] {
    (1..<length[route] - 1).map { node[route * slab + $0] }
  }

  func set(_ customers: [Int32], _ route: Int) {
    let base = route * slab
    for index in customers.indices { node[base + index + 1] = customers[index] }
    node[base + customers.count + 1] = 0
    length[route] = customers.count + 2
    refresh(route)
  }
}

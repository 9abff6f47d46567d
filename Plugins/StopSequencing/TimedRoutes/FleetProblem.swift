/// Customers of one depot to be served by several equal vehicles (VRPTW). Node 0 is the depot; a node's arc contains its service time
/// in `time`, not in `cost`.
package struct FleetProblem: Sendable, Equatable {
  package var count: Int
  /// `count` × `count`: what is minimised.
  package var cost: [Int64]
  /// `count` × `count`: from the beginning of service at the origin to the arrival.
  package var time: [Int64]
  package var windows: [StopProblem.Window]
  package var demand: [Int64]
  package var capacity: Int64
  package var vehicles: Int

  package init(
    count: Int, cost: [Int64], time: [Int64], windows: [StopProblem.Window], demand: [Int64], capacity: Int64,
    vehicles: Int
  ) {
    self.count = count
    self.cost = cost
    self.time = time
    self.windows = windows
    self.demand = demand
    self.capacity = capacity
    self.vehicles = vehicles
  }

  /// What is wrong with these routes; empty: each customer is served once, in time, with no more vehicles and load than there are. Walks
  /// everything anew.
  package func violations(of routes: [[Int]]) -> [String] {
    var found: [String] = []
    var visits = [Int](repeating: 0, count: count)
    if routes.count > vehicles { found.append("\(routes.count) routes for \(vehicles) vehicles") }
    for (number, route) in routes.enumerated() {
      var (time, before, load) = (windows[0].ready, 0, Int64(0))
      for node in route + [0] {
        time = max(time + self.time[before * count + node], windows[node].ready)
        if time > windows[node].due {
          found.append("route \(number) is late at \(node) by \(time - windows[node].due)")
        }
        if node != 0 { visits[node] += 1 }
        load += demand[node]
        before = node
      }
      if load > capacity { found.append("route \(number) carries \(load) of \(capacity)") }
    }
    for node in 1..<max(1, count) where visits[node] != 1 { found.append("\(node) is visited \(visits[node]) times") }
    return found
  }

  package func cost(of routes: [[Int]]) -> Int64 {
    var sum: Int64 = 0
    for route in routes where !route.isEmpty {
      var before = 0
      for node in route + [0] {
        sum += cost[before * count + node]
        before = node
      }
    }
    return sum
  }
}

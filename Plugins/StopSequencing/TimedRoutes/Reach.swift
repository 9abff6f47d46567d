/// Which places can be driven to, whatever it takes, in one journey.
///
/// With ways round closed arcs (`WaysRound`) "leads to" is transitive: stops that lead to each other are one group, and a journey goes from
/// group to group and never back. So it can have all stops of a chain of groups, and no others. Where the groups are no chain, it is one
/// with the most stops.
enum Reach {
  /// Stops that no journey from the start to the end has beside the others: no way leads to them or on from them, or only before a stop
  /// that must come first.
  /// - Parameter problem: with ways round closed arcs.
  static func unreachable(_ problem: StopProblem) -> [Int] {
    // A matrix of any part of the day may be waited for; the last one holds for good.
    guard let matrix = problem.travel.slots.last?.matrix, matrix.values.contains(TravelTimes.closed) else { return [] }
    let leads = { (from: Int, to: Int) in from == to || matrix[from, to] != TravelTimes.closed }
    var left = problem.stops.filter { stop in
      leads(problem.start, stop) && problem.end.map { leads(stop, $0) } ?? true
    }
    while true {
      let chain = Set(longestChain(groups(left, leads), leads).joined())
      left.removeAll { !chain.contains($0) }
      let conflict = problem.precedences.first {
        chain.contains($0.first) && chain.contains($0.second) && !leads($0.first, $0.second)
      }
      guard let conflict else { return problem.stops.filter { !chain.contains($0) } }
      left.removeAll { $0 == conflict.second }
    }
  }

  /// Whether no way leads to the end: neither from the start, nor from any stop that can be reached.
  /// - Parameter problem: with ways round closed arcs.
  static func isEndCutOff(_ problem: StopProblem) -> Bool {
    guard let end = problem.end, let matrix = problem.travel.slots.last?.matrix else { return false }
    let leads = { (from: Int, to: Int) in from == to || matrix[from, to] != TravelTimes.closed }
    guard leads(problem.start, end) else { return true }
    let reached = problem.stops.filter { leads(problem.start, $0) }
    return !reached.isEmpty && !reached.contains { leads($0, end) }
  }

  private static func groups(_ stops: [Int], _ leads: (Int, Int) -> Bool) -> [[Int]] {
    var groups: [[Int]] = []
    for stop in stops {
      if let group = groups.firstIndex(where: { leads($0[0], stop) && leads(stop, $0[0]) }) {
        groups[group].append(stop)
      } else {
        groups.append([stop])
      }
    }
    return groups
  }

  /// In the order in which they are driven. The longest path in an acyclic graph; of equal ones that with the first group.
  private static func longestChain(_ groups: [[Int]], _ leads: (Int, Int) -> Bool) -> [[Int]] {
    let followers = groups.indices.map { group in
      groups.indices.filter { $0 != group && leads(groups[group][0], groups[$0][0]) }
    }
    // Whoever leads to another leads to all that it leads to: fewer of them is nearer to the end.
    let backwards = groups.indices.sorted { (followers[$0].count, $0) < (followers[$1].count, $1) }
    var stops = [Int](repeating: 0, count: groups.count)
    var next = [Int?](repeating: nil, count: groups.count)
    for group in backwards {
      for follower in followers[group] where next[group].map({ stops[follower] > stops[$0] }) ?? true {
        next[group] = follower
      }
      stops[group] = groups[group].count + (next[group].map { stops[$0] } ?? 0)
    }
    var at = groups.indices.min { (-stops[$0], $0) < (-stops[$1], $1) }
    var chain: [[Int]] = []
    while let group = at {
      chain.append(groups[group])
      at = next[group]
    }
    return chain
  }
}

internal import AisleRouting

// Plans where the sweep does not apply.
extension RoutePlanner {
  /// Lines that can be picked at the same places are one visit.
  struct Visit {
    var lines: [Line]
    var places: [NamedPlace]
    var rank: Int
  }

  func visitPlan(
    in layout: HallLayout, blocks: [AisleBlock], from start: NamedPlace, to ends: [NamedPlace], lines: [Line],
    warm: [Int]
  ) throws(RoutingError) -> RoutePlan {
    let paths = paths(of: layout, blocks: blocks)
    var visits = Self.visits(lines)
    var unreachable = Self.setAside(&visits, paths, from: start, to: ends)
    var ends = ends.filter { paths.distance(from: start.position, to: $0.position) != nil }
    let reachesEnd = !ends.isEmpty
    if ends.isEmpty { ends = [start] }
    while true {
      let room = RoutingLimits.maximumVisitPlaces - 1 - ends.count
      var searched = visits
      let hasAllPlaces = Self.placeCount(visits) <= room
      if !hasAllPlaces { Self.reducePlaces(of: &searched, to: room, paths, from: start, warm: warm) }
      let places = Self.points(start, ends, searched)
      let problem = Self.problem(paths, places, start, ends, searched)
      let isSingle = visits.allSatisfy { $0.places.count == 1 }
      let bound =
        isSingle && reachesEnd
        ? sweptBound(
          in: layout, blocks: blocks, from: start.position, to: ends.map(\.position),
          visits.map { $0.places[0].position }) : 0
      let rank = Dictionary(warm.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      let known = visits.indices.filter { rank[visits[$0].lines[0].index] != nil }
        .sorted { rank[visits[$0].lines[0].index]! < rank[visits[$1].lines[0].index]! }
      var route = problem.route(
        budgetMs: searchBudgetMs, warm: warm.isEmpty ? nil : known, knownBound: bound)
      // What is proven of the places that are left is not proven of all.
      if !hasAllPlaces { route.lowerBound = min(route.length, farthest(visits, paths, from: start, to: ends)) }
      // One-way aisles can make two visits possible that are not possible together: the later one waits.
      if route.length >= WalkPaths.noWay, let cut = Self.firstCut(route, problem) {
        unreachable += visits[cut].lines.map(\.index)
        visits.remove(at: cut)
        continue
      }
      return plan(route, problem, places, visits, unreachable, start: start, reachesEnd: reachesEnd)
    }
  }

  private static func visits(_ lines: [Line]) -> [Visit] {
    var visits: [Visit] = []
    var known: [String: Int] = [:]
    for line in lines {
      let key = "\(line.rank)\u{0}" + line.places.map(\.name).joined(separator: "\u{0}")
      if let visit = known[key] {
        visits[visit].lines.append(line)
      } else {
        known[key] = visits.count
        visits.append(Visit(lines: [line], places: line.places, rank: line.rank))
      }
    }
    return visits
  }

  /// Takes out places that no walk from the start reaches or that none of the ends is reached from, and visits that have no
  /// others; returns their lines.
  private static func setAside(
    _ visits: inout [Visit], _ paths: WalkPaths, from start: NamedPlace, to ends: [NamedPlace]
  ) -> [Int] {
    let open = ends.filter { paths.distance(from: start.position, to: $0.position) != nil }.map(\.position)
    var seen: Set<String> = []
    let places = visits.flatMap { $0.places.filter { seen.insert($0.name).inserted } }
    let there = paths.reaches(places.map(\.position), from: start.position)
    let back = paths.lead(places.map(\.position), to: open.isEmpty ? [start.position] : open)
    let cutOff = Set(
      places.indices.filter { !there[$0] || !back[$0] || !paths.network.isOpen(places[$0].position) }
        .map { places[$0].name })
    var unreachable: [Int] = []
    visits = visits.compactMap { visit in
      var visit = visit
      visit.places.removeAll { cutOff.contains($0.name) }
      if visit.places.isEmpty {
        unreachable += visit.lines.map(\.index)
        return nil
      }
      return visit
    }
    return unreachable
  }

  private static func points(_ start: NamedPlace, _ ends: [NamedPlace], _ visits: [Visit]) -> [NamedPlace] {
    var seen: Set<String> = []
    return [start] + ends + visits.flatMap { $0.places.filter { seen.insert($0.name).inserted } }
  }

  private static func problem(
    _ paths: WalkPaths, _ named: [NamedPlace], _ start: NamedPlace, _ ends: [NamedPlace], _ visits: [Visit]
  ) -> VisitProblem {
    var numbers: [String: Int] = [:]
    let first = 1 + ends.count
    let places = visits.map { visit in
      visit.places.map { place in
        let number = numbers[place.name] ?? first + numbers.count
        numbers[place.name] = number
        return number
      }
    }
    // A round trip ends where it starts: one place, so that the bound knows.
    let endPlaces = ends.count == 1 && ends[0].position == start.position ? [0] : Array(1...ends.count)
    return VisitProblem(
      matrix: paths.matrix(named.map(\.position)).map { min($0, WalkPaths.noWay) }, placeCount: first + numbers.count,
      start: 0, ends: endPlaces, visits: places, ranks: visits.map(\.rank),
      keepsTriangle: paths.network.turnCost == 0)
  }

  private static func firstCut(_ route: VisitRoute, _ problem: VisitProblem) -> Int? {
    var here = problem.start
    for (visit, place) in zip(route.order, route.places) {
      if problem.distance(here, place) >= WalkPaths.noWay { return visit }
      here = place
    }
    return route.order.last
  }

  private func plan(
    _ route: VisitRoute, _ problem: VisitProblem, _ places: [NamedPlace], _ visits: [Visit], _ unreachable: [Int],
    start: NamedPlace, reachesEnd: Bool
  ) -> RoutePlan {
    var plan = RoutePlan(
      start: start.name, stops: [], walks: [], unreachable: unreachable.sorted(), length: route.length,
      lowerBound: route.lowerBound, reachesEnd: reachesEnd, end: places[route.end])
    var here = problem.start
    for (visit, place) in zip(route.order, route.places) {
      for (i, line) in visits[visit].lines.enumerated() {
        plan.stops.append(line.index)
        plan.walks.append(i == 0 ? problem.distance(here, place) : 0)
        plan.places.append(places[place])
      }
      here = place
    }
    plan.walks.append(problem.distance(here, route.end))
    return plan
  }

  /// To the farthest visit and on to an end, by ways without costs of turns, where no stop on the way makes it shorter: no walk is
  /// shorter.
  private func farthest(_ visits: [Visit], _ paths: WalkPaths, from start: NamedPlace, to ends: [NamedPlace]) -> Int64 {
    var plain = paths.network
    plain.turnCost = 0
    let places = visits.flatMap { $0.places.map(\.position) }
    var ways = WalkPaths(plain).distances(from: start.position, to: places)
    let reversed = WalkPaths(plain.reversed())
    let back = ends.map { reversed.distances(from: $0.position, to: places) }
    for i in places.indices {
      let onward = back.compactMap { $0[i] }.min()
      ways[i] = ways[i].flatMap { there in onward.map { there + $0 } }
    }
    var (bound, next): (Int64, Int) = (0, 0)
    for visit in visits {
      let nearest = ways[next..<next + visit.places.count].compactMap { $0 }.min()
      next += visit.places.count
      bound = max(bound, nearest ?? 0)
    }
    return bound
  }
}

@testable import AisleRouting

/// The slow way: every whole y of every aisle is a node of a graph, distances are found by breadth-first search over it (each
/// step along an aisle is one unit, cross-aisles are subdivided), and walks by dynamic programming over subsets of picks.
struct Reference {
  private let problem: RouteProblem
  private var memo: [AislePosition: [Point: Int64]] = [:]

  private struct Point: Hashable {
    var x: Int64
    var y: Int64
  }

  init(_ problem: RouteProblem) {
    self.problem = problem
  }

  private func point(_ place: AislePosition) -> Point { Point(x: problem.layout.aisleX[place.aisle], y: place.y) }

  mutating func distance(_ a: AislePosition, _ b: AislePosition) -> Int64? {
    if memo[a] == nil { memo[a] = distances(point(a)) }
    return memo[a]![point(b)]
  }

  private func distances(_ start: Point) -> [Point: Int64] {
    let blocked = Set(problem.blocks.map(point))
    let aisles = Set(problem.layout.aisleX)
    let crosses = Set(problem.layout.crossY)
    let (left, right) = (problem.layout.aisleX.first!, problem.layout.aisleX.last!)
    let (front, back) = (problem.layout.crossY.first!, problem.layout.crossY.last!)
    var found = [start: Int64(0)]
    guard !blocked.contains(start) else { return found }
    var queue = [start]
    var next = 0
    while next < queue.count {
      let here = queue[next]
      next += 1
      for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] as [(Int64, Int64)] {
        let there = Point(x: here.x + dx, y: here.y + dy)
        guard left...right ~= there.x, front...back ~= there.y, !blocked.contains(there), found[there] == nil else {
          continue
        }
        guard dy == 0 ? crosses.contains(here.y) : aisles.contains(here.x) else { continue }
        found[there] = found[here]! + 1
        queue.append(there)
      }
    }
    return found
  }

  /// What the router has to answer: the least length, or its error.
  mutating func answer() -> Result<Int64, RoutingError> {
    let (start, end, picks) = (problem.start, problem.end, problem.picks)
    let cutOff = picks.indices.filter { distance(start, picks[$0]) == nil }
    if !cutOff.isEmpty { return .failure(.unreachable(picks: cutOff)) }
    guard let direct = distance(start, end) else { return .failure(.noWayToEnd) }
    guard !picks.isEmpty else { return .success(direct) }
    let subsets = 1 << picks.count
    var values = [[Int64?]](repeating: Array(repeating: nil, count: picks.count), count: subsets)
    for last in picks.indices { values[1 << last][last] = distance(start, picks[last]) }
    for subset in 1..<subsets {
      for last in picks.indices {
        guard let value = values[subset][last] else { continue }
        for next in picks.indices where subset & (1 << next) == 0 {
          let extended = value + distance(picks[last], picks[next])!
          values[subset | 1 << next][next] = min(extended, values[subset | 1 << next][next] ?? extended)
        }
      }
    }
    return .success(picks.indices.map { values[subsets - 1][$0]! + distance(picks[$0], end)! }.min()!)
  }
}

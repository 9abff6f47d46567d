/// Which places can be driven to, whatever it takes.
enum Reach {
  /// Stops to which no way leads from the start, or from which none leads to the end.
  static func unreachable(_ problem: StopProblem) -> [Int] {
    // A matrix of any part of the day may be waited for; the last one holds for good.
    guard let matrix = problem.travel.slots.last?.matrix else { return [] }
    guard matrix.values.contains(TravelTimes.closed) else { return [] }
    let from = closure(of: problem.start, among: matrix.count) { matrix[$0, $1] != TravelTimes.closed }
    let to = problem.end.map { end in
      closure(of: end, among: matrix.count) { matrix[$1, $0] != TravelTimes.closed }
    }
    return problem.stops.filter { !from[$0] || !(to?[$0] ?? true) }
  }

  /// Whether no way leads to the end: neither from the start, nor from any stop that can be reached.
  static func isEndCutOff(_ problem: StopProblem) -> Bool {
    guard let end = problem.end, let matrix = problem.travel.slots.last?.matrix,
      matrix.values.contains(TravelTimes.closed)
    else { return false }
    let from = closure(of: problem.start, among: matrix.count) { matrix[$0, $1] != TravelTimes.closed }
    guard from[end] else { return true }
    let to = closure(of: end, among: matrix.count) { matrix[$1, $0] != TravelTimes.closed }
    let reached = problem.stops.filter { from[$0] }
    return !reached.isEmpty && !reached.contains { to[$0] }
  }

  private static func closure(of place: Int, among count: Int, _ leads: (Int, Int) -> Bool) -> [Bool] {
    var isReached = [Bool](repeating: false, count: count)
    isReached[place] = true
    var open = [place]
    while let next = open.popLast() {
      for other in 0..<count where !isReached[other] && leads(next, other) {
        isReached[other] = true
        open.append(other)
      }
    }
    return isReached
  }
}

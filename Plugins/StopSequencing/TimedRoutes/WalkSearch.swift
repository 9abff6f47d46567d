/// Simulated annealing over sequences of all nodes, by total lateness first and the objective second (Kirkpatrick, Gelatt & Vecchi
/// 1983); lateness costs more and more, as in the compressed annealing of Ohlmann & Thomas, INFORMS J. Comput. 19, 2007.
///
/// Invariant: precedence is kept by every sequence, if it was by the first one; windows and loads need not be.
final class WalkSearch {
  /// What a unit of lateness costs at first and in the end, in units of the objective; at first next to nothing where there is more of it
  /// than road.
  private static let (lightestPenalty, lightPenalty, heavyPenalty) = (0.03, 1.0, 1000.0)
  private static let (hot, cold) = (1.0, 0.01)
  private static let longestStretch = 12

  /// Moves that count as one step of a budget: a move takes time by the stops of a sequence, a step by more than that.
  static func movesAStep(_ graph: StopGraph) -> Int { min(60, graph.count) }

  private let graph: StopGraph
  private let walk: RouteWalk
  private var random: Randomness
  private var position: [Int]
  private let content: UnsafeMutablePointer<Int32>
  private(set) var moves = 0

  init(_ walk: RouteWalk, seed: UInt64) {
    self.walk = walk
    graph = walk.graph
    random = Randomness(seed: seed)
    position = Array(repeating: 0, count: graph.count)
    content = .allocate(capacity: graph.count)
  }

  deinit { content.deallocate() }

  /// - Returns: the best sequence found, never worse than the first one.
  func run(_ budget: SearchBudget) -> [Int] {
    var best = walk.order
    var bestScore = walk.score
    let stops = graph.count - 2
    guard stops >= 2 else { return best.map(Int.init) }
    for (index, node) in walk.order.enumerated() { position[Int(node)] = index }
    let scale = max(1, Double(walk.score.value) / Double(graph.count))
    let light = walk.score.late > walk.score.value ? Self.lightestPenalty : Self.lightPenalty
    var (temperature, penalty) = (scale, light)
    // The schedule is one of the time that is left: begun in the middle, it would be frozen before it has seen anything.
    let from = min(0.999, budget.spent())
    while moves < budget.steps {
      if moves & 255 == 0 {
        let spent = max((budget.spent() - from) / (1 - from), Double(moves) / Double(budget.steps))
        if spent >= 1 { break }
        temperature = scale * Self.hot * Annealing.power(Self.cold / Self.hot, spent)
        penalty = light * Annealing.power(Self.heavyPenalty / light, min(1, spent * 1.5))
      }
      moves += 1
      guard let (low, high) = propose(), keepsRules(low, high) else { continue }
      let limit = -temperature * Annealing.log(random.fraction())
      let prices = RouteWalk.Prices(late: penalty, excess: penalty * graph.loadPrice)
      guard let score = walk.score(replacing: low, high, by: content, prices, limit: limit) else { continue }
      let change =
        Double(score.late - walk.score.late) * prices.late + Double(score.excess - walk.score.excess) * prices.excess
        + Double(score.value - walk.score.value)
      guard change < limit else { continue }
      for index in low...high {
        walk.order[index] = content[index - low]
        position[Int(content[index - low])] = index
      }
      walk.refresh(from: low)
      assert(walk.score == score, "a move's score is that of its walk")
      if walk.score < bestScore {
        bestScore = walk.score
        best = walk.order
      }
    }
    return best.map(Int.init)
  }

  /// Writes another content for a range of positions.
  private func propose() -> (low: Int, high: Int)? {
    let stops = graph.count - 2
    let longest = min(Self.longestStretch, stops)
    let kind = random.below(8)
    if kind == 0 {
      let size = 2 + random.below(max(1, longest - 1))
      guard size <= stops else { return nil }
      let low = 1 + random.below(stops - size + 1)
      for index in 0..<size { content[index] = walk.order[low + size - 1 - index] }
      return (low, low + size - 1)
    }
    if kind < 4 {
      // a stop and those after it move next to a neighbour
      let node = random.below(graph.count - 1)
      let other = Int(
        graph.successors[node * SequencingLimits.neighbours + random.below(min(10, SequencingLimits.neighbours))])
      guard other > 0, other != graph.end else { return nil }
      let (here, there) = (position[node], position[other])
      let size = 1 + random.below(3)
      if there > here + 1 { return exchange(here + 1, there, min(there + size - 1, stops)) }
      guard there < here else { return nil }
      return exchange(there, there + 1 + random.below(min(size, here - there)), here)
    }
    let first = 1 + random.below(kind < 6 ? min(3, longest) : longest)
    let second = 1 + random.below(longest)
    guard first + second <= stops else { return nil }
    let low = 1 + random.below(stops - first - second + 1)
    return random.below(2) == 0
      ? exchange(low, low + first, low + first + second - 1) : exchange(low, low + second, low + first + second - 1)
  }

  private func exchange(_ low: Int, _ middle: Int, _ high: Int) -> (low: Int, high: Int) {
    var next = 0
    for index in middle...high {
      content[next] = walk.order[index]
      next += 1
    }
    for index in low..<middle {
      content[next] = walk.order[index]
      next += 1
    }
    return (low, high)
  }

  private func keepsRules(_ low: Int, _ high: Int) -> Bool {
    if graph.hasPrecedence {
      for index in 0...high - low {
        for other in graph.earlier[Int(content[index])] where position[other] >= low {
          guard position[other] <= high else { return false }
          var isBefore = false
          for earlier in 0..<index where Int(content[earlier]) == other { isBefore = true }
          if !isBefore { return false }
        }
      }
    }
    return true
  }
}

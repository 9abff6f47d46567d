/// Looks for a sequence that keeps all windows: a route of some stops is ruined around one that is left out, and whatever fits is
/// put back. Stops that were left out often weigh more (the fleet minimisation of Christiaens & Vanden Berghe, Transp. Sci. 54, 2020).
final class FillSearch {
  private let graph: StopGraph
  private let route: TimedRoute
  private let reinsertion: Reinsertion
  private var random: Randomness
  private(set) var rounds = 0

  init(_ graph: StopGraph, seed: UInt64) {
    self.graph = graph
    route = TimedRoute(graph)
    reinsertion = Reinsertion(route, byMakespan: false)
    random = Randomness(seed: seed)
  }

  func run(_ budget: SearchBudget) -> [Int]? {
    guard graph.arc(0, graph.end) <= graph.due[graph.end] - graph.ready[0] || graph.count > 2 else { return nil }
    route.adopt(partial: [0, graph.end])
    guard route.begin[1] <= graph.due[graph.end] else { return nil }
    reinsertion.forget(except: (1..<graph.end).map(Int32.init))
    var missed = [Int](repeating: 0, count: graph.count)
    let keep = TimedRoute(graph)
    var kept: [Int32] = []
    var weight = Int.max
    while rounds < budget.steps {
      if rounds & 15 == 0, budget.spent() >= 1 { return nil }
      rounds += 1
      // windows count first: what breaks loads is repaired by others
      reinsertion.loadPrice = rounds & 3 == 1 ? graph.loadPrice : 0
      if reinsertion.putBack(&random, mayLeaveOut: true), route.count == graph.count { return route.nodes() }
      let absent = reinsertion.taken
      for node in absent { missed[Int(node)] += 1 }
      let now = absent.reduce(0) { $0 + missed[Int($1)] }
      let then = weight == .max ? weight : kept.reduce(0) { $0 + missed[Int($1)] }
      if route.keepsWindows, now <= then || absent.count < kept.count || weight == .max {
        keep.copy(route)
        kept = absent
        weight = now
      } else {
        route.copy(keep)
        reinsertion.forget(except: kept)
      }
      let seed = kept.isEmpty ? 1 + random.below(graph.end - 1) : Int(kept[random.below(kept.count)])
      reinsertion.takeOut(around: seed, 1 + random.below(min(20, graph.count)), &random)
    }
    return nil
  }
}

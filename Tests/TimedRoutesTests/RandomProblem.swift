import Seeded

@testable import TimedRoutes

/// Random problems, their brute force and a walk of their own, written apart from the code under test.
struct RandomProblem {
  static let seed = SeededNumbers.seed("RandomProblem", default: 20_261)
  private var random: Randomness

  init(_ number: Int) { random = Randomness(seed: Self.seed &* 1_000_003 &+ UInt64(number)) }

  mutating func below(_ bound: Int) -> Int { random.below(bound) }

  /// Places on a plane with some asymmetry; windows around a random tour, so that `width` says how tight they are.
  mutating func problem(stops: Int, width: Int, isMetric: Bool = true) -> StopProblem {
    let count = stops + 1
    let points = (0..<count).map { _ in (random.below(100), random.below(100)) }
    var values = [Int64](repeating: 0, count: count * count)
    for a in 0..<count {
      for b in 0..<count where a != b {
        let (x, y) = (Double(points[a].0 - points[b].0), Double(points[a].1 - points[b].1))
        values[a * count + b] = Int64((x * x + y * y).squareRoot().rounded(.up)) + 1
        if !isMetric { values[a * count + b] += Int64(random.below(60)) }
      }
    }
    let service = (0..<count).map { $0 == 0 ? Int64(0) : Int64(random.below(5)) }
    var order = Array(1..<count)
    for index in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(index, random.below(index + 1)) }
    var windows = [StopProblem.Window](repeating: .init(ready: 0, due: 1_000_000), count: count)
    var (time, place) = (Int64(0), 0)
    for stop in order {
      time += service[place] + values[place * count + stop]
      let ready = max(0, time - Int64(random.below(width + 1)))
      windows[stop] = .init(ready: ready, due: max(ready, time + Int64(random.below(width + 1))))
      place = stop
    }
    return StopProblem(
      travel: TravelTimes(.init(count: count, values: values)), windows: windows, service: service)
  }
}

/// Lateness and objective of an order, walked with one matrix and no closed arcs; nil where precedence or loads are broken.
func walked(_ problem: StopProblem, _ order: [Int]) -> (late: Int64, value: Int64)? {
  let matrix = problem.travel.slots[0].matrix
  var (time, place, load) = (problem.windows[problem.start].ready, problem.start, problem.load)
  var (late, travel) = (Int64(0), Int64(0))
  for stop in order {
    travel += matrix[place, stop]
    time = max(time + problem.service[place] + matrix[place, stop], problem.windows[stop].ready)
    late += max(0, time - problem.windows[stop].due)
    place = stop
    if !problem.demands.isEmpty {
      load += problem.demands[stop]
      if load < 0 || load > problem.capacity { return nil }
    }
  }
  if let end = problem.end {
    travel += matrix[place, end]
    time = max(time + problem.service[place] + matrix[place, end], problem.windows[end].ready)
    late += max(0, time - problem.windows[end].due)
  } else {
    time += problem.service[place]
  }
  for pair in problem.precedences where order.firstIndex(of: pair.first)! > order.firstIndex(of: pair.second)! {
    return nil
  }
  return (late, problem.objective == .travel ? travel : time)
}

/// The least lateness, and the least objective with it, over all orders.
func bruteForce(_ problem: StopProblem) -> (late: Int64, value: Int64)? {
  var best: (late: Int64, value: Int64)?
  var order = problem.stops
  func permute(_ index: Int) {
    if index == order.count {
      if let found = walked(problem, order), best == nil || found < best! { best = found }
      return
    }
    for other in index..<order.count {
      order.swapAt(index, other)
      permute(index + 1)
      order.swapAt(index, other)
    }
  }
  permute(0)
  return best
}

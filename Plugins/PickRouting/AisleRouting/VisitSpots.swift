/// The spots of a `VisitProblem`: each place once for every rank that has visits there; then the start, then one end that stands
/// for the nearest of all ends. Distances between them in memory that is read without counting references.
final class VisitSpots {
  let problem: VisitProblem
  let count: Int
  var start: Int { count }
  var end: Int { count + 1 }
  var size: Int { count + 2 }
  /// By spot.
  let rank: [Int]
  let place: [Int]
  let hasRanks: Bool
  let hasChoice: Bool
  private let distances: UnsafeMutablePointer<Int64>
  // Visits of each spot, and spots of each visit, one after the other.
  private let visitStart: [Int]
  private let visitList: [Int]
  private let spotStart: [Int]
  private let spotList: [Int]

  init(_ problem: VisitProblem) {
    self.problem = problem
    var numbers: [Int: Int] = [:]
    var place: [Int] = []
    var rank: [Int] = []
    var visitsOf: [[Int]] = []
    var spotStart = [0]
    var spotList: [Int] = []
    let levels = Set(problem.ranks).sorted()
    let levelOf = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, $0) })
    for (visit, places) in problem.visits.enumerated() {
      let level = levelOf[problem.ranks[visit]]!
      for at in places {
        let key = level * problem.placeCount + at
        let spot = numbers[key] ?? place.count
        if spot == place.count {
          numbers[key] = spot
          place.append(at)
          rank.append(level)
          visitsOf.append([])
        }
        guard visitsOf[spot].last != visit else { continue }
        visitsOf[spot].append(visit)
        spotList.append(spot)
      }
      spotStart.append(spotList.count)
    }
    count = place.count
    hasRanks = levels.count > 1
    hasChoice = spotList.count > problem.visits.count
    visitList = visitsOf.flatMap { $0 }
    visitStart = visitsOf.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    self.spotStart = spotStart
    self.spotList = spotList
    self.rank = rank + [-1, levels.count]
    self.place = place + [problem.start, problem.ends[0]]
    distances = Self.distances(problem, self.place)
  }

  deinit { distances.deallocate() }

  private static func distances(_ problem: VisitProblem, _ place: [Int]) -> UnsafeMutablePointer<Int64> {
    let size = place.count
    let distances = UnsafeMutablePointer<Int64>.allocate(capacity: size * size)
    problem.matrix.withUnsafeBufferPointer { matrix in
      for a in 0..<size {
        let row = place[a] * problem.placeCount
        for b in 0..<size - 1 { distances[a * size + b] = matrix[row + place[b]] }
        distances[a * size + size - 1] = problem.ends.reduce(Int64.max) { min($0, matrix[row + $1]) }
      }
    }
    for b in 0..<size { distances[(size - 1) * size + b] = distances[b * size + size - 1] }
    return distances
  }

  @inline(__always)
  subscript(_ a: Int, _ b: Int) -> Int64 { distances[a * size + b] }

  func visits(of spot: Int) -> ArraySlice<Int> {
    spot < count ? visitList[visitStart[spot]..<visitStart[spot + 1]] : []
  }

  func spots(of visit: Int) -> ArraySlice<Int> { spotList[spotStart[visit]..<spotStart[visit + 1]] }

  /// Each visit at the first stop where it can be made.
  func route(_ stops: [Int]) -> VisitRoute {
    var isDone = [Bool](repeating: false, count: problem.visits.count)
    var order: [Int] = []
    var places: [Int] = []
    for stop in stops {
      for visit in visits(of: stop) where !isDone[visit] {
        isDone[visit] = true
        order.append(visit)
        places.append(place[stop])
      }
    }
    let last = places.last ?? problem.start
    let end = problem.ends.min { problem[last, $0] < problem[last, $1] }!
    return VisitRoute(
      order: order, places: places, end: end, length: problem.length(places, end), lowerBound: 0)
  }

  /// The stops of an order with a place for each visit, each once.
  func stops(_ order: [Int], _ places: [Int]) -> [Int] {
    var seen: Set<Int> = []
    return zip(order, places).compactMap { visit, at in
      let spot = spots(of: visit).first { place[$0] == at }!
      return seen.insert(spot).inserted ? spot : nil
    }
  }
}

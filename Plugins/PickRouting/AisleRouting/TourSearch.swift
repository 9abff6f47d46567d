/// Iterated local search over round trips of places: 2-opt and Or-opt (Or 1976) with neighbour lists, kicked by local double
/// bridges (Martin, Otto & Felten 1991). Deterministic: a fixed seed and a fixed number of kicks.
struct TourSearch {
  private static let neighbourCount = 10
  private static let kicks = 300

  private let matrix: StopMatrix
  private let neighbours: [[Int]]
  private var tour: [Int] = []
  private var position: [Int] = []
  private var queue: [Int] = []
  private var isQueued: [Bool]
  private var random = SearchRandomness()

  init(_ matrix: StopMatrix) {
    self.matrix = matrix
    neighbours = (0..<matrix.count).map { place in
      Array(
        (0..<matrix.count).filter { $0 != place }
          .sorted { (matrix[place, $0], $0) < (matrix[place, $1], $1) }.prefix(Self.neighbourCount))
    }
    isQueued = Array(repeating: false, count: matrix.count)
  }

  mutating func run() -> [Int] {
    adopt(nearestNeighbourTour())
    guard matrix.count > 3 else { return tour }
    for place in 0..<matrix.count { enqueue(place) }
    improve()
    guard matrix.count >= 8 else { return tour }
    var best = tour
    var bestLength = matrix.length(tour)
    for _ in 0..<Self.kicks {
      kick()
      improve()
      let length = matrix.length(tour)
      if length <= bestLength {
        best = tour
        bestLength = length
      } else {
        adopt(best)
      }
    }
    return best
  }

  private func nearestNeighbourTour() -> [Int] {
    // An open walk begins with its end, next to the start, and keeps that step.
    var tour = matrix.isOpenWalk ? [1, 0] : [0]
    var isUsed = [Bool](repeating: false, count: matrix.count)
    for place in tour { isUsed[place] = true }
    while tour.count < matrix.count {
      let last = tour[tour.count - 1]
      var next = -1
      for place in 0..<matrix.count where !isUsed[place] && (next < 0 || matrix[last, place] < matrix[last, next]) {
        next = place
      }
      isUsed[next] = true
      tour.append(next)
    }
    return tour
  }

  private mutating func adopt(_ new: [Int]) {
    tour = new
    position = new
    for index in tour.indices { position[tour[index]] = index }
  }

  private mutating func enqueue(_ place: Int) {
    guard !isQueued[place] else { return }
    isQueued[place] = true
    queue.append(place)
  }

  private mutating func improve() {
    while let place = queue.popLast() {
      isQueued[place] = false
      while exchangeEdges(at: place) || moveSegment(from: place) {}
    }
  }

  private func after(_ place: Int) -> Int { tour[(position[place] + 1) % tour.count] }
  private func before(_ place: Int) -> Int { tour[(position[place] + tour.count - 1) % tour.count] }

  private mutating func exchangeEdges(at a: Int) -> Bool {
    for isForward in [true, false] {
      let b = isForward ? after(a) : before(a)
      for c in neighbours[a] {
        guard matrix[a, c] < matrix[a, b] else { break }
        let d = isForward ? after(c) : before(c)
        guard c != b, d != a else { continue }
        guard matrix[a, c] + matrix[b, d] < matrix[a, b] + matrix[c, d] else { continue }
        isForward ? reverse(from: b, to: c) : reverse(from: c, to: b)
        for place in [a, b, c, d] { enqueue(place) }
        return true
      }
    }
    return false
  }

  /// Reverses the stretch between two places, walking forwards from the first.
  private mutating func reverse(from first: Int, to last: Int) {
    var low = position[first]
    var high = position[last]
    for _ in 0..<(high - low + tour.count) % tour.count / 2 + ((high - low + tour.count) % tour.count & 1) {
      tour.swapAt(low, high)
      position[tour[low]] = low
      position[tour[high]] = high
      low = (low + 1) % tour.count
      high = (high + tour.count - 1) % tour.count
    }
  }

  /// Moves one to three places, from `a` on in either direction, next to a neighbour of `a`.
  private mutating func moveSegment(from a: Int) -> Bool {
    for isForward in [true, false] {
      var segment = [a]
      for _ in 1...3 {
        guard segment.count + 2 < tour.count else { break }
        let last = segment[segment.count - 1]
        let next = isForward ? after(last) : before(last)
        let previous = isForward ? before(a) : after(a)
        let saved = matrix[previous, a] + matrix[last, next] - matrix[previous, next]
        for c in neighbours[a] where !segment.contains(c) {
          guard matrix[a, c] < saved else { break }
          for d in [after(c), before(c)] where !segment.contains(d) {
            guard !(c == previous && d == next), !(c == next && d == previous) else { continue }
            guard matrix[c, a] + matrix[last, d] - matrix[c, d] < saved else { continue }
            insert(segment, between: c, d)
            for place in [previous, next, c, d, a, last] { enqueue(place) }
            return true
          }
        }
        segment.append(next)
      }
    }
    return false
  }

  /// The segment's first place goes next to `c`, its last next to `d`.
  private mutating func insert(_ segment: [Int], between c: Int, _ d: Int) {
    var rest: [Int] = []
    rest.reserveCapacity(tour.count)
    for place in tour where !segment.contains(place) { rest.append(place) }
    let at = rest.firstIndex(of: c)!
    if rest[(at + 1) % rest.count] == d {
      rest.insert(contentsOf: segment, at: at + 1)
    } else {
      rest.insert(contentsOf: segment.reversed(), at: at)
    }
    adopt(rest)
  }

  /// Swaps two neighbouring stretches of up to 30 places.
  private mutating func kick() {
    let count = tour.count
    let longest = min(30, (count - 2) / 2)
    let first = 1 + random.below(longest)
    let second = 1 + random.below(longest)
    let start = random.below(count)
    let stretch = (0..<first + second).map { tour[(start + $0) % count] }
    let swapped = stretch[first...] + stretch[..<first]
    for (offset, place) in swapped.enumerated() {
      let index = (start + offset) % count
      tour[index] = place
      position[place] = index
    }
    for index in [
      start + count - 1, start, start + second - 1, start + second, start + first + second - 1,
      start + first + second,
    ] {
      enqueue(tour[index % count])
    }
  }
}

/// Visits in a network of ways: what the frontier sweep does not know. From a start, one place of each visit, to one of some ends.
///
/// Distances may be asymmetric, and need not keep the triangle inequality (`keepsTriangle`): they are shortest paths, but where turns
/// cost something leaving a stop is free, so that a way by another stop can be the shorter one. `ranks` is the precedence: no visit comes before
/// one of a lower rank (heavy first, fragile last).
package struct VisitProblem: Sendable {
  /// Row by row, between places.
  package var matrix: [Int64]
  package var placeCount: Int
  package var start: Int
  /// Places of which the walk ends at the best one; at least one.
  package var ends: [Int]
  /// By visit: places of which one is enough; at least one each.
  package var visits: [[Int]]
  /// By visit.
  package var ranks: [Int]
  /// Known to: no way by another place is shorter than the leg.
  package var keepsTriangle: Bool

  package init(
    matrix: [Int64], placeCount: Int, start: Int, ends: [Int], visits: [[Int]], ranks: [Int]? = nil,
    keepsTriangle: Bool = false
  ) {
    self.matrix = matrix
    self.placeCount = placeCount
    self.start = start
    self.ends = ends
    self.visits = visits
    self.keepsTriangle = keepsTriangle
    self.ranks = ranks ?? Array(repeating: 0, count: visits.count)
    precondition(matrix.count == placeCount * placeCount && self.ranks.count == visits.count && !ends.isEmpty)
  }

  subscript(_ a: Int, _ b: Int) -> Int64 { matrix[a * placeCount + b] }

  package func distance(_ a: Int, _ b: Int) -> Int64 { self[a, b] }
}

/// A walk through all visits of a `VisitProblem`.
package struct VisitRoute: Sendable, Equatable {
  /// Visits in walking order, and the place chosen for each.
  package var order: [Int]
  package var places: [Int]
  package var end: Int
  package var length: Int64
  /// No walk is shorter than this.
  package var lowerBound: Int64

  package var isOptimal: Bool { lowerBound == length }
}

extension VisitProblem {
  /// The sum of the legs; `unreachableDistance` or more where one is missing.
  func length(_ places: [Int], _ end: Int) -> Int64 {
    var length: Int64 = 0
    var here = start
    for place in places + [end] {
      length += self[here, place]
      here = place
    }
    return length
  }

  /// Whether each pair is as far in either direction. In squares that fit a cache, for columns are slow to read.
  var isSymmetric: Bool {
    matrix.withUnsafeBufferPointer { matrix in
      let side = 32
      for top in stride(from: 0, to: placeCount, by: side) {
        for left in stride(from: 0, through: top, by: side) {
          for a in top..<min(top + side, placeCount) {
            for b in left..<min(left + side, a) where matrix[a * placeCount + b] != matrix[b * placeCount + a] {
              return false
            }
          }
        }
      }
      return true
    }
  }

  /// Each visit once, at one of its places, in the order of ranks, the legs adding up.
  func isWalk(_ route: VisitRoute) -> Bool {
    Set(route.order) == Set(visits.indices) && route.order.count == visits.count && ends.contains(route.end)
      && zip(route.order, route.places).allSatisfy { visits[$0].contains($1) }
      && zip(route.order, route.order.dropFirst()).allSatisfy { ranks[$0] <= ranks[$1] }
      && length(route.places, route.end) == route.length && route.lowerBound <= route.length
  }

  /// The best places for an order of visits: each visit's places are a layer, and the shortest path through the layers is taken.
  func choosingPlaces(_ order: [Int]) -> (places: [Int], end: Int, length: Int64) {
    var layers: [[Int]] = order.map { visits[$0] }
    layers.append(ends)
    var values: [[Int64]] = []
    var previous: [[Int]] = []
    for (i, layer) in layers.enumerated() {
      var best = [Int64](repeating: Int64.max, count: layer.count)
      var from = [Int](repeating: 0, count: layer.count)
      for (k, place) in layer.enumerated() {
        if i == 0 {
          best[k] = self[start, place]
          continue
        }
        for (j, before) in layers[i - 1].enumerated() where values[i - 1][j] + self[before, place] < best[k] {
          best[k] = values[i - 1][j] + self[before, place]
          from[k] = j
        }
      }
      values.append(best)
      previous.append(from)
    }
    var k = values[values.count - 1].indices.min { values[values.count - 1][$0] < values[values.count - 1][$1] }!
    let length = values[values.count - 1][k]
    var places: [Int] = []
    for i in layers.indices.reversed() {
      places.append(layers[i][k])
      k = previous[i][k]
    }
    places.reverse()
    return (Array(places.dropLast()), places[places.count - 1], length)
  }
}

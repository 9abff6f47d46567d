/// Who will be in which aisle when: from where other pickers are and what they have left to do, at an even pace.
package struct CrowdForecast: Sendable {
  package struct Pace: Sendable {
    /// Length units a second.
    package var speed: Double
    package var secondsPerPick: Double

    /// By default a metre a second, with lengths in millimetres.
    package init(speed: Double = 1_000, secondsPerPick: Double = 10) {
      self.speed = speed
      self.secondsPerPick = secondsPerPick
    }
  }

  package struct Stay: Sendable, Equatable {
    package var aisle: Int
    /// Seconds from now.
    package var from: Double
    package var to: Double

    package init(aisle: Int, from: Double, to: Double) {
      self.aisle = aisle
      self.from = from
      self.to = to
    }
  }

  /// By aisle.
  private var stays: [Int: [Stay]] = [:]
  package let pace: Pace

  package init(pace: Pace = Pace()) {
    self.pace = pace
  }

  package var isEmpty: Bool { stays.isEmpty }

  package mutating func add(_ stay: Stay) { stays[stay.aisle, default: []].append(stay) }

  /// A picker's walk: the legs to stops, and their aisles.
  package mutating func add(legs: [Int64], aisles: [Int], startingIn start: Int, at begin: Double = 0) {
    for stay in Self.stays(legs: legs, aisles: aisles, startingIn: start, at: begin, pace) { add(stay) }
  }

  package func crowd(in aisle: Int, from: Double, to: Double) -> Int {
    (stays[aisle] ?? []).count { $0.from < to && from < $0.to }
  }

  /// Stretches of time that a walk spends in one aisle.
  package static func stays(
    legs: [Int64], aisles: [Int], startingIn start: Int, at begin: Double, _ pace: Pace
  ) -> [Stay] {
    var time = begin
    var stays = [Stay(aisle: start, from: time, to: time)]
    for (leg, aisle) in zip(legs, aisles) {
      time += Double(leg) / pace.speed
      if stays[stays.count - 1].aisle != aisle { stays.append(Stay(aisle: aisle, from: time, to: time)) }
      time += pace.secondsPerPick
      stays[stays.count - 1].to = time
    }
    return stays.filter { $0.to > $0.from }
  }

  /// A length that meeting others is worth: `price` for each of them in each stay.
  package func price(
    legs: [Int64], aisles: [Int], startingIn start: Int, price: Int64
  ) -> Int64 {
    Self.stays(legs: legs, aisles: aisles, startingIn: start, at: 0, pace).reduce(Int64(0)) {
      $0 + Int64(crowd(in: $1.aisle, from: $1.from, to: $1.to)) * price
    }
  }
}

extension VisitProblem {
  /// An order of places that is a little longer and meets fewer others: from a shortest walk, by reversals of stretches and moves
  /// of up to three places, as long as length and price together fall. Each visit must have one place, and one rank all.
  ///
  /// - Parameter aisles: by place.
  /// - Returns: the places in walking order; `places` where nothing is better.
  package func avoiding(
    _ crowd: CrowdForecast, price: Int64, places: [Int], end: Int, aisles: [Int]
  ) -> [Int] {
    func cost(_ places: [Int]) -> Int64 {
      var legs: [Int64] = []
      var here = start
      for place in places {
        legs.append(self[here, place])
        here = place
      }
      return legs.reduce(0, +) + self[here, end]
        + crowd.price(legs: legs, aisles: places.map { aisles[$0] }, startingIn: aisles[start], price: price)
    }
    var best = places
    var least = cost(best)
    func takes(_ candidate: [Int]) -> Bool {
      let value = cost(candidate)
      guard value < least else { return false }
      least = value
      best = candidate
      return true
    }
    _ = takes(places.reversed())
    // Bounded: each round takes one better walk, and few are needed.
    for _ in 0..<20 where places.count <= 60 {
      guard improves(best, takes) else { break }
    }
    return best
  }

  private func improves(_ places: [Int], _ takes: ([Int]) -> Bool) -> Bool {
    for i in places.indices {
      for j in places.indices where j > i {
        var turned = places
        turned[i...j].reverse()
        if takes(turned) { return true }
        for length in 1...3 where i + length <= j {
          var moved = Array(places[..<i]) + Array(places[(i + length)...j]) + Array(places[i..<i + length])
          moved += places[(j + 1)...]
          if takes(moved) { return true }
        }
      }
    }
    return false
  }
}

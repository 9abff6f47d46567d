/// The stops that are nearest to each spot, before it and after it: what the moves of a search look at instead of all stops.
final class NeighbourLists {
  static let length = 10

  /// `length` a spot, the nearest first, −1 where there are fewer.
  let after: UnsafeMutablePointer<Int>
  let before: UnsafeMutablePointer<Int>
  // Of what stands in `after` or `before` while it is filled: how far each is, and by spot how many there are and what is too far.
  private let away: UnsafeMutablePointer<Int64>
  private let count: UnsafeMutablePointer<Int>
  private let tooFar: UnsafeMutablePointer<Int64>
  private let spots: VisitSpots

  init(_ spots: VisitSpots) {
    self.spots = spots
    after = .allocate(capacity: spots.size * Self.length)
    before = .allocate(capacity: spots.size * Self.length)
    away = .allocate(capacity: spots.size * Self.length)
    count = .allocate(capacity: spots.size)
    tooFar = .allocate(capacity: spots.size)
  }

  deinit {
    after.deallocate()
    before.deallocate()
    away.deallocate()
    count.deallocate()
    tooFar.deallocate()
  }

  /// Among these stops, the start that is only left and the end that is only reached. Row by row of the distances, for `before` too:
  /// down a column each one would be a miss of the processor's cache.
  ///
  /// - Returns: steps that it takes.
  func find(among stops: UnsafeBufferPointer<Int>) -> Int {
    clear(after)
    for spot in 0..<spots.size {
      for stop in stops where stop != spot { offer(stop, spots[spot, stop], to: spot, in: after) }
      if spot != spots.end { offer(spots.end, spots[spot, spots.end], to: spot, in: after) }
    }
    clear(before)
    for spot in 0..<spots.size where spot != spots.start {
      offer(spots.start, spots[spots.start, spot], to: spot, in: before)
    }
    for stop in stops {
      for spot in 0..<spots.size where spot != stop { offer(stop, spots[stop, spot], to: spot, in: before) }
    }
    return spots.size * (stops.count + 1) / 3
  }

  private func clear(_ lists: UnsafeMutablePointer<Int>) {
    lists.update(repeating: -1, count: spots.size * Self.length)
    count.update(repeating: 0, count: spots.size)
    tooFar.update(repeating: Int64.max, count: spots.size)
  }

  @inline(__always)
  private func offer(_ other: Int, _ distance: Int64, to spot: Int, in lists: UnsafeMutablePointer<Int>) {
    if distance < tooFar[spot] { take(other, distance, to: spot, in: lists) }
  }

  private func take(_ other: Int, _ distance: Int64, to spot: Int, in lists: UnsafeMutablePointer<Int>) {
    let first = spot * Self.length
    var k = min(count[spot], Self.length - 1)
    count[spot] = k + 1
    while k > 0, away[first + k - 1] > distance {
      away[first + k] = away[first + k - 1]
      lists[first + k] = lists[first + k - 1]
      k -= 1
    }
    away[first + k] = distance
    lists[first + k] = other
    if count[spot] == Self.length { tooFar[spot] = away[first + Self.length - 1] }
  }
}

// A quantile of a stream in five markers, without keeping values: the P² algorithm (Jain & Chlamtac, "The P² Algorithm for
// Dynamic Calculation of Quantiles and Histograms Without Storing Observations", CACM 28 (10), 1985).
//
// The markers stand at the least value, the share p/2, p, (1 + p)/2 and the greatest value; a marker that is more than one
// place from where it should be is moved by one place, its height by the parabola through its neighbours, or by the line
// where the parabola would leave their order. Up to five values the quantile is exact (nearest rank).
// A value that is not finite is left out. 128 bytes.

package struct QuantileEstimate: Equatable, Sendable {
  /// In 0…1.
  package let share: Double
  package internal(set) var count = 0
  var heights: (Double, Double, Double, Double, Double) = (0, 0, 0, 0, 0)
  /// Places of the inner markers; those of the outer ones are 1 and `count`.
  var places: (Double, Double, Double) = (2, 3, 4)

  /// - Parameter share: outside of 0…1, or NaN: the nearest of them, or 0.5.
  package init(share: Double) {
    self.share = share.isNaN ? 0.5 : min(max(share, 0), 1)
  }

  /// nil before the first value.
  package var value: Double? {
    guard count > 0 else { return nil }
    guard count <= 5 else { return heights.2 }
    let rank = min(max(Int((share * Double(count)).rounded(.up)) - 1, 0), count - 1)
    return withUnsafeBytes(of: heights) { $0.assumingMemoryBound(to: Double.self)[rank] }
  }

  package mutating func update(_ value: Double) {
    guard value.isFinite else { return }
    count += 1
    if count <= 5 { insert(value) } else { move(value) }
  }

  private mutating func insert(_ value: Double) {
    withUnsafeMutableBytes(of: &heights) { bytes in
      let heights = bytes.assumingMemoryBound(to: Double.self)
      var i = count - 1
      while i > 0, heights[i - 1] > value {
        heights[i] = heights[i - 1]
        i -= 1
      }
      heights[i] = value
    }
  }

  private mutating func move(_ value: Double) {
    let n = Double(count)
    heights.0 = min(heights.0, value)
    heights.4 = max(heights.4, value)
    if value < heights.1 { places.0 += 1 }
    if value < heights.2 { places.1 += 1 }
    if value < heights.3 { places.2 += 1 }
    Self.adjust(
      (heights.0, 1), &heights.1, &places.0, (heights.2, places.1), wanted: 1 + (n - 1) * share / 2)
    Self.adjust(
      (heights.1, places.0), &heights.2, &places.1, (heights.3, places.2), wanted: 1 + (n - 1) * share)
    Self.adjust(
      (heights.2, places.1), &heights.3, &places.2, (heights.4, n), wanted: 1 + (n - 1) * (1 + share) / 2)
  }

  private static func adjust(
    _ below: (height: Double, place: Double), _ height: inout Double, _ place: inout Double,
    _ above: (height: Double, place: Double), wanted: Double
  ) {
    let off = wanted - place
    let step: Double
    if off >= 1, above.place - place > 1 {
      step = 1
    } else if off <= -1, place - below.place > 1 {
      step = -1
    } else {
      return
    }
    let up = (place - below.place + step) * (above.height - height) / (above.place - place)
    let down = (above.place - place - step) * (height - below.height) / (place - below.place)
    let parabola = height + step * (up + down) / (above.place - below.place)
    if parabola > below.height, parabola < above.height {
      height = parabola
    } else if step > 0 {
      height += (above.height - height) / (above.place - place)
    } else {
      height -= (height - below.height) / (place - below.place)
    }
    place += step
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.share == b.share && a.count == b.count && a.heights == b.heights && a.places == b.places
  }
}

/// A remaining life with an interval that holds it with probability `coverage`, in the unit of time of whoever made it.
/// Invariant: 0 ≤ lower ≤ median ≤ upper, all finite; 0 < coverage < 1.
package struct LifeInterval: Equatable, Sendable {
  package let lower: Double
  package let median: Double
  package let upper: Double
  package let coverage: Double
  /// False: the upper end lies beyond the horizon of the one who asked; `upper` is that horizon, to be read as "at least".
  package let isUpperBounded: Bool

  /// Puts the three in order: the median is kept, the ends give way. A number that is not finite counts as its limit.
  package init(
    lower: Double, median: Double, upper: Double, coverage: Double, isUpperBounded: Bool = true,
    floor: Double = 0, ceiling: Double = .greatestFiniteMagnitude
  ) {
    let middle = Self.clipped(median, floor, ceiling)
    self.median = middle
    self.lower = min(Self.clipped(lower, floor, ceiling, notANumber: floor), middle)
    self.upper = max(Self.clipped(upper, floor, ceiling), middle)
    self.coverage = coverage
    self.isUpperBounded = isUpperBounded
  }

  private static func clipped(
    _ value: Double, _ floor: Double, _ ceiling: Double, notANumber: Double? = nil
  ) -> Double {
    value.isNaN ? notANumber ?? ceiling : min(max(value, floor), ceiling)
  }
}

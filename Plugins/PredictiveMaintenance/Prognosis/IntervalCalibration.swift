// Intervals that keep their promise: conformal calibration of what a model gives (Vovk 2005; Lei 2018, "split").
//
// From examples that the model has not seen, the score of each says how far outside its interval the truth was. The
// ⌈(n + 1) · coverage⌉-th smallest score, added to the interval, makes it hold a new exchangeable example with at least
// that probability, whatever the model and the distribution. For an interval of two quantile models (conformalised
// quantile regression, Romano 2019) the score is the greater of lower − y and y − upper; for a point alone it is |y − point|.
// An offset may be negative: an interval that was too wide gets narrower. tools/train_rul.py does it so.
//
// One offset for all lives would hold too much of the short ones and too little of the long ones: `bands` have offsets of
// their own by the predicted point (Mondrian conformal prediction, Vovk 2005), so that coverage is as promised in each.

package struct IntervalCalibration: Equatable, Sendable {
  /// Offsets for points below `below`.
  package struct Band: Equatable, Sendable {
    package var below: Double
    package var lowerOffset: Double
    package var upperOffset: Double

    package init(below: Double, lowerOffset: Double, upperOffset: Double) {
      self.below = below
      self.lowerOffset = lowerOffset
      self.upperOffset = upperOffset
    }
  }

  package static let largestBandCount = 64

  package var coverage: Double
  /// What the lower end goes down by, and the upper end up by.
  package var lowerOffset: Double
  package var upperOffset: Double
  /// What a prediction is clipped to.
  package var floor: Double
  package var ceiling: Double
  /// Ascending; a point takes the first one that it is below, and the offsets above where it is below none.
  package var bands: [Band]

  package init(
    coverage: Double, lowerOffset: Double, upperOffset: Double, floor: Double = 0,
    ceiling: Double = .greatestFiniteMagnitude, bands: [Band] = []
  ) {
    self.coverage = coverage
    self.lowerOffset = lowerOffset
    self.upperOffset = upperOffset
    self.floor = floor
    self.ceiling = ceiling
    self.bands = bands
  }

  /// The calibrated interval of one prediction. An output that is not a number makes its end the limit on that side.
  package func interval(point: Double, lower: Double, upper: Double) -> LifeInterval {
    let middle = min(max(point, floor), ceiling)
    let band = bands.first { middle < $0.below }
    return LifeInterval(
      lower: lower - (band?.lowerOffset ?? lowerOffset), median: point,
      upper: upper + (band?.upperOffset ?? upperOffset),
      coverage: coverage, floor: floor, ceiling: ceiling)
  }

  /// Without quantile models: both ends from the point.
  package func interval(point: Double) -> LifeInterval {
    interval(point: point, lower: point, upper: point)
  }

  /// The ⌈(n + 1) · coverage⌉-th smallest score; infinite where there are too few of them to promise that coverage.
  /// Scores that are not numbers count as infinite.
  package static func quantile(of scores: [Double], coverage: Double) -> Double {
    let sorted = scores.map { $0.isNaN ? .infinity : $0 }.sorted()
    let rank = (Double(sorted.count + 1) * coverage).rounded(.up)
    guard rank >= 1 else { return -.infinity }
    guard rank <= Double(sorted.count) else { return .infinity }
    return sorted[Int(rank) - 1]
  }

  /// Calibrates an interval on examples that the model has not learned from; `nil` when they are too few for that coverage.
  /// - Precondition: as many of each.
  package static func calibrated(
    lower: [Double], upper: [Double], truth: [Double], coverage: Double, floor: Double = 0,
    ceiling: Double = .greatestFiniteMagnitude
  ) -> Self? {
    precondition(lower.count == truth.count && upper.count == truth.count, "IntervalCalibration: counts differ")
    let scores = truth.indices.map { max(lower[$0] - truth[$0], truth[$0] - upper[$0]) }
    let offset = quantile(of: scores, coverage: coverage)
    guard offset.isFinite else { return nil }
    return Self(coverage: coverage, lowerOffset: offset, upperOffset: offset, floor: floor, ceiling: ceiling)
  }
}

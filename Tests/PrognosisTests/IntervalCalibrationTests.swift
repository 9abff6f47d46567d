import Prognosis
import Seeded
import Testing

@Suite struct IntervalCalibrationTests {
  @Test func quantileIsTheScoreOfTheStatedRank() {
    let scores = [5.0, 1, 4, 2, 3, 9, 8, 7, 6]
    // ⌈10 · 0.8⌉ = 8
    #expect(IntervalCalibration.quantile(of: scores, coverage: 0.8) == 8)
    #expect(IntervalCalibration.quantile(of: scores, coverage: 0.9) == 9)
    #expect(IntervalCalibration.quantile(of: scores, coverage: 0.91) == .infinity)
    #expect(IntervalCalibration.quantile(of: [], coverage: 0.5) == .infinity)
    #expect(IntervalCalibration.quantile(of: [1, .nan, 2], coverage: 0.75) == .infinity)
  }

  @Test func tooFewExamplesForTheCoverageGiveNoCalibration() {
    #expect(
      IntervalCalibration.calibrated(lower: [1, 2], upper: [3, 4], truth: [2, 3], coverage: 0.8) == nil)
  }

  @Test func coverageOfNewExamplesIsAsPromisedHoweverWrongTheQuantiles() throws {
    var numbers = SeededNumbers(default: 11)
    // Truths with a skewed error; "quantile models" that are far too narrow on one side and too wide on the other.
    func example() -> (lower: Double, upper: Double, truth: Double) {
      let centre = 100 * numbers.uniform()
      let error = numbers.gaussian() > 0 ? 8 * numbers.uniform() : -3 * numbers.uniform()
      return (centre - 9, centre + 0.5, centre + error)
    }
    var covered = 0
    for _ in 0..<40 {
      let known = (0..<199).map { _ in example() }
      let calibration = try #require(
        IntervalCalibration.calibrated(
          lower: known.map(\.lower), upper: known.map(\.upper), truth: known.map(\.truth), coverage: 0.8,
          floor: -1000))
      for _ in 0..<100 {
        let new = example()
        let interval = calibration.interval(point: new.lower + 9, lower: new.lower, upper: new.upper)
        if interval.lower <= new.truth && new.truth <= interval.upper { covered += 1 }
      }
    }
    let share = Double(covered) / 4000
    #expect(share > 0.77 && share < 0.84, "coverage \(share)")
  }

  @Test func intervalIsClippedOrderedAndFiniteWhateverTheOutputs() {
    let calibration = IntervalCalibration(coverage: 0.8, lowerOffset: 2, upperOffset: 3, floor: 0, ceiling: 125)
    #expect(
      calibration.interval(point: 50, lower: 40, upper: 60)
        == LifeInterval(lower: 38, median: 50, upper: 63, coverage: 0.8))
    #expect(
      calibration.interval(point: 130, lower: 120, upper: 140)
        == LifeInterval(lower: 118, median: 125, upper: 125, coverage: 0.8))
    // Quantiles that cross: the median stays, the ends give way to it.
    let crossed = calibration.interval(point: 50, lower: 70, upper: 30)
    #expect(crossed.lower == 50 && crossed.median == 50 && crossed.upper == 50)
    let unknown = calibration.interval(point: .nan, lower: .nan, upper: .nan)
    #expect(unknown.lower == 0 && unknown.median == 125 && unknown.upper == 125)
    let infinite = calibration.interval(point: .infinity, lower: -.infinity, upper: .infinity)
    #expect(infinite.lower == 0 && infinite.median == 125 && infinite.upper == 125)
  }

  @Test func pointTakesTheOffsetsOfItsBand() {
    let calibration = IntervalCalibration(
      coverage: 0.8, lowerOffset: 9, upperOffset: 8, floor: 0, ceiling: 125,
      bands: [.init(below: 10, lowerOffset: 1, upperOffset: 2), .init(below: 50, lowerOffset: 3, upperOffset: 4)])
    #expect(calibration.interval(point: 9.9, lower: 8, upper: 11) == interval(7, 9.9, 13))
    #expect(calibration.interval(point: 10, lower: 8, upper: 11) == interval(5, 10, 15))
    #expect(calibration.interval(point: 50, lower: 40, upper: 60) == interval(31, 50, 68))
    #expect(calibration.interval(point: -5, lower: -6, upper: 4) == interval(0, 0, 6))
  }

  private func interval(_ lower: Double, _ median: Double, _ upper: Double) -> LifeInterval {
    LifeInterval(lower: lower, median: median, upper: upper, coverage: 0.8)
  }
}

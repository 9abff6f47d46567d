import Foundation
import SignalFeatures
import Testing

/// Each statistic against a value worked out by hand.
@Suite struct StatisticTests {
  private static let variance = 28.0 / 3
  // m2 = 56/9; sum of the cubes 480/27, of the fourth powers 14112/81.
  private static let m2 = 56.0 / 9
  private static let m3 = 480.0 / 81
  private static let m4 = 14112.0 / 243
  private static let ofThree: [(String, Double)] = [
    ("mean", 14.0 / 3), ("sum", 14), ("count", 3), ("min", 2), ("max", 8), ("range", 6), ("first", 2),
    ("variance", variance), ("std", variance.squareRoot()), ("rms", 28.0.squareRoot()), ("peak", 8),
    ("crest", 8 / 28.0.squareRoot()), ("skewness", m3 / pow(m2, 1.5)), ("kurtosis", m4 / (m2 * m2)), ("median", 4),
    ("slope", 3),
  ]

  /// The last row after 1, 2, 4, 8 with a window of 3: distances from 14/3 are −8/3, −2/3, 10/3.
  @Test(arguments: ofThree)
  func ofTheLastThree(statistic: String, expected: Double) throws {
    let specification = try specification(features: [feature(statistic, #""count":3"#)])
    let last = try #require(rows(specification, [[1], [2], [4], [8]]).last)
    #expect(isNear(last[0], expected), "\(last[0])")
  }

  @Test func ofWhatIsThereAtTheStart() throws {
    let names = ["mean", "std", "slope", "min", "median", "skewness", "kurtosis", "crest", "count"]
    let specification = try specification(features: names.map { feature($0, #""count":15"#) })
    let all = rows(specification, [[5], [7]])
    let expected = [
      [5, 0, 0, 5, 5, .nan, .nan, 1, 1], [6, 2.0.squareRoot(), 2, 5, 6, 0, 1, 7 / 37.0.squareRoot(), 2],
    ]
    for (row, expected) in zip(all, expected) {
      for (value, expected) in zip(row, expected) { #expect(isNear(value, expected), "\(row)") }
    }
  }

  private static let quantiles: [(Double, Double)] = [(0, 1), (0.25, 2), (0.5, 3.5), (0.9, 8.4), (1, 10)]

  @Test(arguments: quantiles)
  func quantilesInterpolate(share: Double, expected: Double) throws {
    let specification = try specification(
      features: [feature("quantile", #""count":6,"q":\#(share)"#)])
    // Sorted: 1 2 2 5 6.8 10; position 5 × share.
    let last = try #require(rows(specification, [[99], [10], [2], [6.8], [1], [5], [2]]).last)
    #expect(isNear(last[0], expected), "\(last[0])")
  }

  @Test func sinceTheStart() throws {
    let specification = try specification(
      features: [
        feature("expanding_mean"), feature("std", #""expanding":true"#), feature("expanding_max"),
        feature("count", input: nil), feature("age_s", input: nil),
        feature("baseline", #""baseline_count":2"#), feature("baseline_difference", #""baseline_count":2,"count":2"#),
        feature("baseline_ratio", #""baseline_count":2"#),
      ])
    let all = rows(specification, [[2], [4], [9]])
    #expect(all[0] == [2, 0, 2, 1, 0, 2, 0, 1])
    #expect(all[2][0] == 5 && isNear(all[2][1], 13.0.squareRoot()) && all[2][2] == 9)
    #expect(Array(all[2][3...]) == [3, 2, 3, 3.5, 3])
  }

  @Test func ofTheNewest() throws {
    let specification = try specification(
      features: [
        feature("last"), feature("held"), feature("ewma", #""alpha":0.5"#), feature("difference", #""count":2"#),
        feature("integral"), feature("ewma", #""half_life_count":1"#, name: "half"),
      ])
    let all = rows(specification, [[2], [4], [.nan], [8]], secondsApart: 0.5)
    #expect(all[0] == [2, 2, 2, 0, 0, 2])
    #expect(all[1] == [4, 4, 3, 2, 1.5, 3])
    #expect(all[2][0].isNaN && Array(all[2][1...]) == [4, 3, 2, 1.5, 3])
    // The trapezoid goes over the missing one: (4 + 8) / 2 × 1 s.
    #expect(all[3] == [8, 8, 5.5, 6, 7.5, 5.5])
  }

  @Test func slopesBySampleAndBySecond() throws {
    let specification = try specification(
      features: [
        feature("slope", #""count":4"#), feature("slope_per_s", #""count":4"#),
        feature("slope_per_s", #""seconds":1"#, name: "s"),
      ])
    let last = try #require(rows(specification, [[9], [1], [3], [5], [7]], secondsApart: 0.5).last)
    #expect(isNear(last[0], 2) && isNear(last[1], 4) && isNear(last[2], 4))
  }

  @Test func tumblingWindowsByCountAndByTime() throws {
    let byCount = try specification(
      window: #"{"tumbling_count":2}"#, features: [feature("mean"), feature("median"), feature("count", input: nil)])
    #expect(rows(byCount, [[1], [3], [5], [9], [7]]) == [[2, 2, 2], [7, 7, 2]])
    let byTime = try specification(window: #"{"tumbling_s":3}"#, features: [feature("mean"), feature("count")])
    #expect(rows(byTime, [[1], [2], [3], [4], [5], [6], [7]]) == [[2, 3], [5, 3]])
  }

  @Test func rowsEverySoManySecondsSeeTheWindowBeforeTheBoundary() throws {
    let specification = try specification(
      window: #"{"emit_every_s":2}"#, features: [feature("sum", #""seconds":4"#), feature("last")])
    // Rows at 2, 4, 6: seconds [−2, 2), [0, 4), [2, 6).
    #expect(rows(specification, (0...6).map { [Double($0)] }) == [[1, 1], [6, 3], [14, 5]])
  }

  @Test func windowByTimeIsOpenAtItsStart() throws {
    let specification = try specification(features: [feature("count", #""seconds":2"#)])
    #expect(rows(specification, [[1], [1], [1], [1]]).map { $0[0] } == [1, 2, 2, 2])
  }

  @Test func derivedRegimesNormaliseAndCombine() throws {
    let specification = try specification(
      inputs: [#"{"name":"torque"}"#, #"{"name":"speed"}"#],
      rest: """
        "derived":[{"name":"power","expression":"torque*speed"}],
        "regimes":{"inputs":["speed"],"means":[10],"deviations":[5],"centres":[[-1],[1]]},
        "normalise":{"inputs":["power"],"means":[[10,100]],"deviations":[[2,0]]},
        "combinations":[{"name":"both","inputs":["power","torque"],"weights":[2,1],"offset":0.5},
          {"name":"less","expression":"both-1"}],
        """,
      features: [
        feature("regime", input: nil), feature("last", input: "power"),
        feature("last", #""raw":true"#, input: "power", name: "watts"), feature("last", input: "both", name: "b"),
        feature("expression", #""expression":"less*2+watts""#, input: nil),
      ])
    let all = rows(specification, [[3, 4], [10, 11], [.nan, 5]])
    // Regime 0: (12 − 10) / 2; regime 1 by the nearer centre, a deviation of 0 divides by 1.
    #expect(all[0] == [0, 1, 12, 5.5, 21])
    #expect(all[1] == [1, 10, 110, 30.5, 169])
    #expect(all[2][0] == 0 && all[2][1...].allSatisfy(\.isNaN))
  }

  @Test func unitsAreConverted() throws {
    let specification = try specification(
      inputs: [#"{"name":"a","unit":"degC","source_unit":"degF"}"#, #"{"name":"b","unit":"kPa","source_unit":"bar"}"#],
      features: [feature("last"), feature("last", input: "b", name: "b")])
    let row = rows(specification, [[212, 2]])[0]
    #expect(isNear(row[0], 100, 1e-13) && isNear(row[1], 200))
  }

  @Test func waveformStatisticsAndTheirTrend() throws {
    let specification = try FeatureSpecification.parse(
      """
      {"name":"w","version":"1","inputs":[],"waveform":{"sample_rate_hz":1000,"scale":2},
       "features":[{"name":"rms","statistic":"rms"},{"name":"peak","statistic":"peak"},
         {"name":"trend","statistic":"mean","input":"rms","count":2},
         {"name":"crest","statistic":"expression","expression":"peak/rms"}]}
      """)
    var extractor = FeatureExtractor(FeaturePlan(specification))
    func block(_ amplitude: Float) -> [Float] { (0..<64).map { $0 % 2 == 0 ? amplitude : -amplitude } }
    _ = extractor.rows(Record(values: [], sequence: 1, samples: block(1)))
    let row = extractor.rows(Record(values: [], sequence: 2, samples: block(3)))
    #expect(row.map(\.values) == [[6, 6, 4, 1]])
  }
}

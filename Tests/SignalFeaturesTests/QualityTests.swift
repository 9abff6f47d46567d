import SignalFeatures
import Testing

/// Every check with its reason: what is bad is flagged and counted, and takes no part.
@Suite struct QualityTests {
  private func lastRow(
    _ input: String, _ values: [Double], secondsApart: Double = 1, uses time: Bool = false
  ) throws -> (row: Row, extractor: FeatureExtractor) {
    let specification = try specification(
      inputs: [#"{"name":"a"\#(input)}"#], window: #"{"emit_every_count":1\#(time ? #","gap_s":1000"# : "")}"#,
      features: [feature("last"), feature("expanding_count"), feature("quality", input: "a")])
    var extractor = FeatureExtractor(FeaturePlan(specification))
    let all = values.enumerated().flatMap { i, value in
      extractor.rows(Record(values: [value], timeNs: Int64(Double(i) * secondsApart * 1e9)))
    }
    return (try #require(all.last), extractor)
  }

  private static let cases: [(String, [Double], QualityReasons)] = [
    ("", [1, .nan], .missing), ("", [1, .infinity], .notFinite), ("", [1, -.infinity], .notFinite),
    (#","min":0"#, [1, -0.1], .range), (#","max":2"#, [1, 2.5], .range), (#","maximum_step":1"#, [1, 3], .rate),
    (#","maximum_rate_per_s":1"#, [1, 3], .rate), (#","stuck_count":3"#, [1, 1, 1], .stuck),
    (#","unit":"K","source_unit":"degC""#, [1, .greatestFiniteMagnitude * 2], .notFinite),
  ]

  @Test(arguments: cases)
  func badValueIsFlaggedCountedAndTakesNoPart(input: String, values: [Double], reason: QualityReasons) throws {
    let (row, extractor) = try lastRow(input, values)
    #expect(row.reasons == reason && row.byChannel[0] == reason)
    #expect(row.values[0].isNaN && row.values[1] == Double(values.count - 1) && row.values[2] == 0)
    #expect(extractor.count(reason, input: 0) == 1)
  }

  @Test(arguments: cases.filter { $0.2 == .range || $0.2 == .rate || $0.2 == .stuck })
  func badValueIsUsedWhereTheSpecificationSaysSo(input: String, values: [Double], reason: QualityReasons) throws {
    let (row, _) = try lastRow(input + #","on_bad":"use""#, values)
    #expect(row.reasons == reason && row.values[0] == values.last && row.values[2] == 0)
  }

  @Test func goodValuesHaveNoReason() throws {
    let (row, _) = try lastRow(
      #","min":0,"max":5,"maximum_rate_per_s":2,"maximum_step":2,"stuck_count":3"#, [1, 1, 3, 5, 5, 3])
    #expect(row.reasons.isEmpty && row.values == [3, 6, 1])
  }

  @Test func aStepIsFlaggedOnceAndTheNewLevelIsTaken() throws {
    let (row, extractor) = try lastRow(#","maximum_step":1"#, [1, 1, 9, 9, 9])
    #expect(row.values[0] == 9 && extractor.count(.rate, input: 0) == 1)
  }

  @Test func rateIsOverTheTimeBetweenWhateverIsMissing() throws {
    let (row, _) = try lastRow(#","maximum_rate_per_s":1"#, [1, .nan, .nan, 3.5])
    #expect(row.reasons.isEmpty)
  }

  /// Twenty readings in Fahrenheit where Celsius is expected.
  @Test func aRunThatAnotherUnitExplainsIsThatUnit() throws {
    let (row, extractor) = try lastRow(
      #","unit":"degC","min":0,"max":100"#, [70] + (0..<25).map { 150 + Double($0 % 3) })
    #expect(row.reasons == .unit)
    #expect(extractor.count(.range, input: 0) == 19 && extractor.count(.unit, input: 0) == 6)
    let (other, _) = try lastRow(#","unit":"degC","min":0,"max":100"#, (0..<25).map { 9000 + Double($0) })
    #expect(other.reasons == .range)
  }

  @Test func whatCannotBeComputedIsFlagged() throws {
    let specification = try specification(
      rest: #""derived":[{"name":"root","expression":"sqrt(a)"}],"#,
      features: [feature("expanding_mean", input: "root")])
    var extractor = FeatureExtractor(FeaturePlan(specification))
    let all = [4, -4, .nan].flatMap { extractor.rows(Record(values: [$0])) }
    #expect(all.map(\.reasons) == [[], .undefined, .missing])
    #expect(all.allSatisfy { $0.values == [2] })
  }

  private static let blocks: [([Float], QualityReasons)] = [
    (Array(repeating: 1, count: 64), .stuck), ([1, 2, 3], .length), ((0..<63).map(Float.init) + [.nan], .notFinite),
    ((0..<63).map(Float.init) + [.infinity], .notFinite), ((0..<64).map { $0 == 5 ? 1000 : Float($0) }, .range),
    ((0..<128).map(Float.init), .length),
  ]

  @Test(arguments: blocks)
  func badWaveformIsFlaggedAndTakesNoPart(block: [Float], reason: QualityReasons) throws {
    let specification = try FeatureSpecification.parse(
      """
      {"name":"w","version":"1","inputs":[],"waveform":{"sample_rate_hz":1000,"samples":64,"max":500},
       "features":[{"name":"rms","statistic":"rms"},{"name":"n","statistic":"count","input":"rms","expanding":true}]}
      """)
    var extractor = FeatureExtractor(FeaturePlan(specification))
    _ = extractor.rows(Record(values: [], samples: (0..<64).map(Float.init)))
    let row = try #require(extractor.rows(Record(values: [], samples: block)).first)
    #expect(row.reasons == reason && row.byChannel[0] == reason && row.values[0].isNaN && row.values[1] == 1)
    let none = try #require(extractor.rows(Record(values: [])).first)
    #expect(none.reasons == .missing)
  }
}

import SignalFeatures
import Testing

/// Records out of order, gaps, clocks that are wrong: a stated treatment each.
@Suite struct TimeTests {
  private func extractor(_ window: String, _ features: [String]) throws -> FeatureExtractor {
    FeatureExtractor(FeaturePlan(try specification(window: window, features: features)))
  }

  private func run(_ extractor: inout FeatureExtractor, _ seconds: [Double]) -> [Row] {
    seconds.enumerated().flatMap { i, second in
      extractor.rows(Record(values: [second], timeNs: Int64(second * 1e9), sequence: UInt64(i + 1)))
    }
  }

  @Test func lateRecordIsCountedAndLeftOut() throws {
    var extractor = try extractor(#"{"emit_every_count":1}"#, [feature("sum", #""seconds":100"#)])
    let all = run(&extractor, [1, 3, 2, 4])
    #expect(all.map { $0.values[0] } == [1, 4, 8] && extractor.count(.late) == 1)
    #expect(all[2].reasons == .late && all[1].reasons.isEmpty)
  }

  @Test func lateRecordsArePutInOrderWithinTheTimeAllowed() throws {
    var extractor = try extractor(
      #"{"emit_every_count":1,"late_s":2}"#, [feature("last"), feature("integral")])
    var all = run(&extractor, [1, 3, 2, 4, 3.5, 6, 5, 1.5, 7])
    all += extractor.finalRows()
    #expect(all.map { $0.values[0] } == [1, 2, 3, 3.5, 4, 5, 6, 7])
    #expect(all.last?.values[1] == 24 && extractor.count(.late) == 1)
    #expect(all.map(\.first) == [1, 3, 2, 5, 4, 7, 6, 9])
  }

  @Test func roomForLateRecordsIsBounded() throws {
    var extractor = try extractor(
      #"{"emit_every_count":1,"late_s":1000,"late_capacity":3}"#, [feature("last")])
    let all = run(&extractor, [5, 4, 3, 2, 1, 6])
    // The fourth makes 3 leave, so that 2 and 1 are late.
    #expect(all.map { $0.values[0] } == [3] && extractor.count(.late) == 2)
    #expect(extractor.finalRows().map { $0.values[0] } == [4, 5, 6])
    #expect(extractor.count(.windowFull) > 0)
  }

  @Test func gapIsFlaggedAndCanBeginAnew() throws {
    for (onGap, mean) in [("keep", 31.5), ("reset", 61)] {
      var extractor = try extractor(
        #"{"emit_every_count":1,"gap_s":10,"on_gap":"\#(onGap)"}"#,
        [feature("mean", #""count":2"#), feature("integral"), feature("expanding_count")])
      let all = run(&extractor, [1, 2, 61, 62])
      #expect(all[2].reasons == .gap && all[3].reasons.isEmpty && extractor.count(.gap) == 1)
      #expect(all[2].values[0] == mean && all[2].values[1] == 1.5 && all[3].values[1] == 63 && all[3].values[2] == 4)
    }
  }

  @Test func tenYearsWithoutARecordMakeNoRowsButACount() throws {
    var extractor = try extractor(#"{"tumbling_s":1}"#, [feature("count"), feature("mean", #""seconds":5"#)])
    let years = 10.0 * 365 * 86400
    let all = run(&extractor, [0.5, years, years + 1])
    #expect(all.map(\.values) == [[1, 0.5], [1, years]])
    #expect(extractor.emptyWindowCount == UInt64(years) - 1)
  }

  @Test func tenKilohertzIntoAOneHertzModelAreThinned() throws {
    var extractor = try extractor(#"{"emit_every_count":1,"thin_s":1}"#, [feature("expanding_count")])
    let all = run(&extractor, (0..<20_000).map { Double($0) / 10_000 })
    #expect(all.count == 2 && extractor.count(.thinned) == 19_998)
  }

  @Test func clockThatWasSetBackIsRecognisedAndWindowsBeginAnew() throws {
    var extractor = try extractor(
      #"{"emit_every_count":1}"#, [feature("count", #""seconds":1000"#), feature("age_s", input: nil)])
    _ = run(&extractor, [5000, 5001])
    let all = run(&extractor, (0..<12).map { Double($0) })
    // Nine are late; from the tenth on the clock is believed.
    #expect(extractor.count(.late) == 9 && extractor.count(.clock) == 1)
    #expect(all.map { $0.values[0] } == [1, 2, 3] && all.map { $0.values[1] } == [1, 2, 3])
    #expect(all[0].reasons == [.late, .clock])
  }

  @Test func untrustedTimeIsUsedAndFlagged() throws {
    var extractor = try extractor(#"{"emit_every_count":1}"#, [feature("last")])
    let row = extractor.rows(Record(values: [1], isTrusted: false))[0]
    #expect(row.reasons == .clock && row.values == [1])
  }

  @Test func timesDoNotMatterWhereNothingIsByTime() throws {
    var extractor = try extractor(#"{"emit_every_count":1}"#, [feature("mean", #""count":3"#)])
    #expect(run(&extractor, [3, 2, 1, 1]).map { $0.values[0] } == [3, 2.5, 2, 4.0 / 3])
    #expect(extractor.count(.late) == 0)
  }

  @Test func theEndsOfTimeDoNotOverflow() throws {
    for window in [
      #"{"tumbling_s":1}"#, #"{"emit_every_s":300000000}"#, #"{"emit_every_count":1,"late_s":5,"gap_s":3,"thin_s":1}"#,
    ] {
      let specification = try specification(
        window: window,
        features: [feature("slope_per_s", #""seconds":100000000"#), feature("integral"), feature("age_s", input: nil)])
      var extractor = FeatureExtractor(FeaturePlan(specification))
      for ns in [Int64.min, .min + 1, 0, .max - 1, .max, .min, .max] {
        _ = extractor.rows(Record(values: [1], timeNs: ns))
      }
      for _ in 0..<30 { _ = extractor.rows(Record(values: [1], timeNs: .min)) }
      for _ in 0..<30 { _ = extractor.rows(Record(values: [1], timeNs: .max)) }
      _ = extractor.finalRows()
    }
  }
}

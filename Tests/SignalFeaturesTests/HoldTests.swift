import Seeded
import SignalFeatures
import Testing

/// A value that is missing or bad: flagged always; with `hold_count` the newest good one stands for it, for so many records.
@Suite struct HoldTests {
  private static let held = #"{"name":"a","min":-50,"max":50,"hold_count":2}"#

  private func all(_ specification: FeatureSpecification, _ table: [[Double]], at seconds: [Double]? = nil) -> [Row] {
    var extractor = FeatureExtractor(FeaturePlan(specification))
    return table.enumerated().flatMap { i, values in
      extractor.rows(Record(values: values, timeNs: Int64((seconds?[i] ?? Double(i)) * 1e9)))
    }
  }

  private func isSame(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }

  @Test func newestGoodValueStandsForAMissingOneForSoManyRecordsAndIsFlagged() throws {
    let specification = try specification(
      inputs: [Self.held],
      features: [
        feature("last"), feature("expanding_count"), feature("quality", input: "a"),
        feature("last", #""raw":true"#, name: "measured"),
      ])
    let rows = all(specification, [[.nan], [1], [.nan], [99], [.nan], [5], [.nan]])
    #expect(isSame(rows.map { $0.values[0] }, [.nan, 1, 1, 1, .nan, 5, 5]))
    #expect(isSame(rows.map { $0.values[1] }, [0, 1, 2, 3, 3, 4, 5]))
    #expect(isSame(rows.map { $0.values[2] }, [0, 1, 0, 0, 0, 1, 0]))
    #expect(isSame(rows.map { $0.values[3] }, [.nan, 1, .nan, .nan, .nan, 5, .nan]))
    #expect(rows.map { $0.byChannel[0] } == [.missing, [], .missing, .range, .missing, [], .missing])
  }

  /// 10 % above what is usual in one regime stays that in the next.
  @Test func whatIsHeldIsTheValueWithinItsRegime() throws {
    let specification = try specification(
      inputs: [Self.held, #"{"name":"speed"}"#],
      rest: """
        "regimes":{"inputs":["speed"],"means":[0],"deviations":[1],"centres":[[1],[2]]},
        "normalise":{"inputs":["a"],"means":[[10,20]],"deviations":[[1,2]]},
        "combinations":[{"name":"sum","inputs":["a","speed"],"weights":[1,1]}],
        """,
      features: [feature("last"), feature("last", input: "sum", name: "sum")])
    let rows = all(specification, [[11, 1], [.nan, 2], [24, 2]])
    #expect(rows.map(\.values) == [[1, 2], [1, 3], [2, 4]])
  }

  @Test func nothingIsHeldOverAGap() throws {
    let specification = try specification(
      inputs: [Self.held], window: #"{"emit_every_count":1,"gap_s":10}"#, features: [feature("last"), feature("held")])
    let rows = all(specification, [[1], [.nan], [.nan], [2], [.nan]], at: [0, 1, 100, 101, 102])
    #expect(isSame(rows.map { $0.values[0] }, [1, 1, .nan, 2, 2]))
    #expect(isSame(rows.map { $0.values[1] }, [1, 1, 1, 2, 2]))
  }

  /// One cell of a hundred fused ones is a hole of one cell and not of all: a trend over 20 records stays what it was.
  @Test func trendOfWhatIsFusedSurvivesSingleHoles() throws {
    let seed = SeededNumbers.seed(default: 88)
    var numbers = SeededNumbers(seed)
    let names = (0..<10).map { "s\($0)" }
    let list = names.map { "\"\($0)\"" }.joined(separator: ",")
    func slopes(_ hold: String, holes: Bool, _ numbers: inout SeededNumbers) throws -> [Double] {
      let specification = try specification(
        inputs: names.map { #"{"name":"\#($0)"\#(hold)}"# },
        rest: """
          "combinations":[{"name":"sum","inputs":[\(list)],"weights":[\(names.map { _ in "0.1" }.joined(separator: ","))]}],
          """,
        features: [feature("slope", #""count":20"#, input: "sum")])
      return all(
        specification,
        (0..<300).map { i in
          names.map { _ in
            let isHole = numbers.next() % 20 == 0
            return isHole && holes ? .nan : Double(i)
          }
        }
      ).dropFirst(50).map { $0.values[0] }
    }
    #expect(try slopes("", holes: false, &numbers).allSatisfy { abs($0 - 1) < 1e-9 })
    let held = try slopes(#","hold_count":5"#, holes: true, &numbers)
    #expect(held.allSatisfy { abs($0 - 1) < 0.1 }, "\(held.min() ?? 0) to \(held.max() ?? 0), SEED=\(seed)")
  }

  /// Centres at (0, 0), (4, 0) and (4, 4), by two settings.
  @Test func regimeIsFoundByTheSettingsThatAreThereWhereTheyTell() throws {
    let specification = try specification(
      inputs: [#"{"name":"x"}"#, #"{"name":"y"}"#],
      rest: #""regimes":{"inputs":["x","y"],"means":[0,0],"deviations":[1,1],"centres":[[0,0],[4,0],[4,4]]},"#,
      features: [feature("regime", input: nil)])
    let rows = all(
      specification,
      [[0.1, 0.1], [0.1, .nan], [3.9, .nan], [.nan, 4.1], [.nan, 0], [.nan, .nan], [2, .nan], [.nan, 1e200]])
    #expect(isSame(rows.map { $0.values[0] }, [0, 0, .nan, 2, .nan, .nan, .nan, .nan]))
    #expect(rows[1].reasons == .missing)
  }
}

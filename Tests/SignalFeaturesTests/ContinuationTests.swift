import Seeded
import SignalFeatures
import StateCoding
import Testing

/// The same records give the same rows bit for bit, wherever the state is written and read again in between.
@Suite struct ContinuationTests {
  static let everything = """
    {"name":"all","version":"1","inputs":[{"name":"a","min":-3,"max":3,"maximum_step":4,"stuck_count":4,"hold_count":2},
      {"name":"b","unit":"degC","min":-2,"max":2,"maximum_rate_per_s":9}],
     "derived":[{"name":"d","expression":"sqrt(a)*b"}],
     "regimes":{"inputs":["b"],"means":[0],"deviations":[1],"centres":[[-1],[1]]},
     "normalise":{"inputs":["a"],"means":[[0.5,-0.5]],"deviations":[[2,1]]},
     "combinations":[{"name":"c","inputs":["a","b"],"weights":[1,0.3]}],
     "window":WINDOW,
     "features":[{"name":"f0","input":"a","statistic":"mean","count":7},{"name":"f1","input":"a","statistic":"kurtosis","count":20},
      {"name":"f2","input":"b","statistic":"std","seconds":9},{"name":"f3","input":"b","statistic":"slope_per_s","count":11},
      {"name":"f4","input":"c","statistic":"slope","count":12},{"name":"f5","input":"a","statistic":"median","count":5,"raw":true},
      {"name":"f6","input":"d","statistic":"expanding_skewness"},{"name":"f7","input":"a","statistic":"ewma","alpha":0.2},
      {"name":"f8","input":"b","statistic":"integral"},{"name":"f9","input":"c","statistic":"baseline_difference","baseline_count":20,"count":4},
      {"name":"g0","input":"a","statistic":"held"},{"name":"g1","input":"b","statistic":"difference","count":3},
      {"name":"g2","statistic":"age_s"},{"name":"g3","statistic":"quality"},{"name":"g4","input":"b","statistic":"quality"},
      {"name":"g5","statistic":"regime"},{"name":"g6","statistic":"count"},{"name":"g7","statistic":"expression","expression":"f0-f2/f4"},
      {"name":"g8","input":"d","statistic":"slope_per_s","expanding":true},{"name":"g9","input":"b","statistic":"last"}TUMBLING]}
    """

  static let tumbling = """
    ,{"name":"h0","input":"a","statistic":"median"},{"name":"h1","input":"b","statistic":"crest"},{"name":"h2","input":"c","statistic":"first"}
    """

  static func records(_ count: Int, _ numbers: inout SeededNumbers) -> [Record] {
    var ns: Int64 = 1_700_000_000_000_000_000
    return (0..<count).map { i in
      // Mostly a second apart; some late, some long after, some bad.
      let chance = numbers.next() % 100
      ns += chance == 0 ? 100_000_000_000 : chance < 6 ? -1_500_000_000 : Int64(numbers.next() % 2_000_000_000)
      if i == count / 2 { ns -= 1_000_000_000_000 }
      func value() -> Double {
        switch numbers.next() % 40 {
        case 0: .nan
        case 1: .infinity
        case 2: 50
        case 3: 1
        default: numbers.gaussian()
        }
      }
      return Record(values: [value(), value()], timeNs: ns, sequence: UInt64(i + 1), isTrusted: chance != 7)
    }
  }

  private static let windows = [
    #"{"emit_every_count":1}"#, #"{"emit_every_count":3,"late_s":3,"late_capacity":5}"#,
    #"{"emit_every_s":5,"gap_s":20,"on_gap":"reset"}"#, #"{"tumbling_s":7,"late_s":2}"#,
    #"{"tumbling_count":6,"thin_s":0.2}"#,
    #"{"emit_every_count":1,"warm_up_count":10,"capacity":6}"#,
  ]

  static func specification(_ window: String) throws -> FeatureSpecification {
    let isTumbling = window.contains("tumbling")
    return try FeatureSpecification.parse(
      everything.replacing("WINDOW", with: window).replacing("TUMBLING", with: isTumbling ? tumbling : ""))
  }

  @Test(arguments: windows)
  func restartAtRandomPointsChangesNoBit(window: String) throws {
    let seed = SeededNumbers.seed(default: 2026)
    var numbers = SeededNumbers(seed)
    let specification = try Self.specification(window)
    let records = Self.records(400, &numbers)
    var straight = FeatureExtractor(FeaturePlan(specification))
    let expected = records.flatMap { straight.rows($0) } + straight.finalRows()
    #expect(expected.count > 20)
    for _ in 0..<3 {
      // A plan of its own: nothing of it may be part of the state.
      var extractor = FeatureExtractor(FeaturePlan(specification))
      var rows: [Row] = []
      for record in records {
        if numbers.next() % 20 == 0 {
          let bytes = extractor.encoded()
          extractor = try .decoded(bytes, FeaturePlan(specification))
          #expect(extractor.encoded() == bytes)
        }
        rows += extractor.rows(record)
      }
      rows += extractor.finalRows()
      #expect(rows == expected, "\(window), SEED=\(seed)")
    }
  }

  @Test func assetsThatShareAPlanDoNotMeet() throws {
    var numbers = SeededNumbers(default: 5)
    let specification = try Self.specification(Self.windows[0])
    let tables = (0..<3).map { _ in Self.records(100, &numbers) }
    let plan = FeaturePlan(specification)
    var together = (0..<3).map { _ in FeatureExtractor(plan) }
    var rows: [[Row]] = [[], [], []]
    for i in 0..<100 { for asset in 0..<3 { rows[asset] += together[asset].rows(tables[asset][i]) } }
    for asset in 0..<3 {
      var alone = FeatureExtractor(FeaturePlan(specification))
      #expect(tables[asset].flatMap { alone.rows($0) } == rows[asset])
    }
  }

  @Test func stateOfAnotherSpecificationIsRefused() throws {
    let extractor = FeatureExtractor(FeaturePlan(try Self.specification(Self.windows[0])))
    let other = FeaturePlan(try Self.specification(Self.windows[3]))
    #expect(throws: StateReader.Damaged.self) { try FeatureExtractor.decoded(extractor.encoded(), other) }
  }

  /// Squares of what is huge overflow: the state is written and read all the same, and goes on with the same rows.
  @Test func hugeValuesAreNoDamage() throws {
    let text = """
      {"name":"huge","version":"1","inputs":[{"name":"a"}],"normalise":{"inputs":["a"],"means":[0],"deviations":[1e-10]},
       "features":[{"name":"f0","input":"a","statistic":"std","count":3},{"name":"f1","input":"a","statistic":"expanding_kurtosis"},
        {"name":"f2","input":"a","raw":true,"statistic":"expanding_std"},{"name":"f3","input":"a","raw":true,"statistic":"ewma","alpha":0.5},
        {"name":"f4","input":"a","raw":true,"statistic":"integral"},{"name":"f5","input":"a","statistic":"last"}]}
      """
    let plan = FeaturePlan(try FeatureSpecification.parse(text))
    var straight = FeatureExtractor(plan)
    var restarted = FeatureExtractor(plan)
    let values: [Double] = [1, 1e200, -1e200, 1.7e308, -1.7e308, 1.7e308, 2, 3, 4, 5]
    for (i, value) in values.enumerated() {
      let record = Record(values: [value], timeNs: Int64(i) * 1_000_000_000_000, sequence: UInt64(i))
      let expected = straight.rows(record)
      #expect(restarted.rows(record) == expected, "value \(i)")
      #expect(expected.allSatisfy { $0.values.allSatisfy { !$0.isInfinite } })
      let bytes = restarted.encoded()
      restarted = try .decoded(bytes, plan)
      #expect(restarted.encoded() == bytes)
    }
  }

  /// Any byte may be wrong, any number of them missing: an error, or a state that goes on without a crash.
  @Test func damagedStateIsRefusedOrHarmless() throws {
    var numbers = SeededNumbers(default: 77)
    for window in Self.windows {
      let plan = FeaturePlan(try Self.specification(window))
      var extractor = FeatureExtractor(plan)
      for record in Self.records(60, &numbers) { _ = extractor.rows(record) }
      let bytes = extractor.encoded()
      for _ in 0..<60 {
        var damaged = bytes
        for _ in 0...(numbers.next() % 3) {
          damaged[Int(numbers.next() % UInt64(damaged.count))] = UInt8(truncatingIfNeeded: numbers.next())
        }
        if numbers.next() % 4 == 0 { damaged.removeLast(Int(numbers.next() % UInt64(damaged.count))) }
        guard var read = try? FeatureExtractor.decoded(damaged, plan) else { continue }
        for record in Self.records(20, &numbers) { _ = read.rows(record) }
      }
    }
  }
}

import CrossdockPlugin
import JSONText
import PredictiveMaintenance
import Seeded
import Testing

private let second: Int64 = 1_000_000_000

/// Plain columns, without a feature specification: what cannot be is flagged, counted and told, and no detector sees it.
@Suite struct ColumnCheckTests {
  private func bench(
    _ options: [String: PluginContext.Value], columns: [String] = ["motor_c"], detectors: String = "auto"
  ) throws -> PluginBench {
    var all: [String: PluginContext.Value] = [
      "learn_count": .integer(20), "drift": .string("off"), "detectors": .string(detectors),
    ]
    all.merge(options) { $1 }
    return try PluginBench(
      MaintenanceModel.self, options: all, streams: [.init(name: "t", columns: columns)],
      writes: ["alerts", "features", "events"])
  }

  private func feed(
    _ bench: PluginBench, _ rows: [[Double]], from start: Int, stepNs: Int64 = second
  ) throws -> [(stream: String, body: JSONValue)] {
    for (i, row) in rows.enumerated() {
      bench.add(stream: "t", source: "m", eventTimeNs: Int64(start + i) * stepNs, columns: row)
    }
    return try bench.run().map { ($0.stream, try JSONValue.parse($0.body)) }
  }

  private func healthy(_ count: Int) -> [[Double]] { (0..<count).map { [60 + 0.1 * Double($0 % 7)] } }

  @Test func valueOutOfRangeIsFlaggedAndToldAndIsNoAlert() throws {
    let bench = try bench(["minimum": .number(-40), "maximum": .number(150)])
    #expect(try feed(bench, healthy(40), from: 0).isEmpty)
    let began = try feed(bench, Array(repeating: [3276.7], count: 5), from: 40)
    try #require(began.count == 1)
    #expect(began[0].stream == "events")
    let body = began[0].body
    #expect(body["event"]?.string == "data-quality" && body["state"]?.string == "began")
    #expect(body["asset"]?.string == "m" && body["component"]?.string == "motor_c")
    #expect(body["reason"]?.string == "range" && body["value"]?.number == 3276.7)
    #expect(body["inputs"]?["first"]?.integer == 41 && body["inputs"]?["last"]?.integer == 41)
    #expect(bench.counters["flagged_range"] == 5 && bench.counters["data_quality_events"] == 1)
    // As many good values as end an alert end it.
    let ended = try feed(bench, healthy(12), from: 45)
    #expect(ended.map { $0.body["state"]?.string } == ["ended"])
    #expect(ended.first?.body["flagged"]?.integer == 5)
    #expect(ended.first?.body["inputs"]?["last"]?.integer == 55)
    // The baseline has seen none of it: the same deviation is judged as before.
    #expect(try feed(bench, [[90], [90], [90]], from: 57).map { $0.stream } == ["alerts"])
  }

  @Test func whatIsFlaggedWhileItLearnsIsNotLearned() throws {
    let bench = try bench(["maximum": .number(150)])
    for i in 0..<20 { _ = try feed(bench, [[60 + 0.1 * Double(i % 7)], [999]], from: 2 * i) }
    let alert = try feed(bench, [[90], [90], [90]], from: 40).first { $0.stream == "alerts" }
    #expect(alert?.body["evidence"]?[0]?["baseline"]?.number.map { abs($0 - 60.3) < 0.2 } == true)
    #expect(bench.counters["flagged_range"] == 20)
  }

  @Test func stepIsFlaggedByItsRateOnceAndAStuckSensorFromTheCountOn() throws {
    let rate = try bench(["maximum_rate_per_s": .number(2)])
    _ = try feed(rate, healthy(40), from: 0)
    let step = try feed(rate, [[70], [70], [70]], from: 40)
    #expect(step.first?.body["reason"]?.string == "rate")
    #expect(rate.counters["flagged_rate"] == 1)
    let stuck = try bench(["stuck_count": .integer(10)])
    _ = try feed(stuck, healthy(40), from: 0)
    let told = try feed(stuck, Array(repeating: [60.3], count: 15), from: 40)
    #expect(told.map { $0.body["reason"]?.string } == ["stuck"])
    #expect(stuck.counters["flagged_stuck"] == 6)
  }

  /// With a rate, times count: a record that is older than the one before says nothing, until the clock has been set back for good.
  @Test func lateRecordsAreLeftOutWhereARateIsChecked() throws {
    let bench = try bench(["maximum_rate_per_s": .number(2)])
    _ = try feed(bench, healthy(40), from: 100)
    let late = try feed(bench, healthy(30), from: 0)
    #expect(late.map { $0.body["reason"]?.string } == ["late", "late"])
    #expect(late.map { $0.body["state"]?.string } == ["began", "ended"])
    #expect(bench.counters["flagged_late"] == 9)
  }

  @Test func singleColumnsHaveLimitsOfTheirOwn() throws {
    let bench = try bench(
      ["maximum": .number(1000), "plausible": .string("motor_c -40..150 stuck 50, load 0..")],
      columns: ["motor_c", "load", "other"])
    let rows = (0..<30).map { (i: Int) -> [Double] in
      [60 + 0.1 * Double(i % 7), 5 + 0.1 * Double(i % 5), 1 + 0.1 * Double(i % 3)]
    }
    #expect(try feed(bench, rows, from: 0).isEmpty)
    let told = try feed(bench, [[200, -1, 2000], [60, 1001, 1.1]], from: 30)
    #expect(told.map { $0.body["component"]?.string } == ["motor_c", "load", "other"])
    #expect(bench.counters["flagged_range"] == 4)
  }

  @Test func columnsTogetherDoNotSeeWhatIsFlagged() throws {
    func run(_ options: [String: PluginContext.Value]) throws -> [String] {
      let bench = try bench(options, columns: ["a", "b"], detectors: "multivariate")
      var numbers = SeededNumbers(SeededNumbers.seed(default: 83))
      var rows: [[Double]] = []
      for i in 0..<1200 {
        let load = numbers.gaussian()
        let a = 50 + load + 0.1 * numbers.gaussian()
        rows.append([i >= 1100 ? 5000 : a, 20 + load + 0.1 * numbers.gaussian()])
      }
      return try feed(bench, rows, from: 0).filter { $0.stream == "alerts" }.compactMap { $0.body["component"]?.string }
    }
    #expect(try run([:]).contains("columns"), "without checks the group sees it: the test shows something")
    #expect(try run(["maximum": .number(150)]).isEmpty)
  }

  @Test func sensorThatComesAndGoesDoesNotFillTheStream() throws {
    let bench = try bench(["maximum": .number(150), "clear_count": .integer(1)])
    var rows: [[Double]] = []
    for i in 0..<500 { rows.append([i % 2 == 0 ? 999 : 60]) }
    let told = try feed(bench, rows, from: 0)
    #expect(told.count == 12, "six an hour begin, as alerts do")
    #expect(bench.counters["data_quality_events"] == 250)
  }

  @Test func restartInTheMiddleOfAnEpisodeGoesOnBitForBit() throws {
    let options: [String: PluginContext.Value] = [
      "maximum": .number(150), "maximum_rate_per_s": .number(2), "stuck_count": .integer(8),
    ]
    let rows =
      healthy(40) + Array(repeating: [999], count: 3) + healthy(5) + Array(repeating: [60.3], count: 12)
      + healthy(30)
    let whole = try bench(options)
    let all = try feed(whole, rows, from: 0)
    for cut in [41, 44, 50, 58, 70] {
      let first = try bench(options)
      var said = try feed(first, Array(rows[..<cut]), from: 0)
      let second = try bench(options)
      // So that its records have the same numbers; all that it has seen is replaced.
      _ = try feed(second, Array(repeating: [999], count: cut), from: 0)
      try second.restore(first.checkpoint())
      #expect(second.checkpoint() == first.checkpoint())
      said += try feed(second, Array(rows[cut...]), from: cut)
      #expect(said.map(\.body) == all.map(\.body), "cut at \(cut)")
      #expect(second.checkpoint() == whole.checkpoint())
    }
    // Other limits: the checks begin anew, and the rest of the state stays.
    let other = try bench(["maximum": .number(151)])
    try other.restore(whole.checkpoint())
    #expect(try feed(other, [[90], [90], [90]], from: 200).map(\.stream) == ["alerts"])
  }

  private static let wrong: [(key: String, value: PluginContext.Value, reason: String)] = [
    ("minimum", .number(1e200), "minimum = 1e+200: must be -1e+100 to 1e+100"),
    ("maximum", .number(-1e200), "maximum = -1e+200: must be -1e+100 to 1e+100, not below minimum"),
    ("maximum_rate_per_s", .number(-1), "maximum_rate_per_s = -1.0: must be 0.0 to 1e+100"),
    ("stuck_count", .integer(1), "stuck_count = 1: every value is one in a row; must be 0 or at least 2"),
    ("plausible", .string("motr_c 0..1"), "motr_c: no stream has such a column (fields of its feed)"),
    ("plausible", .string("motor_c"), "motor_c: nothing is said of it; as in 0..150, rate 2, stuck 600"),
    ("plausible", .string("motor_c 0..1, motor_c 0..2"), "motor_c: is named twice"),
    ("plausible", .string("motor_c 0-1"), "\"0-1\" is no range like 0..150, ..150 or 0.., and not rate or stuck"),
    ("plausible", .string("motor_c 0..nan"), "\"0..nan\" is no range"),
    ("plausible", .string("motor_c 2..1"), "motor_c: its least value is above its greatest"),
    ("plausible", .string("motor_c rate 0"), "motor_c: after rate comes how much it may change in a second"),
    ("plausible", .string("motor_c stuck 1"), "motor_c: after stuck comes how many equal values in a row"),
  ]

  @Test func wrongLimitsAreRefusedWithTheirOption() throws {
    for (key, value, reason) in Self.wrong {
      #expect {
        try bench([key: value])
      } throws: {
        "\($0)".hasPrefix("\(key) = ") && "\($0)".contains(reason)
      }
    }
  }
}

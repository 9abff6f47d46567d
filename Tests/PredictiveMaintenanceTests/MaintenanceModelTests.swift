import CrossdockPlugin
import JSONText
import PredictiveMaintenance
import Seeded
import Testing

private let streams: [PluginContext.Stream] = [
  .init(name: "vibration", columns: []), .init(name: "temperatures", columns: ["motor_c", "gearbox_c"]),
]

private func makeBench(
  _ options: [String: PluginContext.Value] = [:], streams: [PluginContext.Stream] = streams,
  writes: [String] = ["alerts", "features"]
) throws -> PluginBench {
  try PluginBench(MaintenanceModel.self, options: options, streams: streams, writes: writes)
}

extension PluginBench {
  /// One record, one batch; the alerts that came of it.
  fileprivate func alerts(
    _ source: String = "press-1", at time: Int64 = 0, columns: [Double] = [], samples: [Float] = [], flags: UInt32 = 0
  ) throws -> [JSONValue] {
    add(
      stream: columns.isEmpty ? "vibration" : "temperatures", source: source, eventTimeNs: time, flags: flags,
      columns: columns, samples: samples)
    return try run().filter { $0.stream == "alerts" }.map { try JSONValue.parse($0.body) }
  }

  fileprivate func learnTemperatures(_ numbers: inout SeededNumbers, source: String = "press-1") throws {
    for _ in 0..<50 {
      #expect(try alerts(source, columns: [60 + numbers.gaussian(), 40 + numbers.gaussian()]).isEmpty)
    }
  }
}

@Suite struct MaintenanceModelTests {
  @Test func alertSaysWhatWasSeenAndAgainstWhat() throws {
    var numbers = SeededNumbers(default: 41)
    let bench = try makeBench(["learn_count": .integer(50), "maintenance": .string("grease the bearing")])
    try bench.learnTemperatures(&numbers)
    var alerts: [JSONValue] = []
    for i in 0..<3 { alerts += try bench.alerts(at: 1000 + Int64(i), columns: [90, 40]) }
    let alert = try #require(alerts.first)
    #expect(alerts.count == 1)
    #expect(alert["alert"]?.string == "press-1:temperatures.motor_c:53")
    #expect(alert["state"]?.string == "opened")
    #expect(alert["severity"]?.string == "critical")
    #expect(alert["asset"]?.string == "press-1")
    #expect(alert["component"]?.string == "motor_c")
    let health = try #require(alert["health"]?.number)
    #expect(health > 0 && health < 0.5)
    let evidence = try #require(alert["evidence"]?[0])
    #expect(evidence["feature"]?.string == "motor_c")
    #expect(evidence["value"]?.number == 90)
    #expect(abs(try #require(evidence["baseline"]?.number) - 60) < 1)
    #expect(evidence["threshold"]?.number == 12)
    let z = try #require(evidence["z"]?.number)
    let scale = try #require(evidence["scale"]?.number)
    #expect(abs(z * scale - 30) < 1)
    #expect(alert["inputs"]?["stream"]?.string == "temperatures")
    #expect(alert["inputs"]?["first"]?.integer == 51)
    #expect(alert["inputs"]?["last"]?.integer == 53)
    #expect(alert["model"]?["name"]?.string == "predictive-maintenance")
    #expect(alert["model"]?["features_hash"]?.string?.count == 16)
    #expect(alert["maintenance"]?.string == "grease the bearing")
  }

  @Test func oneAlertIsOpenAtATimeAndItsIdStaysUntilItIsCleared() throws {
    var numbers = SeededNumbers(default: 42)
    let bench = try makeBench(["learn_count": .integer(50)])
    try bench.learnTemperatures(&numbers)
    var states: [String] = []
    var ids: Set<String> = []
    for value in Array(repeating: 69.0, count: 10) + Array(repeating: 95.0, count: 500)
      + Array(repeating: 60, count: 20)
    {
      for alert in try bench.alerts(columns: [value, 40 + numbers.gaussian()]) {
        states.append(alert["state"]?.string ?? "")
        ids.insert(alert["alert"]?.string ?? "")
        if states.last == "cleared" {
          #expect(alert["reason"]?.string == "recovered")
          #expect(alert["severity"]?.string == "critical")
        }
      }
    }
    #expect(states == ["opened", "escalated", "cleared"])
    #expect(ids.count == 1)
  }

  @Test func waveformAlertNamesItsFeaturesAndFeatureStreamHasOneSummaryEach() throws {
    var numbers = SeededNumbers(default: 43)
    let bench = try makeBench(["learn_count": .integer(20)])
    var summaries: [JSONValue] = []
    var alerts: [JSONValue] = []
    for i in 0..<40 {
      bench.add(
        stream: "vibration", source: "m1", eventTimeNs: Int64(i), samples: numbers.noise(256, amplitude: i < 30 ? 1 : 5)
      )
      for record in try bench.run() {
        let body = try JSONValue.parse(record.body)
        if record.stream == "alerts" { alerts.append(body) } else { summaries.append(body) }
        #expect(record.source == "m1" && record.eventTimeNs == Int64(i))
      }
    }
    #expect(summaries.count == 40)
    #expect(summaries.map { $0["sequence"]?.integer } == (1...40).map { $0 })
    #expect(summaries[0]["phase"]?.string == "learning")
    #expect(summaries[25]["phase"]?.string == "watching")
    #expect(summaries[39]["phase"]?.string == "alarm")
    #expect(abs(try #require(summaries[39]["features"]?["rms"]?.number) - 5) < 1)
    #expect(alerts.count == 1)
    let features = try #require(alerts[0]["evidence"]?.array).map { $0["feature"]?.string }
    #expect(features == ["rms", "peak", "crest_factor", "kurtosis"])
  }

  @Test func withOneStreamToWriteThereAreNoSummaries() throws {
    var numbers = SeededNumbers(1)
    let bench = try makeBench(writes: ["alerts"])
    bench.add(stream: "vibration", source: "m1", eventTimeNs: 0, samples: numbers.noise(64, amplitude: 1))
    #expect(try bench.run().isEmpty)
  }

  @Test func optionsThatCannotBeUsedAreRefusedByName() {
    for (key, value) in [
      ("learn_count", PluginContext.Value.integer(3)), ("learn_count", .integer(-1)), ("warning_z", .number(.nan)),
      ("clear_z", .number(7)), ("critical_z", .number(5)), ("persistence_window", .integer(33)),
      ("persistence_hits", .integer(6)), ("scalar_direction", .string("left")), ("max_signals", .integer(0)),
      ("floor_absolute", .number(0)), ("drift_limit", .number(-1)), ("refractory_count", .integer(.max)),
    ] {
      let error = #expect(throws: PluginError.self) { _ = try makeBench([key: value]) }
      #expect(error?.description.contains("\(key) = ") == true)
    }
    let error = #expect(throws: PluginError.self) { _ = try makeBench(writes: []) }
    #expect(error?.description.contains("writes is empty") == true)
  }
}

@Suite struct HostileInputTests {
  @Test func unusableWaveformsAreFlaggedAndLeaveTheBaselineAlone() throws {
    var numbers = SeededNumbers(default: 51)
    let bench = try makeBench(["learn_count": .integer(20)])
    for _ in 0..<30 { #expect(try bench.alerts(samples: numbers.noise(64, amplitude: 1)).isEmpty) }
    var notFinite = numbers.noise(64, amplitude: 1)
    notFinite[5] = .nan
    notFinite[6] = .infinity
    let hostile: [([Float], String)] = [
      (notFinite, "invalid_samples"), ([1], "wrong_length"), (Array(repeating: 1, count: 70_000), "wrong_length"),
      (Array(repeating: 3, count: 64), "flat"),
    ]
    let before = bench.checkpoint()
    for (samples, quality) in hostile {
      for _ in 0..<10 {
        bench.add(stream: "vibration", source: "press-1", eventTimeNs: 0, samples: samples)
        let emitted = try bench.run()
        #expect(emitted.map(\.stream) == ["features"])
        let body = try JSONValue.parse(try #require(emitted.first).body)
        #expect(body["quality"]?.string == quality)
        if quality == "invalid_samples" { #expect(body["invalid_samples"]?.integer == 2) }
      }
    }
    #expect(bench.checkpoint() == before)
    bench.add(stream: "vibration", source: "press-1", eventTimeNs: 0)
    #expect(try bench.run().isEmpty)
  }

  @Test func columnsThatAreMissingHugeOrOfAnotherCountAreNotUsed() throws {
    var numbers = SeededNumbers(default: 52)
    let bench = try makeBench(["learn_count": .integer(50)])
    try bench.learnTemperatures(&numbers)
    let before = bench.checkpoint()
    let hostile: [[Double]] = [
      [.nan, .nan], [.infinity, -.infinity], [1e308, -1e308], [1000], [1000, 1000, 1000],
      Array(repeating: 1e9, count: 100),
    ]
    for columns in hostile { for _ in 0..<10 { #expect(try bench.alerts(columns: columns).isEmpty) } }
    #expect(bench.checkpoint() == before)
    // A column that is there counts although its neighbour is missing.
    for i in 0..<3 { #expect(try bench.alerts(columns: [90, .nan]).count == (i == 2 ? 1 : 0)) }
  }

  @Test func timeOfTheRecordsDoesNotMatter() throws {
    func run(_ time: (Int) -> Int64) throws -> [JSONValue] {
      var numbers = SeededNumbers(53)
      let bench = try makeBench(["learn_count": .integer(50)])
      return try (0..<100).flatMap { i in
        try bench.alerts(at: time(i), columns: [(i < 80 ? 60 : 90) + numbers.gaussian(), 40])
      }
    }
    let forwards = try run { Int64($0) * 1_000_000_000 }
    #expect(forwards.count == 1)
    #expect(try run { -Int64($0) * 1_000_000_000 } == forwards)
    #expect(try run { _ in .max } == forwards)
  }

  @Test func retainedRecordsAreNotMeasurements() throws {
    var numbers = SeededNumbers(default: 54)
    let bench = try makeBench(["learn_count": .integer(50)])
    try bench.learnTemperatures(&numbers)
    for _ in 0..<20 { #expect(try bench.alerts(columns: [95, 40], flags: 1 << 3).isEmpty) }
  }

  @Test func forgottenSourceHasItsAlertCleared() throws {
    var numbers = SeededNumbers(default: 55)
    // Room for two sources of two columns each.
    let bench = try makeBench(["learn_count": .integer(50), "max_signals": .integer(4)])
    try bench.learnTemperatures(&numbers, source: "a")
    for _ in 0..<3 { _ = try bench.alerts("a", columns: [90, 40]) }
    #expect(try bench.alerts("b", columns: [1, 1]).isEmpty)
    let cleared = try bench.alerts("c", at: 77, columns: [1, 1])
    #expect(cleared.count == 1)
    #expect(cleared.first?["asset"]?.string == "a")
    #expect(cleared.first?["state"]?.string == "cleared")
    #expect(cleared.first?["reason"]?.string == "forgotten")
    #expect(cleared.first?["alert"]?.string == "a:temperatures.motor_c:53")
  }

  @Test func memoryIsBoundedByMaxSignals() throws {
    let bench = try makeBench(["max_signals": .integer(100)])
    for i in 0..<2000 { _ = try bench.alerts("source-\(i)", columns: [Double(i), 1]) }
    let full = bench.checkpoint().count
    for i in 2000..<3000 { _ = try bench.alerts("source-\(i)", columns: [Double(i), 1]) }
    #expect(bench.checkpoint().count == full)
    // A waveform is four signals: a source that alone needs more than there may be is refused.
    let tiny = try makeBench(["max_signals": .integer(3)], writes: ["alerts"])
    var numbers = SeededNumbers(1)
    let empty = tiny.checkpoint()
    _ = try tiny.alerts(samples: numbers.noise(64, amplitude: 1))
    #expect(tiny.checkpoint() == empty)
  }

  @Test func fuzzedRecordsNeverTrapAndAlertsAlternate() throws {
    let seed = SeededNumbers.seed(default: 56)
    var numbers = SeededNumbers(seed)
    let bench = try makeBench(["learn_count": .integer(8), "max_signals": .integer(48)])
    let odd: [Double] = [0, -0.0, 1, 1e99, -1e100, 1e308, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, 1e-300]
    var open: Set<String> = []
    var opened = 0
    var level = 0.0
    for _ in 0..<10_000 {
      if numbers.uniform() < 0.005 { level = odd.randomElement(using: &numbers)! }
      let source = "s\(Int.random(in: 0..<9, using: &numbers))"
      if Bool.random(using: &numbers) {
        let count = numbers.uniform() < 0.9 ? 2 : Int.random(in: 1..<5, using: &numbers)
        bench.add(
          stream: "temperatures", source: source, eventTimeNs: Int64.random(in: .min ... .max, using: &numbers),
          columns: (0..<count).map { _ in
            numbers.uniform() < 0.1 ? odd.randomElement(using: &numbers)! : level + numbers.gaussian()
          })
      } else {
        let amplitude = pow10(numbers.uniform() * 76 - 38)
        var samples = numbers.noise(Int.random(in: 0..<40, using: &numbers), amplitude: amplitude)
        if numbers.uniform() < 0.1, !samples.isEmpty { samples[0] = .nan }
        bench.add(stream: "vibration", source: source, eventTimeNs: 0, samples: samples)
      }
      for record in try bench.run() {
        let body = try JSONValue.parse(record.body)
        guard record.stream == "alerts" else { continue }
        let id = try #require(body["alert"]?.string)
        switch body["state"]?.string {
        case "opened":
          opened += 1
          #expect(open.insert(id).inserted)
        case "escalated": #expect(open.contains(id))
        case "cleared": #expect(open.remove(id) != nil)
        default: Issue.record("unknown state")
        }
      }
    }
    print("10,000 fuzzed records: \(opened) alerts opened, \(open.count) of them open at the end")
    #expect(opened > 10)
  }

  private func pow10(_ exponent: Double) -> Double { Double("1e\(Int(exponent))")! }
}

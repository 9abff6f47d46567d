import CrossdockPlugin
import JSONText
import PredictiveMaintenance
import Seeded
import Testing

private let second: Int64 = 1_000_000_000

/// What the issue calls bad input, each with its treatment. A bundle for another feature version: GovernedModelTests.
@Suite struct BadInputTests {
  private func bench(
    _ options: [String: PluginContext.Value] = [:], columns: [String] = ["motor_c"]
  ) throws -> PluginBench {
    var all: [String: PluginContext.Value] = ["learn_count": .integer(20)]
    all.merge(options) { $1 }
    return try PluginBench(
      MaintenanceModel.self, options: all,
      streams: [.init(name: "vibration", columns: []), .init(name: "t", columns: columns)],
      writes: ["alerts", "features", "events"])
  }

  private func feed(
    _ bench: PluginBench, _ values: [Double], from timeNs: Int64 = 0, stepNs: Int64 = second
  ) throws -> [JSONValue] {
    for (i, value) in values.enumerated() {
      bench.add(stream: "t", source: "m", eventTimeNs: timeNs &+ Int64(i) &* stepNs, columns: [value])
    }
    return try bench.run().map { try JSONValue.parse($0.body) }
  }

  private func healthy(_ count: Int) -> [Double] { (0..<count).map { 60 + 0.1 * Double($0 % 7) } }

  @Test func notANumberAndInfinitiesAreCountedAndTeachNothing() throws {
    let bench = try bench()
    _ = try feed(bench, healthy(40))
    let before = bench.checkpoint()
    #expect(try feed(bench, [.nan, .infinity, -.infinity, 1e300, .nan]).isEmpty)
    #expect(bench.counters["missing_values"] == 2)
    #expect(bench.counters["invalid_values"] == 3)
    #expect(bench.checkpoint() == before)
  }

  @Test func aConstantSignalIsNoAlertAndItsFirstMoveIsJudgedByTheLeastScale() throws {
    let bench = try bench()
    #expect(try feed(bench, Array(repeating: 60, count: 5000)).isEmpty)
    // One per cent of the level is the least scale: 2 % is nothing, 30 % is an alert.
    #expect(try feed(bench, Array(repeating: 61.2, count: 10)).isEmpty)
    #expect(try feed(bench, Array(repeating: 78, count: 3)).count == 1)
    // A waveform that is constant is flat: it is said, and neither an alert nor learned.
    bench.add(
      stream: "vibration", source: "m", eventTimeNs: 0, samples: Array(repeating: 1, count: 64))
    #expect(try bench.run().map { try JSONValue.parse($0.body)["quality"]?.string } == ["flat"])
  }

  @Test func oneSampleSaysNothing() throws {
    let bench = try bench(["detectors": .string("all")])
    #expect(try feed(bench, [60]).isEmpty)
    bench.add(stream: "vibration", source: "m", eventTimeNs: 0, samples: [1])
    #expect(try bench.run().map { try JSONValue.parse($0.body)["quality"]?.string } == ["wrong_length"])
  }

  @Test func tenYearsWithoutARecordAreAPauseAndNotWear() throws {
    let bench = try bench()
    let years = 10 * 365 * 86_400 * second
    #expect(try feed(bench, healthy(40)).isEmpty)
    #expect(try feed(bench, healthy(40), from: years).isEmpty)
    #expect(try feed(bench, [90, 90, 90], from: 2 * years).count == 1)
    // Remaining life is told in time that was observed: a pause of ten years is none of it.
    var numbers = SeededNumbers(default: 81)
    var last: Double?
    for i in 0..<220 {
      let worn = i < 120 ? 1 : 1 + 0.006 * Double(i - 120)
      bench.add(
        stream: "vibration", source: "m", eventTimeNs: Int64(i) * 600 * second + (i >= 180 ? years : 0),
        samples: numbers.noise(256, amplitude: worn))
      for record in try bench.run() {
        let body = try JSONValue.parse(record.body)
        if let median = body["rul"]?["median_s"]?.number { last = median }
      }
    }
    let life = try #require(last)
    print("remaining life after 120 healthy and 100 wearing waveforms, 10 minutes apart: \(life / 3600) h")
    #expect(life > 3600 && life < 30 * 86_400)
  }

  /// The prognosis outlives the alert by some waveforms: it is not what recovered machines are told of.
  @Test func clearedAlertOfWaveformsHasNoRemainingLife() throws {
    let bench = try bench()
    var numbers = SeededNumbers(SeededNumbers.seed(default: 82))
    var told: [(state: String, rul: JSONValue?)] = []
    for i in 0..<260 {
      let worn = i < 120 || i >= 220 ? 1 : 1 + 0.006 * Double(i - 120)
      bench.add(
        stream: "vibration", source: "m", eventTimeNs: Int64(i) * 600 * second,
        samples: numbers.noise(256, amplitude: worn))
      for record in try bench.run() where record.stream == "alerts" {
        let body = try JSONValue.parse(record.body)
        told.append((body["state"]?.string ?? "", body["rul"]))
      }
    }
    #expect(told.first?.state == "opened" && told.last?.state == "cleared", "\(told)")
    #expect(told.contains { $0.rul?["median_s"] != nil }, "no alert had a remaining life")
    for alert in told where alert.state == "cleared" { #expect(alert.rul?.string == "not yet") }
  }

  @Test func tenKilohertzIntoAModelOfOneHertzIsAllCountedInOrder() throws {
    let bench = try bench()
    #expect(try feed(bench, healthy(100_000), stepNs: 100_000).isEmpty)
    #expect(try feed(bench, [90, 90, 90], from: 10 * second, stepNs: 100_000).count == 1)
    let size = bench.checkpoint().count
    _ = try feed(bench, healthy(10_000), from: 20 * second, stepNs: 100_000)
    #expect(bench.checkpoint().count <= size + 64)
  }

  @Test func changedUnitsAreOneAlertAndASensorEventEndsIt() throws {
    let bench = try bench(["event_stream": .string("vibration")])
    _ = try feed(bench, healthy(100))
    let fahrenheit = healthy(200).map { $0 * 1.8 + 32 }
    let alerts = try feed(bench, fahrenheit).filter { $0["alert"] != nil }
    #expect(alerts.count == 1)
    #expect(alerts.first?["severity"]?.string == "critical")
    #expect(alerts.first?["evidence"]?[0]?["baseline"]?.number ?? 0 < 62)
    bench.add(
      stream: "vibration", source: "cmms", eventTimeNs: 0, body: #"{"event":"sensor-replaced","asset":"m"}"#)
    #expect(
      try bench.run().map { try JSONValue.parse($0.body) }.map { $0["reason"]?.string ?? $0["event"]?.string } == [
        "sensor-replaced", "baseline-reset",
      ])
    #expect(try feed(bench, fahrenheit).filter { $0["alert"] != nil }.isEmpty)
  }

  @Test func anotherNumberOfColumnsIsNotUsed() throws {
    let bench = try bench(["detectors": .string("all")], columns: ["motor_c", "gearbox_c"])
    for count in [1, 3, 100] {
      bench.add(stream: "t", source: "m", eventTimeNs: 0, columns: Array(repeating: 1, count: count))
    }
    let before = bench.checkpoint()
    #expect(try bench.run().isEmpty)
    #expect(bench.counters["column_mismatches"] == 3)
    #expect(bench.checkpoint() == before)
  }

  @Test func timesThatGoBackwardsChangeNoAlert() throws {
    func alerts(_ stepNs: Int64) throws -> [String?] {
      let bench = try bench()
      return try feed(bench, healthy(40) + [90, 90, 90], from: 1000 * second, stepNs: stepNs).map {
        $0["alert"]?.string
      }
    }
    let forwards = try alerts(second)
    #expect(forwards == ["m:t.motor_c:43"])
    #expect(try alerts(-second) == forwards)
    #expect(try alerts(0) == forwards)
  }
}

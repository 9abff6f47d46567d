import CrossdockPlugin
import JSONText
import PredictiveMaintenance
import Testing

private let streams: [PluginContext.Stream] = [
  .init(name: "t", columns: ["load", "motor_c"]), .init(name: "work", columns: []),
]

@Suite struct GovernedModelTests {
  private func bench(
    _ bundles: [(stage: String, bundle: SampleBundle)], writes: [String] = ["alerts", "features", "events"]
  ) throws -> PluginBench {
    try PluginBench(
      MaintenanceModel.self,
      options: [
        "bundles": .files([SampleBundle.state] + bundles.flatMap { $0.bundle.files($0.stage) }),
        "event_stream": .string("work"), "warning_z": .number(1000), "critical_z": .number(2000),
      ], streams: streams, writes: writes)
  }

  private func feed(_ bench: PluginBench, _ values: [Double]) throws -> [(stream: String, body: JSONValue)] {
    for value in values { bench.add(stream: "t", source: "m1", eventTimeNs: 7, columns: [1, value]) }
    return try bench.run().map { ($0.stream, try JSONValue.parse($0.body)) }
  }

  @Test func verdictSaysWhatItRestsOnAndTheAlertNamesModelLifeAndFeatures() throws {
    let bench = try bench([("active", SampleBundle())])
    let healthy = try feed(bench, [40, 41])
    let verdict = try #require(healthy.last { $0.stream == "features" }).body
    #expect(verdict["verdict"]?["task"]?.string == "rul")
    #expect(verdict["verdict"]?["point"]?.number == 100)
    #expect(verdict["verdict"]?["lower"]?.number == 98)
    #expect(verdict["verdict"]?["upper"]?.number == 103)
    #expect(verdict["features"]?["motor_c_mean"]?.number == 40.5)
    #expect(verdict["inputs"]?["first"]?.integer == 1)
    #expect(verdict["inputs"]?["last"]?.integer == 2)
    #expect(verdict["inputs"]?["epoch"]?.string?.isEmpty == false)
    #expect(verdict["model"]?["name"]?.string == "motor-life")
    #expect(verdict["model"]?["features"]?.string == "motor/1.0.0")
    #expect(verdict["model"]?["features_hash"]?.string?.count == 16)

    let worn = try feed(bench, [90, 90, 90]).filter { $0.stream == "alerts" }
    try #require(worn.count == 1)
    let alert = worn[0].body
    #expect(alert["component"]?.string == "motor-life")
    #expect(alert["severity"]?.string == "warning")
    #expect(alert["rul"]?["median_cycles"]?.number == 10)
    #expect(alert["rul"]?["lower_cycles"]?.number == 8)
    #expect(alert["rul"]?["coverage"]?.number == 0.8)
    // 10 (8 to 13 in four of five cases), and the limit is at 50.
    #expect(alert["fault"]?[0]?["type"]?.string == "end-of-life")
    #expect(alert["fault"]?[0]?["probability"]?.number == 0.9)
    #expect(alert["health"]?.number == 0.1)
    #expect(alert["evidence"]?[0]?["feature"]?.string == "point")
    #expect(alert["evidence"]?[0]?["threshold"]?.number == 50)
    #expect(alert["evidence"]?[1]?["feature"]?.string == "motor_c_mean")
    #expect(alert["evidence"]?[1]?["contribution"]?.number == -45)
    #expect(alert["model"]?["version"]?.string == "1.0.0")
    // The mean falls again; what has recovered says nothing of a failure any more.
    let mended = try feed(bench, Array(repeating: 40, count: 20)).filter { $0.stream == "alerts" }
    #expect(mended.map { $0.body["state"]?.string } == ["cleared"])
    #expect(mended.first?.body["rul"]?.string == "not yet")
  }

  @Test func aBundleForAnotherFeatureVersionIsRefusedByAnEventAndJudgesNothing() throws {
    let bench = try bench([("active", SampleBundle(hash: "0123456789abcdef"))])
    let said = try feed(bench, [90, 90, 90, 90])
    #expect(!said.contains { $0.body["verdict"] != nil })
    let events = said.filter { $0.stream == "events" }
    #expect(events.count == 1)
    #expect(events.first?.body["event"]?.string == "model-event")
    #expect(events.first?.body["kind"]?.string == "refused")
    #expect(events.first?.body["inputs"]?["epoch"]?.string?.isEmpty == false)
    #expect(events.first?.body["reason"]?.string?.contains("0123456789abcdef") == true)
  }

  @Test func commandOfTheEventStreamPromotesTheShadowAndIsTold() throws {
    let bench = try bench([("active", SampleBundle()), ("shadow", SampleBundle(version: "2.0.0", worn: 3))])
    #expect(try feed(bench, [90, 90]).filter { $0.body["model"]?["version"]?.string == "2.0.0" }.isEmpty)
    bench.add(
      stream: "work", source: "ops", eventTimeNs: 8, body: #"{"command":"promote","model":"motor-life"}"#)
    let told = try bench.run().map { try JSONValue.parse($0.body) }
    #expect(told.map { $0["kind"]?.string } == ["promoted"])
    #expect(told.first?["to"]?.string == "2.0.0")
    let after = try feed(bench, [90, 90, 90]).filter { $0.stream == "features" }
    #expect(after.allSatisfy { $0.body["model"]?["version"]?.string == "2.0.0" })
    #expect(after.first?.body["verdict"]?["point"]?.number == 3)
    // The decision is part of the state: a new instance goes on with it, although its files say otherwise.
    let again = try self.bench([("active", SampleBundle()), ("shadow", SampleBundle(version: "2.0.0", worn: 3))])
    try again.restore(bench.checkpoint())
    #expect(again.checkpoint() == bench.checkpoint())
    let there = try feed(again, [90]).first { $0.stream == "features" }
    #expect(there?.body["verdict"]?["point"]?.number == 3)
  }

  @Test func alertOfAModelThatIsGoneFromTheConfigurationEnds() throws {
    let bench = try bench([("active", SampleBundle())])
    #expect(try feed(bench, [90, 90, 90]).contains { $0.body["state"]?.string == "opened" })
    let without = try PluginBench(
      MaintenanceModel.self, options: ["warning_z": .number(1000), "critical_z": .number(2000)], streams: streams,
      writes: ["alerts", "features", "events"])
    try without.restore(bench.checkpoint())
    let alerts = try feed(without, [90, 90]).filter { $0.stream == "alerts" }
    #expect(alerts.map { $0.body["state"]?.string } == ["cleared"])
    #expect(alerts.first?.body["component"]?.string == "motor-life")
    #expect(without.checkpoint() != bench.checkpoint())
  }

  @Test func bundlesNeedAStreamForEvents() {
    let error = #expect(throws: PluginError.self) {
      _ = try bench([("active", SampleBundle())], writes: ["alerts", "features"])
    }
    #expect(error?.description.contains("bundles: events:") == true)
  }
}

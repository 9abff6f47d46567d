import CrossdockPlugin
import JSONText
import PredictiveMaintenance
import Testing

private let minuteNs: Int64 = 60_000_000_000

@Suite struct AlertStormTests {
  /// Columns c0… of one stream; each source is an asset.
  private func bench(columns: Int, _ options: [String: PluginContext.Value]) throws -> PluginBench {
    var all: [String: PluginContext.Value] = [
      "learn_count": .integer(8), "events": .string("events"), "refractory_count": .integer(0),
    ]
    all.merge(options) { $1 }
    return try PluginBench(
      MaintenanceModel.self, options: all,
      streams: [.init(name: "t", columns: (0..<columns).map { "c\($0)" })], writes: ["alerts", "features", "events"])
  }

  private func bodies(_ emitted: [PluginBench.Emitted], _ stream: String) throws -> [JSONValue] {
    try emitted.filter { $0.stream == stream }.map { try JSONValue.parse($0.body) }
  }

  @Test func aPlantThatFailsAtOnceOpensAsManyAlertsAsTheBoundSaysAndTellsTheRestLater() throws {
    let bench = try bench(columns: 10, ["storm_per_asset_per_hour": .integer(4), "storm_per_hour": .integer(6)])
    func feed(_ value: Double, times: Int, at time: Int64) throws -> [PluginBench.Emitted] {
      var emitted: [PluginBench.Emitted] = []
      for i in 0..<times {
        for asset in ["a", "b"] {
          bench.add(
            stream: "t", source: asset, eventTimeNs: time + Int64(i), columns: Array(repeating: value, count: 10))
        }
        emitted += try bench.run()
      }
      return emitted
    }
    #expect(try feed(10, times: 20, at: 0).isEmpty)
    let failing = try feed(10.9, times: 20, at: minuteNs)
    let opened = try bodies(failing, "alerts")
    #expect(opened.map { $0["asset"]?.string } == ["a", "a", "a", "a", "b", "b"])
    #expect(bench.counters["alerts_held_back"] == 14)
    let storms = try bodies(failing, "events").filter { $0["event"]?.string == "alert-storm" }
    #expect(storms.map { $0["asset"]?.string } == ["a", "*"])
    #expect(storms.allSatisfy { $0["state"]?.string == "began" && $0["held_back"]?.integer == 1 })

    // Sixteen minutes later there is room for one more of asset a and, over all, for one.
    let later = try feed(10.9, times: 3, at: 17 * minuteNs)
    #expect(try bodies(later, "alerts").count == 1)
    let ended = try bodies(later, "events").filter { $0["state"]?.string == "ended" }
    #expect(ended.map { $0["asset"]?.string } == ["a", "*"])
    #expect(ended.map { $0["held_back"]?.integer } == [6, 8])
    // Hours later the rest is told; an alert keeps the name that it got when its alarm opened.
    let rest =
      try feed(10.9, times: 5, at: 300 * minuteNs) + feed(10.9, times: 5, at: 400 * minuteNs)
      + feed(10.9, times: 5, at: 500 * minuteNs)
    #expect(try bodies(rest, "alerts").count == 13)
    let ids = try Set(
      (bodies(failing, "alerts") + bodies(later, "alerts") + bodies(rest, "alerts")).map { $0["alert"]?.string })
    #expect(ids.count == 20)
    #expect(ids.allSatisfy { $0?.hasSuffix(":45") == true || $0?.hasSuffix(":46") == true })
  }

  @Test func aCriticalAlertIsToldBeyondTheLimitWhetherItOpensSoOrBecomesSo() throws {
    for opensCritical in [true, false] {
      let bench = try bench(columns: 3, ["storm_per_asset_per_hour": .integer(1), "clear_count": .integer(2)])
      func add(_ values: [Double], times: Int) {
        for _ in 0..<times { bench.add(stream: "t", source: "a", eventTimeNs: 0, columns: values) }
      }
      add([10, 10, 10], times: 20)
      add([10.9, 10, 10], times: 5)
      add([10.9, 10.9, 10], times: 5)
      let before = try bench.run()
      #expect(try bodies(before, "alerts").map { $0["component"]?.string } == ["c0"])
      if !opensCritical { add([10.9, 10.9, 10.9], times: 5) }
      add([10.9, 10.9, 50], times: 5)
      add([10, 10, 10], times: 5)
      let alerts = try bodies(try bench.run(), "alerts")
      #expect(alerts.map { $0["component"]?.string } == ["c2", "c0", "c2"])
      #expect(alerts.map { $0["state"]?.string } == ["opened", "cleared", "cleared"])
      #expect(alerts.map { $0["severity"]?.string } == ["critical", "warning", "critical"])
    }
  }

  @Test func aFloodOfCriticalsIsBoundedToo() throws {
    let bench = try bench(columns: 10, ["storm_per_asset_per_hour": .integer(1), "storm_per_hour": .integer(3)])
    for value in [10.0, 50] {
      for _ in 0..<20 {
        for source in ["a", "b", "c", "d"] {
          bench.add(stream: "t", source: source, eventTimeNs: 0, columns: Array(repeating: value, count: 10))
        }
      }
    }
    let emitted = try bench.run()
    // One as always and four more because they are critical, of each source; of all fifteen.
    #expect(
      try bodies(emitted, "alerts").map { $0["asset"]?.string }
        == ["a", "b", "c"].flatMap {
          Array(repeating: $0, count: 5)
        })
    let storms = try bodies(emitted, "events")
    #expect(storms.map { $0["asset"]?.string } == ["a", "b", "c", "*"])
    #expect(storms.allSatisfy { $0["severity"]?.string == "critical" })
    #expect(storms.map { $0["component"]?.string } == ["c5", "c5", "c5", "c0"])
    #expect(storms.last?["of"]?.string == "d")
  }

  @Test func whatIsHeldBackAndEndsIsNeverToldAndLeavesOnlyTheStorm() throws {
    let bench = try bench(columns: 3, ["storm_per_asset_per_hour": .integer(1), "clear_count": .integer(2)])
    for _ in 0..<20 { bench.add(stream: "t", source: "a", eventTimeNs: 0, columns: [10, 10, 10]) }
    for _ in 0..<5 { bench.add(stream: "t", source: "a", eventTimeNs: 0, columns: [10.9, 10.9, 10.9]) }
    for _ in 0..<5 { bench.add(stream: "t", source: "a", eventTimeNs: 0, columns: [10, 10, 10]) }
    let first = try bench.run()
    let alerts = try bodies(first, "alerts")
    #expect(alerts.map { $0["state"]?.string } == ["opened", "cleared"])
    #expect(Set(alerts.map { $0["component"]?.string }) == ["c0"])
    bench.add(stream: "t", source: "a", eventTimeNs: 61 * minuteNs, columns: [10, 10, 10])
    let storms = try bodies(first + bench.run(), "events")
    #expect(storms.map { $0["state"]?.string } == ["began", "ended"])
    #expect(storms.map { $0["held_back"]?.integer } == [1, 2])
    for storm in storms {
      #expect(storm["severity"]?.string == "warning")
      #expect(storm["component"]?.string == "c1")
      #expect(storm["inputs"]?["stream"]?.string == "t")
      #expect(storm["inputs"]?["first"]?.integer == 21)
      #expect(storm["inputs"]?["last"]?.integer == 23)
    }
  }

  @Test func aClockThatFallsBackOrLeapsDoesNotOpenTheGates() throws {
    let bench = try bench(
      columns: 1,
      ["storm_per_asset_per_hour": .integer(2), "clear_count": .integer(1), "persistence_hits": .integer(1)])
    for _ in 0..<20 { bench.add(stream: "t", source: "a", eventTimeNs: 0, columns: [10]) }
    for i in 0..<1000 {
      // The event time leaps by years; the monotonic time goes on, and falls back at a boot.
      bench.add(
        stream: "t", source: "a", eventTimeNs: i % 2 == 0 ? .max : .min, monotonicNs: Int64(i % 500) * 1_000_000,
        columns: [i % 2 == 0 ? 10.9 : 10])
    }
    #expect(try bodies(try bench.run(), "alerts").count { $0["state"]?.string == "opened" } == 2)
  }
}

import CrossdockPlugin
import Testing

@testable import PluginCode

@Suite struct LimitWatchTests {
  private func bench(_ writes: [String] = ["alerts"]) throws -> PluginBench {
    try PluginBench(
      LimitWatch.self, options: ["limit": .number(50)], streams: [.init(name: "temperature", columns: ["value"])],
      writes: writes)
  }

  private func give(_ bench: PluginBench, _ source: String, _ values: Double...) {
    for value in values { bench.add(stream: "temperature", source: source, eventTimeNs: 1000, columns: [value]) }
  }

  @Test func onlyThePassingIsReported() throws {
    let bench = try bench()
    give(bench, "pump-1", 50, 51.5, .nan, 52, 49, 60)
    let emitted = try bench.run()
    #expect(emitted.map(\.body) == [#"{"value":51.5,"limit":50.0}"#, #"{"value":60.0,"limit":50.0}"#])
    #expect(emitted.allSatisfy { $0.source == "pump-1" && $0.stream == "alerts" && $0.eventTimeNs == 1000 })
  }

  @Test func itGoesOnFromACheckpoint() throws {
    let first = try bench()
    let second = try bench()
    give(first, "pump-1", 60)
    _ = try first.run()
    try second.restore(first.checkpoint())
    give(second, "pump-1", 61)
    give(second, "pump-2", 61)
    #expect(try second.run().map(\.source) == ["pump-2"])
    #expect(throws: PluginError.self) { try second.restore([0xFF]) }
  }

  @Test func itNeedsAStreamToWrite() {
    #expect(throws: PluginError.self) { try bench([]) }
  }
}

import CrossdockPlugin
import PredictiveMaintenance
import Seeded
import Testing

private let streams: [PluginContext.Stream] = [
  .init(name: "vibration", columns: ["rpm"]), .init(name: "temperatures", columns: ["motor_c", "gearbox_c", "load"]),
  .init(name: "work", columns: []),
]

private struct Record {
  var stream: String
  var source: String
  var timeNs: Int64
  var columns: [Double] = []
  var samples: [Float] = []
  var body = ""
}

/// Everything that the plugin does at once: all detectors, a known bearing and machine, drift, events, room for fewer sources than there are.
private func makeBench() throws -> PluginBench {
  try PluginBench(
    MaintenanceModel.self,
    options: [
      "learn_count": .integer(30), "max_signals": .integer(44), "kind": .string("bearing"),
      "bearing": .string("6205"), "speed_column": .string("rpm"), "sample_rate_hz": .number(2000),
      "machine_group": .integer(2), "detectors": .string("all"), "event_stream": .string("work"),
      "storm_per_asset_per_hour": .integer(3), "storm_per_hour": .integer(8), "clear_count": .integer(4),
      "refractory_count": .integer(5),
    ], streams: streams, writes: ["alerts", "features", "events"])
}

/// Six sources with faults that come and go, a clock that leaps, machines that are looked after.
private func scenario(_ seed: UInt64, count: Int) -> [Record] {
  var numbers = SeededNumbers(seed)
  var faults = Array(repeating: 0.0, count: 6)
  var timeNs: Int64 = 1_700_000_000_000_000_000
  return (0..<count).map { i in
    // The first six make the sources known in one order.
    let source = i < 6 ? i : min(5, Int(7 * numbers.uniform() * numbers.uniform()))
    if numbers.uniform() < 0.01 { faults[source] = numbers.uniform() < 0.5 ? 0 : 20 }
    timeNs += numbers.uniform() < 0.01 ? Int64(numbers.gaussian() * 4e12) : 10_000_000_000
    let name = "s\(source)"
    if i > 6, numbers.uniform() < 0.003 {
      return Record(
        stream: "work", source: "cmms", timeNs: timeNs,
        body: #"{"event":"\#(numbers.uniform() < 0.5 ? "maintenance" : "sensor-replaced")","asset":"\#(name)"}"#)
    }
    let level = 60 + faults[source]
    let wild = numbers.uniform() < 0.01 ? Double.nan : 0
    guard i % 3 == 0 else {
      return Record(
        stream: "temperatures", source: name, timeNs: timeNs,
        columns: [level + numbers.gaussian() + wild, 40 + numbers.gaussian(), 0.5 * level + numbers.gaussian()])
    }
    return Record(
      stream: "vibration", source: name, timeNs: timeNs, columns: [1797 + numbers.gaussian()],
      samples: numbers.noise(numbers.uniform() < 0.02 ? 8 : 256, amplitude: 0.05 * (1 + faults[source])))
  }
}

private func add(_ record: Record, to bench: PluginBench) {
  bench.add(
    stream: record.stream, source: record.source, eventTimeNs: record.timeNs, body: record.body,
    columns: record.columns, samples: record.samples)
}

@Suite struct RestartTests {
  /// One life without a pause, and lives of the same records that are cut into batches at random and restarted at 100 random points in
  /// all: the outputs are the same, byte for byte, and so is the state at the end.
  @Test func aHundredRandomRestartsAndAnyBatchesGiveTheSameRecords() throws {
    let seed = SeededNumbers.seed(default: 71)
    var numbers = SeededNumbers(seed)
    var restarts = 0
    var streamsSeen: Set<String> = []
    for life in 0..<4 as Range<UInt64> {
      let records = scenario(seed &+ life, count: 520)
      let whole = try makeBench()
      for record in records { add(record, to: whole) }
      let expected = try whole.run()
      streamsSeen.formUnion(expected.map(\.stream))

      var bench = try makeBench()
      let cuts = Set((0..<26).map { _ in Int.random(in: 6..<520, using: &numbers) })
      var said: [PluginBench.Emitted] = []
      for (i, record) in records.enumerated() {
        if cuts.contains(i) {
          said += try bench.run()
          bench = try restarted(bench, after: records[..<i])
          restarts += 1
        } else if numbers.uniform() < 0.05 {
          said += try bench.run()
        }
        add(record, to: bench)
      }
      said += try bench.run()
      #expect(said.count == expected.count)
      #expect(said == expected)
      #expect(bench.checkpoint() == whole.checkpoint())
    }
    #expect(streamsSeen == ["alerts", "features", "events"])
    #expect(restarts >= 95)
    print("\(restarts) restarts, the same records each time")
  }

  /// A new instance, brought to where the other one was by its checkpoint alone.
  private func restarted(_ bench: PluginBench, after records: ArraySlice<Record>) throws -> PluginBench {
    let checkpoint = bench.checkpoint()
    let new = try makeBench()
    // The bench numbers sources and records by what is added to it; none of it is a measurement.
    for record in records { new.add(stream: record.stream, source: record.source, eventTimeNs: 0) }
    _ = try new.run()
    try new.restore(checkpoint)
    #expect(new.checkpoint() == checkpoint)
    return new
  }
}

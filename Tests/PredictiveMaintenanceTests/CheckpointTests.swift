import CrossdockPlugin
import PredictiveMaintenance
import Seeded
import StateCoding
import Testing

private let streams: [PluginContext.Stream] = [
  .init(name: "vibration", columns: ["rpm"]), .init(name: "temperatures", columns: ["motor_c", "gearbox_c"]),
]

private func makeBench(streams: [PluginContext.Stream] = streams) throws -> PluginBench {
  try PluginBench(
    MaintenanceModel.self, options: ["learn_count": .integer(30), "max_signals": .integer(36)], streams: streams,
    writes: ["alerts", "features"])
}

private struct Record {
  var stream: String
  var source: String
  var columns: [Double]
  var samples: [Float]
}

/// Six sources, of which `max_signals` does not let all be remembered, with faults that come and go.
private func scenario(_ seed: UInt64, count: Int) -> [Record] {
  var numbers = SeededNumbers(seed)
  var faults = Array(repeating: 0.0, count: 6)
  return (0..<count).map { i in
    // The first six make the sources known in one order.
    let source = i < 6 ? i : min(5, Int(7 * numbers.uniform() * numbers.uniform()))
    if numbers.uniform() < 0.02 { faults[source] = numbers.uniform() < 0.5 ? 0 : 20 }
    let level = 60 + faults[source]
    return i % 3 == 0
      ? Record(
        stream: "vibration", source: "s\(source)", columns: [1797 + numbers.gaussian()],
        samples: numbers.noise(32, amplitude: 1 + faults[source]))
      : Record(
        stream: "temperatures", source: "s\(source)", columns: [level + numbers.gaussian(), 40 + numbers.gaussian()],
        samples: [])
  }
}

private func run(_ bench: PluginBench, _ records: ArraySlice<Record>) throws -> [PluginBench.Emitted] {
  for (i, record) in records.enumerated() {
    bench.add(
      stream: record.stream, source: record.source, eventTimeNs: Int64(i), columns: record.columns,
      samples: record.samples)
  }
  return try bench.run()
}

@Suite struct CheckpointTests {
  @Test func restartAtRandomPointsGivesTheSameOutputs() throws {
    let seed = SeededNumbers.seed(default: 61)
    var numbers = SeededNumbers(seed)
    var transitions = 0
    for life in 0..<20 as Range<UInt64> {
      let records = scenario(seed &+ life, count: 1500)
      let cut = Int.random(in: 6..<1500, using: &numbers)
      let uninterrupted = try makeBench()
      _ = try run(uninterrupted, records[..<cut])
      let checkpoint = uninterrupted.checkpoint()
      let expected = try run(uninterrupted, records[cut...])
      transitions += expected.count { $0.stream == "alerts" }

      // The new instance has seen other values under the same sequences: all that it knows must come from the checkpoint.
      let restarted = try makeBench()
      _ = try run(
        restarted, records[..<cut].map { Record(stream: $0.stream, source: $0.source, columns: [], samples: []) }[...])
      _ = try run(restarted, [])
      try restarted.restore(checkpoint)
      #expect(restarted.checkpoint() == checkpoint)
      #expect(try run(restarted, records[cut...]) == expected)
      #expect(restarted.checkpoint() == uninterrupted.checkpoint())
    }
    #expect(transitions > 50)
    print("20 restarts, \(transitions) alert transitions after them, all the same")
  }

  @Test func batchSizeDoesNotMatter() throws {
    let seed = SeededNumbers.seed(default: 62)
    let records = scenario(seed, count: 1000)
    let whole = try run(try makeBench(), records[...])
    let single = try makeBench()
    var pieces: [PluginBench.Emitted] = []
    for i in records.indices {
      single.add(
        stream: records[i].stream, source: records[i].source, eventTimeNs: Int64(i), columns: records[i].columns,
        samples: records[i].samples)
      pieces += try single.run()
    }
    #expect(pieces == whole && !whole.isEmpty)
  }

  @Test func everyDamageIsNoticed() throws {
    let bench = try makeBench()
    _ = try run(bench, scenario(1, count: 300)[...])
    let good = bench.checkpoint()
    let other = try makeBench()
    for count in stride(from: 0, to: good.count, by: 7) {
      #expect(throws: PluginError.self) { try other.restore(Array(good[..<count])) }
    }
    for i in stride(from: 0, to: good.count, by: 5) {
      var bad = good
      bad[i] ^= 0x10
      #expect(throws: PluginError.self) { try other.restore(bad) }
    }
    #expect(throws: PluginError.self) { try other.restore(good + [0]) }
    // What was refused has left nothing behind.
    #expect(other.checkpoint() == (try makeBench().checkpoint()))
    try other.restore(good)
    #expect(other.checkpoint() == good)
  }

  @Test func streamsAndColumnsAreFoundAgainByName() throws {
    let bench = try makeBench(streams: [.init(name: "gone", columns: ["x"]), .init(name: "t", columns: ["a", "b"])])
    for i in 0..<40 {
      bench.add(stream: "gone", source: "s", eventTimeNs: 0, columns: [1])
      bench.add(stream: "t", source: "s", eventTimeNs: 0, columns: [Double(i % 3) + 10, Double(i % 3) + 500])
    }
    _ = try bench.run()
    let changed = try makeBench(streams: [.init(name: "new", columns: []), .init(name: "t", columns: ["b", "c", "a"])])
    try changed.restore(bench.checkpoint())
    #expect(changed.logLines.contains { $0.contains("1 signals") })
    var alerts: [PluginBench.Emitted] = []
    for _ in 0..<5 {
      // 501 is healthy for b only if b's baseline came along; 501 for a is an alert only if a's did; c learns.
      changed.add(stream: "t", source: "s", eventTimeNs: 0, columns: [501, 501, 501])
      alerts += try changed.run()
    }
    #expect(alerts.count == 1)
    #expect(alerts.first?.body.contains("\"component\":\"a\"") == true)
  }

  @Test func checkpointOfAnotherVersionIsRefused() throws {
    let bench = try makeBench()
    _ = try run(bench, scenario(1, count: 50)[...])
    var before = Array(bench.checkpoint().dropLast(4))
    before[4] = 3
    let checksum = before.withUnsafeBytes { CyclicRedundancyCheck.crc32c($0) }
    before += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
    let error = #expect(throws: PluginError.self) { try makeBench().restore(before) }
    #expect(error.map { "\($0)".contains("it is of another version") } == true)
  }
}

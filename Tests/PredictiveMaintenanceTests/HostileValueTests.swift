import CrossdockPlugin
import PredictiveMaintenance
import Seeded
import Testing

/// Values at the edges of what numbers are, in any order: nothing traps, and what is learned from them can be written and read again.
@Suite struct HostileValueTests {
  private static let values = [
    .nan, .infinity, -.infinity, 1e308, -1e308, 1e100, -1e100, 1e99, 1e-300, .leastNonzeroMagnitude, 0, -0.0, 1, 2, 3,
    20, 21, 22,
    -1e17,
  ]
  private static let samples: [Float] = [
    .nan, .infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, 1, -1, 1e20, 2, 3,
  ]

  @Test(arguments: [1, 2] as [UInt64]) func stateOfHostileValuesCanBeReadAgain(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    func bench() throws -> PluginBench {
      try PluginBench(
        MaintenanceModel.self,
        options: [
          "detectors": .string("all"), "drift": .string("all"), "kind": .string("bearing"), "bearing": .string("6205"),
          "speed_rpm": .number(1797), "sample_rate_hz": .number(12_000), "learn_count": .integer(8),
        ],
        streams: [.init(name: "t", columns: ["a", "b", "c"]), .init(name: "v", columns: [])],
        writes: ["alerts", "features", "events"])
    }
    var first = try bench()
    for round in 0..<24 {
      let kinds = round % 3 == 0 ? Self.values.count : 4
      for _ in 0..<20 {
        let columns = (0..<3).map { _ in Self.values[Int(random.next() % UInt64(kinds)) + Self.values.count - kinds] }
        let times: [Int64] = [.min, .max, 0, Int64(round) * 1_000_000_000]
        first.add(stream: "t", source: "m", eventTimeNs: times[Int(random.next() % 4)], columns: columns)
      }
      let hostile = random.next() % 2 == 0
      let wave = (0..<256).map { _ in
        hostile ? Self.samples[Int(random.next() % UInt64(Self.samples.count))] : Float(random.next() % 1000) / 1000
      }
      first.add(stream: "v", source: "m", eventTimeNs: Int64(round), samples: wave)
      _ = try first.run()
      let checkpoint = first.checkpoint()
      let second = try bench()
      try second.restore(checkpoint)
      #expect(second.checkpoint() == checkpoint, "seed \(seed), round \(round)")
      first = second
    }
  }
}

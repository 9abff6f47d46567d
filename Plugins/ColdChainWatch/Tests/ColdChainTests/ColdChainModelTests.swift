import CCrossdockPlugin
import ColdChainWatch
import CrossdockPlugin
import Testing

private let second: Int64 = 1_000_000_000
private let streams: [PluginContext.Stream] = [
  .init(name: "reefers", columns: ["humidity", "temperature_c"]), .init(name: "rooms", columns: ["temperature_c"]),
]

private func makeBench(_ options: [String: PluginContext.Value] = [:], writes: [String] = ["alerts", "climate"]) throws
  -> PluginBench
{
  var options = options
  if options["column"] == nil { options["column"] = .string("temperature_c") }
  return try PluginBench(ColdChainModel.self, options: options, streams: streams, writes: writes)
}

private struct Sample {
  var stream: String
  var source: String
  var time: Int64
  var monotonic: Int64
  var celsius: Double

  func add(to bench: PluginBench) {
    bench.add(
      stream: stream, source: source, eventTimeNs: time, monotonicNs: monotonic,
      columns: stream == "rooms" ? [celsius] : [50, celsius])
  }
}

/// Nine boxes, of which `max_boxes` lets seven be remembered, with excursions, gaps, silence, broken sensors, clocks that jump and a
/// machine that is started anew.
private func scenario(_ seed: UInt64, count: Int) -> [Sample] {
  var numbers = SeededNumbers(seed)
  var now: Int64 = 1_700_000_000 * second
  var boot: Int64 = 1000 * second
  var level = Array(repeating: 5.0, count: 9)
  var shift = Array(repeating: Int64(0), count: 9)
  return (0..<count).map { i in
    now += Int64.random(in: 0...(60 * second), using: &numbers)
    boot += 30 * second
    if numbers.uniform() < 0.002 { boot = second }
    if numbers.uniform() < 0.005 { now += 3000 * second }
    let box = i < 9 ? i : min(8, Int(9 * numbers.uniform() * numbers.uniform()))
    if numbers.uniform() < 0.02 { level[box] = [5, 10, -1, 25].randomElement(using: &numbers)! }
    if numbers.uniform() < 0.005 { shift[box] = Int64.random(in: -9000...0, using: &numbers) * second }
    let fault = numbers.uniform()
    let celsius = fault < 0.02 ? .nan : fault < 0.04 ? 200 : level[box] + numbers.gaussian()
    return Sample(
      stream: box % 2 == 0 ? "reefers" : "rooms", source: "box-\(box)", time: now + shift[box], monotonic: boot,
      celsius: celsius)
  }
}

private let busy: [String: PluginContext.Value] = [
  "excursion_s": .number(300), "clear_s": .number(60), "gap_s": .number(600), "silent_after_s": .number(1200),
  "mkt_window_h": .number(2), "mkt_limit_c": .number(9), "max_boxes": .integer(7), "summary_every_s": .number(900),
]

private func run(_ bench: PluginBench, _ samples: ArraySlice<Sample>) throws -> [PluginBench.Emitted] {
  for sample in samples { sample.add(to: bench) }
  return try bench.run()
}

@Suite struct ColdChainModelTests {
  @Test func excursionIsToldWithItsFigures() throws {
    let bench = try makeBench(["excursion_s": .number(600), "clear_s": .number(0)])
    var told: [PluginBench.Emitted] = []
    for (i, celsius) in [5, 9, 9.25, 9, 7].enumerated() {
      told += try run(
        bench,
        [
          Sample(
            stream: "reefers", source: "trailer-7", time: 1_700_000_000 * second + Int64(i) * 300 * second,
            monotonic: Int64(i) * 300 * second, celsius: celsius)
        ])
    }
    #expect(told.map(\.stream) == ["alerts", "alerts"])
    #expect(
      told.map(\.body) == [
        #"{"alert":"trailer-7:reefers:high:2","kind":"high","state":"opened","asset":"trailer-7","stream":"reefers","severity":"critical","temperature_c":9,"limit_c":8,"worst_c":9.25,"since":"2023-11-14T22:18:20.000Z","duration_s":600,"mkt_c":7.964,"first_sequence":2,"last_sequence":4}"#,
        #"{"alert":"trailer-7:reefers:high:2","kind":"high","state":"cleared","reason":"recovered","asset":"trailer-7","stream":"reefers","severity":"critical","temperature_c":7,"limit_c":8,"worst_c":9.25,"since":"2023-11-14T22:18:20.000Z","duration_s":900,"mkt_c":8.235,"first_sequence":2,"last_sequence":5}"#,
      ])
  }

  @Test func silentBoxIsSeenByTheOthers() throws {
    let bench = try makeBench(["silent_after_s": .number(1000), "gap_s": .number(100_000)])
    var states: [String] = []
    for i in 0..<60 as Range<Int64> where true {
      for box in ["quiet", "busy"] where box == "busy" || i < 5 || i >= 50 {
        let sample = Sample(
          stream: "rooms", source: box, time: i * 60 * second, monotonic: i * 60 * second, celsius: 5)
        states += try run(bench, [sample]).filter { $0.stream == "alerts" }.map { "\(i) \($0.source) \($0.body)" }
      }
    }
    #expect(states.count == 2)
    #expect(states.first?.contains(#"quiet {"alert":"quiet:rooms:silent:9","kind":"silent","state":"opened""#) == true)
    #expect(
      states.last?.hasPrefix(#"50 quiet {"alert":"quiet:rooms:silent:9","kind":"silent","state":"cleared""#) == true)
  }

  @Test func retainedMessagesAreNotMeasurements() throws {
    let bench = try makeBench(["excursion_s": .number(0)])
    bench.add(
      stream: "rooms", source: "a", eventTimeNs: 0, flags: UInt32(CROSSDOCK_FLAG_RETAINED), columns: [30])
    #expect(try bench.run() == [])
  }

  @Test(arguments: [
    ("low_limit_c", 9.0), ("hysteresis_c", 6), ("hysteresis_c", -1), ("gap_s", 0), ("mkt_window_h", 0),
    ("sensor_min_c", 95), ("excursion_s", -1), ("update_step_c", .nan),
  ]) func unusableOptionIsNamed(_ key: String, _ value: Double) {
    #expect { try makeBench([key: .number(value)]) } throws: { "\($0)".hasPrefix("\(key) = ") }
  }

  @Test func columnThatIsNotThereIsNamed() {
    #expect { try makeBench(["column": .string("temp")]) } throws: {
      "\($0)".contains("no stream has a field \"temp\"")
    }
    #expect { try makeBench(writes: []) } throws: { "\($0)".contains("writes is empty") }
  }

  @Test func restartAtAnyRecordGivesTheSameOutputs() throws {
    let seed = SeededNumbers.seed(default: 73)
    var told = 0
    for life in 0..<3 as Range<UInt64> {
      let samples = scenario(seed &+ life, count: 300)
      let whole = try run(try makeBench(busy), samples[...])
      let stepwise = try makeBench(busy)
      var before: [PluginBench.Emitted] = []
      for cut in samples.indices {
        let restarted = try makeBench(busy)
        // The new instance has seen other values under the same sequences: all that it knows must come from the checkpoint.
        for sample in samples[..<cut] {
          Sample(stream: sample.stream, source: sample.source, time: 1, monotonic: 1, celsius: .nan).add(to: restarted)
        }
        _ = try run(restarted, [])
        try restarted.restore(stepwise.checkpoint())
        #expect(restarted.checkpoint() == stepwise.checkpoint())
        let after = try run(restarted, samples[cut...])
        let isSame = (before + after).map(\.body) == whole.map(\.body)
        #expect(isSame, "seed \(seed &+ life), cut \(cut)")
        before += try run(stepwise, samples[cut...cut])
      }
      #expect(before.map(\.body) == whole.map(\.body))
      told += whole.count
    }
    #expect(told > 80)
    print("900 restarts, \(told) records told, all the same")
  }

  @Test func everyDamageOfACheckpointIsNoticed() throws {
    let bench = try makeBench(busy)
    _ = try run(bench, scenario(3, count: 300)[...])
    let good = bench.checkpoint()
    let other = try makeBench(busy)
    let empty = other.checkpoint()
    for count in stride(from: 0, to: good.count, by: 11) {
      #expect(throws: PluginError.self) { try other.restore(Array(good[..<count])) }
    }
    for i in stride(from: 0, to: good.count, by: 7) {
      var bad = good
      bad[i] ^= 0x20
      #expect(throws: PluginError.self) { try other.restore(bad) }
    }
    #expect(throws: PluginError.self) { try other.restore(good + [0]) }
    #expect(other.checkpoint() == empty)
  }

  @Test func windowOfAnotherLengthBeginsAnewAndAlertsStay() throws {
    let bench = try makeBench(["excursion_s": .number(0)])
    _ = try run(bench, [Sample(stream: "rooms", source: "a", time: 0, monotonic: 0, celsius: 9)])
    let changed = try makeBench(["excursion_s": .number(0), "mkt_window_h": .number(24)])
    try changed.restore(bench.checkpoint())
    #expect(changed.logLines.contains { $0.contains("mkt_window_h is another") })
    let told = try run(
      changed, [Sample(stream: "rooms", source: "a", time: second, monotonic: second, celsius: 12)])
    #expect(told.count == 1 && told[0].body.contains(#""state":"updated""#))
  }
}

import CrossdockPlugin
import JSONText
import PredictiveMaintenance
import Seeded
import Testing

private let streams: [PluginContext.Stream] = [
  .init(name: "vibration", columns: []), .init(name: "temperatures", columns: ["motor_c", "gearbox_c"]),
  .init(name: "work", columns: []),
]

@Suite struct MachineEventTests {
  private func bench() throws -> PluginBench {
    try PluginBench(
      MaintenanceModel.self,
      options: [
        "learn_count": .integer(20), "events": .string("events"), "event_stream": .string("work"),
        "kind": .string("bearing"),
      ], streams: streams, writes: ["alerts", "events"])
  }

  private func feed(_ bench: PluginBench, _ count: Int, motor: Double, gearbox: Double = 40) throws -> [JSONValue] {
    for i in 0..<count {
      bench.add(
        stream: "temperatures", source: "press-1", eventTimeNs: 0,
        columns: [motor + 0.1 * Double(i % 3), gearbox + 0.1 * Double(i % 3)])
    }
    return try bench.run().map { try JSONValue.parse($0.body) }
  }

  private func event(_ bench: PluginBench, _ body: String) throws -> [JSONValue] {
    bench.add(stream: "work", source: "cmms", eventTimeNs: 7, body: body)
    return try bench.run().map { try JSONValue.parse($0.body) }
  }

  @Test func aReplacedSensorIsLearnedAnewAndItsAlertEnds() throws {
    let bench = try bench()
    #expect(try feed(bench, 40, motor: 60).isEmpty)
    #expect(try feed(bench, 3, motor: 90).count == 1)
    let answer = try event(
      bench, #"{"event":"sensor-replaced","asset":"press-1","component":"motor_c","note":"PT100"}"#)
    try #require(answer.count == 2)
    #expect(answer[0]["state"]?.string == "cleared")
    #expect(answer[0]["reason"]?.string == "sensor-replaced")
    #expect(answer[1]["event"]?.string == "baseline-reset")
    #expect(answer[1]["cause"]?.string == "sensor-replaced")
    #expect(answer[1]["note"]?.string == "PT100")
    #expect(answer[1]["signals"]?.integer == 1)
    #expect(answer[1]["inputs"]?["stream"]?.string == "work")
    #expect(answer[1]["inputs"]?["first"]?.integer == 1)
    // 90 is the new normal of the motor; the gearbox still knows its own.
    #expect(try feed(bench, 40, motor: 90).isEmpty)
    #expect(try feed(bench, 3, motor: 90, gearbox: 70).map { $0["component"]?.string } == ["gearbox_c"])
  }

  @Test func maintenanceOfAnAssetResetsAllOfItInAllStreamsAndNoOther() throws {
    let bench = try bench()
    var numbers = SeededNumbers(3)
    _ = try feed(bench, 40, motor: 60)
    bench.add(stream: "temperatures", source: "press-2", eventTimeNs: 0, columns: [1, 1])
    bench.add(stream: "vibration", source: "press-1", eventTimeNs: 0, samples: numbers.noise(64, amplitude: 1))
    _ = try bench.run()
    let answer = try event(bench, #"{"event":"maintenance","asset":"press-1"}"#)
    #expect(answer.map { $0["signals"]?.integer } == [6])
    #expect(try feed(bench, 20, motor: 500).isEmpty)
  }

  @Test func whatIsNoEventIsCountedAndSaidAndChangesNothing() throws {
    let bench = try bench()
    _ = try feed(bench, 40, motor: 60)
    let before = bench.checkpoint()
    for body in [
      "", "[]", "{", #"{"event":"exploded","asset":"press-1"}"#, #"{"event":7}"#, #"{"event":"maintenance"}"#,
      #"{"event":"maintenance","asset":""}"#, #"{"event":"maintenance","asset":"press-1","component":1}"#,
    ] {
      #expect(try event(bench, body).isEmpty)
      #expect(bench.logLines.last?.contains("is no event") == true)
    }
    #expect(bench.counters["invalid_events"] == 8)
    #expect(try event(bench, #"{"something":"else"}"#).isEmpty)
    #expect(bench.counters["other_events"] == 1)
    #expect(bench.checkpoint() == before)
    // About nothing that is watched: it is said, and recorded.
    let answer = try event(bench, #"{"event":"maintenance","asset":"press-9"}"#)
    #expect(answer.map { $0["signals"]?.integer } == [0])
    #expect(bench.logLines.last?.contains("\"press-9\"") == true)
  }
}

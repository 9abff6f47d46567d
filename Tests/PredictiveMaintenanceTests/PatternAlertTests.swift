import CrossdockPlugin
import Glibc
import JSONText
import PredictiveMaintenance
import Seeded
import Testing

@Suite struct PatternAlertTests {
  /// A course that stops swinging stays within the limits of each value: it is neither high nor low.
  @Test func unusualCourseWithinTheLimitsIsAPatternWithTheDetectorsScore() throws {
    let bench = try PluginBench(
      MaintenanceModel.self,
      options: ["detectors": .string("baseline pattern"), "warning_z": .number(50), "critical_z": .number(100)],
      streams: [.init(name: "t", columns: ["c"])], writes: ["alerts"])
    var numbers = SeededNumbers(default: 17)
    for i in 0..<3000 {
      let swing = i < 2600 ? 10 * sin(2 * Double.pi * Double(i) / 50) : 10
      bench.add(stream: "t", source: "a", eventTimeNs: Int64(i), columns: [50 + swing + 0.2 * numbers.gaussian()])
    }
    let opened = try bench.run().map { try JSONValue.parse($0.body) }.filter { $0["state"]?.string == "opened" }
    let alert = try #require(opened.last)
    #expect(alert["fault"]?[0]?["type"]?.string == "pattern")
    let score = try #require(alert["fault"]?[0]?["probability"]?.number)
    #expect(score >= 0.428 && score < 1)
    #expect(alert["evidence"]?[1]?["feature"]?.string == "c_pattern")
  }
}

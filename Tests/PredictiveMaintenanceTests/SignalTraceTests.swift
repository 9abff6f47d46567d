import CrossdockPlugin
import PredictiveMaintenance
import Seeded
import Testing

/// What pictures show of a signal is what the model compared with, also behind what was done to the machine.
@Suite struct SignalTraceTests {
  /// The plugin's defaults but for what this machine needs.
  private var context: PluginContext {
    var options: [String: PluginContext.Value] = [:]
    for option in MaintenanceModel.manifest.options {
      let text = option.defaultValue ?? ""
      switch option.kind {
      case .string: options[option.key] = .string(text)
      case .integer: options[option.key] = .integer(Int64(text) ?? 0)
      case .number: options[option.key] = .number(Double(text) ?? 0)
      case .boolean: options[option.key] = .boolean(text == "true")
      case .file, .files: options[option.key] = .files([])
      }
    }
    options["learn_count"] = .integer(20)
    options["kind"] = .string("bearing")
    return PluginContext(
      options: options, streams: [.init(name: "temperatures", columns: ["motor_c", "gearbox_c"])], writes: ["alerts"]
    ) { _, _ in }
  }

  private func trace(_ column: String?) throws -> SignalTrace {
    try SignalTrace(context, asset: "press-1", column: column)
  }

  private func feed(_ trace: inout SignalTrace, _ count: Int, _ value: Double) -> SignalTrace.Point? {
    var point: SignalTrace.Point?
    for i in 0..<count {
      point = trace.observe(value + 0.1 * Double(i % 3), sequence: UInt64(i + 1), timeNs: Int64(i))
    }
    return point
  }

  @Test func aReplacedSensorIsLearnedAnewInThePicture() throws {
    var trace = try trace("motor_c")
    #expect(feed(&trace, 40, 50)?.health ?? 0 > 0.9)
    #expect(
      trace.take(event: Array(#"{"event":"sensor-replaced","asset":"press-1","component":"motor_c"}"#.utf8))
        == "sensor-replaced")
    // It learns, as the model does.
    let first = feed(&trace, 1, 70)
    #expect(first?.limits == nil && first?.health == nil)
    let last = try #require(feed(&trace, 60, 70))
    #expect(abs((last.limits?.centre ?? 0) - 70.1) < 0.2)
    #expect(last.health ?? 0 > 0.9)
  }

  @Test func maintenanceOfTheWholeMachineResetsItsWaveform() throws {
    var trace = try trace(nil)
    var numbers = SeededNumbers(5)
    func feed(_ count: Int, _ amplitude: Double) -> SignalTrace.Point? {
      var point: SignalTrace.Point?
      for i in 0..<count {
        point = trace.observe(numbers.noise(256, amplitude: amplitude), sequence: UInt64(i + 1), timeNs: Int64(i))
      }
      return point
    }
    #expect(feed(40, 1)?.health ?? 0 > 0.5)
    #expect(feed(1, 9)?.health ?? 1 < 0.5)
    #expect(trace.take(event: Array(#"{"event":"maintenance","asset":"press-1"}"#.utf8)) == "maintenance")
    #expect(feed(40, 9)?.health ?? 0 > 0.5)
  }

  @Test(arguments: [
    #"{"event":"maintenance","asset":"press-2"}"#,
    #"{"event":"maintenance","asset":"press-1","component":"gearbox_c"}"#,
    #"{"event":"exploded","asset":"press-1"}"#, #"{"command":"rollback","model":"gov"}"#, "", "[]",
  ])
  func whatIsNotAboutTheSignalChangesNothing(body: String) throws {
    var trace = try trace("motor_c")
    _ = feed(&trace, 40, 50)
    #expect(trace.take(event: Array(body.utf8)) == nil)
    #expect(feed(&trace, 1, 70)?.health ?? 1 < 0.5)
  }
}

internal import ConditionMonitoring
internal import CrossdockPlugin

/// The option table, and its values checked.
struct MaintenanceOptions {
  var waveforms: MonitorParameters
  var scalars: MonitorParameters
  var maxSignals: Int
  var maintenance: String

  static let table: [PluginOption] = [
    PluginOption(
      "learn_count", .integer, default: "0",
      help: "Values of a signal that its baseline is learned from, at least 8; 0: 50 waveforms, 200 scalar values."),
    PluginOption(
      "adapt_count", .integer, default: "0",
      help:
        "Time constant, in values, with which the baseline follows slow change; 0: 1000 waveforms, 200 scalar values."),
    PluginOption(
      "drift_limit", .number, default: "3",
      help: "Vibration baselines stay within this many learned scales of what was learned, so that wear is not adopted."
    ),
    PluginOption("warning_z", .number, default: "6", help: "Robust z-score from which a value counts as deviating."),
    PluginOption("critical_z", .number, default: "12", help: "Robust z-score from which a deviation is critical."),
    PluginOption("clear_z", .number, default: "3", help: "Robust z-score below which a value counts as recovered."),
    PluginOption(
      "persistence_hits", .integer, default: "3", help: "An alert needs this many deviating values among the last ones."
    ),
    PluginOption(
      "persistence_window", .integer, default: "5", help: "How many last values persistence_hits looks at, 1 to 32."),
    PluginOption(
      "clear_count", .integer, default: "10", help: "Recovered values in a row after which an alert is cleared."),
    PluginOption(
      "refractory_count", .integer, default: "30", help: "Values after a cleared alert in which no new one is opened."),
    PluginOption(
      "relearn_count", .integer, default: "0",
      help: "Values in alarm after which the new level is taken for normal and learned anew; 0: never."),
    PluginOption(
      "scalar_direction", .string, default: "both",
      help: "Which deviations of scalar signals count: both, up or down. Vibration features always count upwards."),
    PluginOption(
      "floor_relative", .number, default: "0.01",
      help: "Least scale of a baseline as a part of its centre, for signals that hardly vary."),
    PluginOption(
      "floor_absolute", .number, default: "1e-9", help: "Least scale of a baseline in the signal's unit, above 0."),
    PluginOption(
      "max_signals", .integer, default: "10000",
      help:
        "Signals watched at most; the source not heard from for longest is forgotten. A vibration sensor is 4 signals."),
    PluginOption(
      "maintenance", .string, default: "", help: "What to do about an alert, for example \"grease or replace bearing\"."
    ),
  ]

  init(_ context: PluginContext) throws {
    func whole(_ key: String, _ range: ClosedRange<Int64>) throws -> Int {
      let value = context.integer(key)
      guard range.contains(value) else {
        throw PluginError("\(key) = \(value): must be \(range.lowerBound) to \(range.upperBound)")
      }
      return Int(value)
    }
    func number(_ key: String, _ range: ClosedRange<Double>) throws -> Double {
      let value = context.number(key)
      guard range.contains(value) else {
        throw PluginError("\(key) = \(value): must be \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    var thresholds = AlarmState.Thresholds()
    thresholds.warning = try number("warning_z", 0.1...1e5)
    thresholds.critical = try number("critical_z", thresholds.warning...1e6)
    thresholds.clear = try number("clear_z", 0...thresholds.warning)
    thresholds.window = try whole("persistence_window", 1...32)
    thresholds.hits = try whole("persistence_hits", 1...Int64(thresholds.window))
    thresholds.clearCount = try whole("clear_count", 1...1_000_000)
    thresholds.refractoryCount = try whole("refractory_count", 0...1_000_000)
    thresholds.relearnCount = try whole("relearn_count", 0...1_000_000_000)
    let learnCount = try whole("learn_count", 0...1_000_000)
    guard learnCount == 0 || learnCount >= RobustBaseline.leastLearnCount else {
      throw PluginError("learn_count = \(learnCount): must be 0 or at least \(RobustBaseline.leastLearnCount)")
    }
    let adaptCount = try whole("adapt_count", 0...1_000_000_000)
    let baseline = RobustBaseline.Parameters(
      learnCount: learnCount == 0 ? 200 : learnCount, adaptCount: adaptCount == 0 ? 200 : adaptCount,
      relativeFloor: try number("floor_relative", 0...10), absoluteFloor: try number("floor_absolute", 1e-30...1e30))
    guard let direction = MonitorParameters.Direction(rawValue: context.string("scalar_direction")) else {
      throw PluginError("scalar_direction = \"\(context.string("scalar_direction"))\": must be both, up or down")
    }
    scalars = MonitorParameters(baseline: baseline, thresholds: thresholds, direction: direction)
    waveforms = MonitorParameters(baseline: baseline, thresholds: thresholds, direction: .up)
    waveforms.baseline.learnCount = learnCount == 0 ? 50 : learnCount
    waveforms.baseline.adaptCount = adaptCount == 0 ? 1000 : adaptCount
    waveforms.baseline.driftLimit = try number("drift_limit", 0...1e6)
    maxSignals = try whole("max_signals", 1...10_000_000)
    maintenance = context.string("maintenance")
  }
}

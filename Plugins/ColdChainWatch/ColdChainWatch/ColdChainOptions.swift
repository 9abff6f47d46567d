internal import ColdChain
internal import CrossdockPlugin

/// The option table, and its values checked.
struct ColdChainOptions {
  var rules: BoxRules
  var column: String
  var silentAfterNs: Int64
  var maxBoxes: Int

  static let table: [PluginOption] = [
    PluginOption(
      "column", .string, default: "",
      help: "The numeric field that is the temperature in degrees Celsius; empty: the first one of each stream."),
    PluginOption("high_limit_c", .number, default: "8", help: "Above it the goods are too warm."),
    PluginOption("low_limit_c", .number, default: "2", help: "Below it the goods are too cold."),
    PluginOption(
      "excursion_s", .number, default: "900",
      help: "A temperature has to be beyond its limit for so long before an alert opens; 0: at the first sample."),
    PluginOption(
      "hysteresis_c", .number, default: "0.5",
      help: "An alert clears only when the temperature is so far inside its limit."),
    PluginOption("clear_s", .number, default: "300", help: "… and has been there for so long."),
    PluginOption("update_every_s", .number, default: "3600", help: "An open alert is told again after so long."),
    PluginOption(
      "update_step_c", .number, default: "2",
      help: "… or at once when its worst temperature has become so much worse."),
    PluginOption(
      "gap_s", .number, default: "900",
      help:
        "A temperature holds until the next sample, but no longer than this: what is longer is a gap. At least two sample periods."
    ),
    PluginOption(
      "silent_after_s", .number, default: "1800",
      help: "A box not heard from for so long, while others of the same streams are, is told as silent; 0: never."),
    PluginOption(
      "mkt_window_h", .number, default: "720",
      help: "Length of the window of the mean kinetic temperature: 720 is 30 days."),
    PluginOption(
      "mkt_limit_c", .number, default: "1000",
      help: "Above it an alert is opened for the mean kinetic temperature; 1000: never."),
    PluginOption(
      "mkt_hysteresis_c", .number, default: "0.1", help: "That alert clears when it is so far below."),
    PluginOption(
      "activation_energy_kj_mol", .number, default: "83.144",
      help: "ΔH of the goods, for the mean kinetic temperature; 83.144 is the usual one where nothing better is known."),
    PluginOption(
      "summary_every_s", .number, default: "3600",
      help: "How often each box is summed up, if there is a second stream in `writes`."),
    PluginOption(
      "sensor_min_c", .number, default: "-90", help: "A value below it is a broken sensor, not a temperature."),
    PluginOption(
      "sensor_max_c", .number, default: "90", help: "A value above it is a broken sensor, not a temperature."),
    PluginOption(
      "max_boxes", .integer, default: "500",
      help: "Boxes watched at most, with about 3 kB each; the one not heard from for longest is forgotten."),
  ]

  init(_ context: PluginContext) throws {
    func number(_ key: String, _ range: ClosedRange<Double>) throws -> Double {
      let value = context.number(key)
      guard range.contains(value) else {
        throw PluginError("\(key) = \(value): must be \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    func seconds(_ key: String, _ range: ClosedRange<Double>) throws -> Int64 {
      Int64(try number(key, range) * 1e9)
    }
    let year = 366.0 * 86_400
    let low = try number("low_limit_c", -1000...1000)
    let high = try number("high_limit_c", -1000...1000)
    guard low < high else { throw PluginError("low_limit_c = \(low): must be below high_limit_c = \(high)") }
    let hysteresis = try number("hysteresis_c", 0...100)
    guard low + hysteresis < high else {
      throw PluginError(
        "hysteresis_c = \(hysteresis): there would be nothing left between the limits \(low) and \(high)")
    }
    let sensorMin = try number("sensor_min_c", -200...200)
    let sensorMax = try number("sensor_max_c", -200...200)
    guard sensorMin < sensorMax else {
      throw PluginError("sensor_min_c = \(sensorMin): must be below sensor_max_c = \(sensorMax)")
    }
    let openAfter = try seconds("excursion_s", 0...year)
    let clearAfter = try seconds("clear_s", 0...year)
    let updateEvery = try seconds("update_every_s", 1...year)
    let step = try number("update_step_c", 0.01...1000)
    func rule(_ direction: ExcursionRule.Direction, _ limit: Double) -> ExcursionRule {
      ExcursionRule(
        direction, limit: limit, hysteresis: hysteresis, openAfterNs: openAfter, clearAfterNs: clearAfter,
        updateEveryNs: updateEvery, updateStep: step)
    }
    rules = BoxRules(
      high: rule(.above, high), low: rule(.below, low),
      kinetic: ExcursionRule(
        .above, limit: try number("mkt_limit_c", -200...1000), hysteresis: try number("mkt_hysteresis_c", 0...100),
        openAfterNs: 0, clearAfterNs: 0, updateEveryNs: updateEvery, updateStep: step),
      gapNs: try seconds("gap_s", 1...31 * 86_400), windowNs: try seconds("mkt_window_h", 0.1...24 * 366) * 3600,
      summaryNs: try seconds("summary_every_s", 1...31 * 86_400),
      activationEnergy: try number("activation_energy_kj_mol", 1...1000), sensor: sensorMin...sensorMax)
    column = context.string("column")
    silentAfterNs = try seconds("silent_after_s", 0...year)
    let boxes = context.integer("max_boxes")
    guard (1...100_000).contains(boxes) else { throw PluginError("max_boxes = \(boxes): must be 1 to 100000") }
    maxBoxes = Int(boxes)
  }
}

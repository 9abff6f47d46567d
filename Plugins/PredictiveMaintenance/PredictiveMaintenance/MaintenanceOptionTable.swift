internal import CrossdockPlugin

extension MaintenanceOptions {
  /// Every option has a default; a few words (`kind`, `bearing`, `speed_rpm`) are enough.
  static let table: [PluginOption] = machine + detection + quality + alerting + bounds

  private static let machine: [PluginOption] = [
    PluginOption(
      "kind", .string, default: "generic",
      help: "What is watched: generic, bearing, motor, pump, fan or gearbox. Sets the defaults of the other options."),
    PluginOption(
      "component", .string, default: "",
      help: "What the waveform belongs to, as alerts call it; empty: the kind, or \"waveform\" where that is generic."),
    PluginOption(
      "bearing", .string, default: "",
      help: "Designation of the bearing, as in 6205: with speed and sample_rate_hz its fault lines are looked for."),
    PluginOption(
      "balls", .integer, default: "0", help: "Geometry of a bearing that is not in the catalogue: balls or rollers."),
    PluginOption("ball_diameter_mm", .number, default: "0", help: "Its ball diameter."),
    PluginOption("pitch_diameter_mm", .number, default: "0", help: "Its pitch diameter."),
    PluginOption("contact_angle_deg", .number, default: "0", help: "Its contact angle."),
    PluginOption("speed_rpm", .number, default: "0", help: "Speed of the shaft; 0: not known, or see speed_column."),
    PluginOption(
      "speed_column", .string, default: "", help: "Column of the waveform's stream that has the speed in r/min."),
    PluginOption("sample_rate_hz", .number, default: "0", help: "Rate at which waveforms were sampled."),
    PluginOption("vibration_unit", .string, default: "g", help: "What waveforms are in: g, or m/s2."),
    PluginOption(
      "samples_scale", .number, default: "0",
      help:
        "What one count of a waveform is in vibration_unit, as 0.001: samples are multiplied by it. 0: they are in that unit. "
        + "machine_group needs it where samples_format of the feed is i16."),
    PluginOption(
      "machine_group", .integer, default: "0",
      help: "Group of ISO 20816-3: 1 (above 300 kW) or 2 (15 to 300 kW); 0: no vibration zones. Needs sample_rate_hz."),
    PluginOption("foundation", .string, default: "rigid", help: "rigid or flexible, for machine_group."),
    PluginOption(
      "maintenance", .string, default: "", help: "What to do about an alert, for example \"grease or replace bearing\"."
    ),
  ]

  private static let detection: [PluginOption] = [
    PluginOption(
      "detectors", .string, default: "auto",
      help: "Words of: auto, all, baseline, pattern, multivariate, trees, envelope. auto: baseline, and envelope where "
        + "bearing, speed and sample rate are known."),
    PluginOption(
      "bundles", .files, default: "",
      help: "Trained models: [\"model:NAME\"] for each that `crossdock model install` has put into the store."),
    PluginOption(
      "drift", .string, default: "auto",
      help: "What is watched for drift: auto (models from bundles, and signals when events are written), all, or off."),
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
      "failure_z", .number, default: "10",
      help:
        "RMS of a waveform that counts as failure, in standard deviations of the healthy RMS (at least 15 % of it): remaining "
        + "life is the time to it."),
    PluginOption(
      "scalar_direction", .string, default: "auto",
      help:
        "Which deviations of scalar signals count: both, up, down, or auto: as the kind says (motor, fan, gearbox: up; "
        + "else both). Vibration features always count upwards."),
    PluginOption(
      "floor_relative", .number, default: "0.01",
      help: "Least scale of a baseline as a part of its centre, for signals that hardly vary."),
    PluginOption(
      "floor_absolute", .number, default: "1e-9", help: "Least scale of a baseline in the signal's unit, above 0."),
  ]

  private static let quality: [PluginOption] = [
    PluginOption(
      "minimum", .number, default: "-1e100",
      help: "Least plausible value of a column: what is below is flagged, counted and takes no part. -1e100: none."),
    PluginOption("maximum", .number, default: "1e100", help: "Greatest plausible value of a column. 1e100: none."),
    PluginOption(
      "maximum_rate_per_s", .number, default: "0",
      help: "How much a column may change in a second, by the times of the records. 0: not checked."),
    PluginOption(
      "stuck_count", .integer, default: "0",
      help: "So many equal values in a row are a sensor that is stuck. 0: not checked."),
    PluginOption(
      "plausible", .string, default: "",
      help: "The same for single columns: \"motor_c -40..150 rate 2 stuck 600, pressure_bar 0..16\"."),
  ]

  private static let alerting: [PluginOption] = [
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
      "storm_per_asset_per_hour", .integer, default: "6",
      help:
        "Alerts that may open for one source of a stream in an hour; more are held back, counted and reported as a storm. Critical ones have "
        + "four times as much room beside it."
    ),
    PluginOption("storm_per_hour", .integer, default: "60", help: "The same for all sources together."),
    PluginOption(
      "events", .string, default: "",
      help:
        "The stream of writes for events (drift, retrain-request, baseline-reset, alert-storm, data-quality, model-event); empty: the "
        + "third of them, where there is one."),
    PluginOption(
      "event_stream", .string, default: "",
      help:
        "The stream of reads that says what was done to machines: {\"event\":\"maintenance\" or \"sensor-replaced\","
        + "\"asset\":…,\"component\":…}. It resets baselines."),
  ]

  private static let bounds: [PluginOption] = [
    PluginOption(
      "max_signals", .integer, default: "10000",
      help:
        "Signals watched at most; the source not heard from for longest is forgotten. A vibration sensor is 4 signals.")
  ]
}

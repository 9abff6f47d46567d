internal import ConditionMonitoring
internal import CrossdockPlugin
internal import Prognosis

/// The options' values, checked: an error names its option.
struct MaintenanceOptions {
  var kind: MachineKind
  /// What a waveform belongs to, as alerts call it.
  var component: String
  var machine: MachineOptions
  var waveforms: MonitorParameters
  var scalars: MonitorParameters
  var detectors: Set<Detector>
  var drift: Drift
  var plausibility: PlausibilityOptions
  var degradation: DegradationPrognosis.Parameters
  var storm: AlertStorm.Limits
  /// Of `writes`; nil: events are not written.
  var eventsStream: String?
  /// Number in `streams`; nil: no stream brings events.
  var eventInput: UInt16?
  var maxSignals: Int
  var maintenance: String

  private static let unreachable = 10 * RobustBaseline.largestScore

  /// The longest life that is told: a year.
  private static let horizonS = 365.0 * 86_400

  /// Whether plain signals are watched for drift.
  var watchesSignalDrift: Bool { drift == .all || (drift == .auto && eventsStream != nil) }

  /// A word of `detectors`.
  enum Detector: String, CaseIterable {
    case baseline
    case pattern
    case multivariate
    case trees
    case envelope
  }

  enum Drift: String, CaseIterable {
    case auto
    case all
    case off
  }

  init(_ context: PluginContext) throws {
    let values = CheckedOptions(context)
    kind = try values.word("kind", MachineKind.self)
    let named = context.string("component")
    component = named.isEmpty ? kind.component : named
    machine = try MachineOptions(values)
    let thresholds = try Self.thresholds(values)
    let learnCount = try values.whole("learn_count", 0...1_000_000)
    guard learnCount == 0 || learnCount >= RobustBaseline.leastLearnCount else {
      throw PluginError("learn_count = \(learnCount): must be 0 or at least \(RobustBaseline.leastLearnCount)")
    }
    let adaptCount = try values.whole("adapt_count", 0...1_000_000_000)
    let baseline = RobustBaseline.Parameters(
      learnCount: learnCount == 0 ? 200 : learnCount, adaptCount: adaptCount == 0 ? 200 : adaptCount,
      relativeFloor: try values.number("floor_relative", 0...10),
      absoluteFloor: try values.number("floor_absolute", 1e-30...1e30))
    scalars = MonitorParameters(
      baseline: baseline, thresholds: thresholds, direction: try Self.direction(values, kind))
    waveforms = MonitorParameters(baseline: baseline, thresholds: thresholds, direction: .up)
    waveforms.baseline.learnCount = learnCount == 0 ? 50 : learnCount
    waveforms.baseline.adaptCount = adaptCount == 0 ? 1000 : adaptCount
    waveforms.baseline.driftLimit = try values.number("drift_limit", 0...1e6)
    detectors = try Self.detectors(context.string("detectors"))
    if !detectors.contains(.baseline) {
      // The baselines are learned and are part of the evidence; that a value lies outside is no alert.
      scalars.thresholds.warning = Self.unreachable
      scalars.thresholds.critical = Self.unreachable
    }
    drift = try values.word("drift", Drift.self)
    plausibility = try PlausibilityOptions(values)
    // As `crossdock trend` has them, which is where they were tried: the RMS itself, growing by factors.
    degradation = DegradationPrognosis.Parameters(
      onset: .init(learnCount: waveforms.baseline.learnCount, relativeFloor: 0.15), shape: .exponential,
      threshold: try values.number("failure_z", 4...1e5), horizon: Self.horizonS)
    storm = AlertStorm.Limits(
      perAssetPerHour: try values.whole("storm_per_asset_per_hour", 1...1_000_000),
      perHour: try values.whole("storm_per_hour", 1...1_000_000))
    eventsStream = try Self.eventsStream(context)
    eventInput = try Self.eventInput(context)
    maxSignals = try values.whole("max_signals", 1...10_000_000)
    maintenance = context.string("maintenance")
  }

  private static func thresholds(_ values: CheckedOptions) throws -> AlarmState.Thresholds {
    var thresholds = AlarmState.Thresholds()
    thresholds.warning = try values.number("warning_z", 0.1...1e5)
    thresholds.critical = try values.number(
      "critical_z", thresholds.warning...1e6, because: "not below warning_z")
    thresholds.clear = try values.number("clear_z", 0...thresholds.warning, because: "not above warning_z")
    thresholds.window = try values.whole("persistence_window", 1...32)
    thresholds.hits = try values.whole(
      "persistence_hits", 1...Int64(thresholds.window), because: "not above persistence_window")
    thresholds.clearCount = try values.whole("clear_count", 1...1_000_000)
    thresholds.refractoryCount = try values.whole("refractory_count", 0...1_000_000)
    thresholds.relearnCount = try values.whole("relearn_count", 0...1_000_000_000)
    return thresholds
  }

  private static func direction(
    _ values: CheckedOptions, _ kind: MachineKind
  ) throws -> MonitorParameters.Direction {
    let text = values.context.string("scalar_direction")
    if text == "auto" { return kind.scalarDirection }
    guard let direction = MonitorParameters.Direction(rawValue: text) else {
      throw PluginError("scalar_direction = \"\(text)\": must be auto, both, up or down")
    }
    return direction
  }

  private static func detectors(_ text: String) throws -> Set<Detector> {
    var all: Set<Detector> = []
    for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
      switch String(word) {
      case "auto": all.formUnion([.baseline, .envelope])
      case "all": all.formUnion(Detector.allCases)
      case let name:
        guard let detector = Detector(rawValue: name) else {
          let known = Detector.allCases.map(\.rawValue).joined(separator: ", ")
          throw PluginError("detectors = \"\(text)\": there is no \"\(name)\"; words of: auto, all, \(known)")
        }
        all.insert(detector)
      }
    }
    guard !all.isEmpty else { throw PluginError("detectors = \"\(text)\": names none; \"auto\" is the default") }
    return all
  }

  private static func eventsStream(_ context: PluginContext) throws -> String? {
    let name = context.string("events")
    guard !name.isEmpty else { return context.writes.count > 2 ? context.writes[2] : nil }
    guard context.writes.contains(name) else {
      throw PluginError("events = \"\(name)\": is not in writes (\(context.writes.joined(separator: ", ")))")
    }
    guard name != context.writes.first else {
      throw PluginError("events = \"\(name)\": is the stream for alerts, the first of writes; name another one")
    }
    return name
  }

  private static func eventInput(_ context: PluginContext) throws -> UInt16? {
    let name = context.string("event_stream")
    guard !name.isEmpty else { return nil }
    guard let number = context.stream(name) else {
      throw PluginError("event_stream = \"\(name)\": there is no such stream; it must be one of reads")
    }
    return number
  }
}

/// Reads options and checks their ranges.
struct CheckedOptions {
  let context: PluginContext

  init(_ context: PluginContext) {
    self.context = context
  }

  /// - Parameter reason: where a bound is another option's value: which.
  func whole(_ key: String, _ range: ClosedRange<Int64>, because reason: String = "") throws -> Int {
    let value = context.integer(key)
    guard range.contains(value) else {
      throw Self.outside("\(key) = \(value): must be \(range.lowerBound) to \(range.upperBound)", reason)
    }
    return Int(value)
  }

  func number(_ key: String, _ range: ClosedRange<Double>, because reason: String = "") throws -> Double {
    let value = context.number(key)
    guard range.contains(value) else {
      throw Self.outside("\(key) = \(value): must be \(range.lowerBound) to \(range.upperBound)", reason)
    }
    return value
  }

  private static func outside(_ text: String, _ reason: String) -> PluginError {
    PluginError(reason.isEmpty ? text : "\(text), \(reason)")
  }

  func word<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type) throws -> Word
  where Word.RawValue == String {
    let text = context.string(key)
    guard let word = Word(rawValue: text) else {
      throw PluginError("\(key) = \"\(text)\": must be \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }
}

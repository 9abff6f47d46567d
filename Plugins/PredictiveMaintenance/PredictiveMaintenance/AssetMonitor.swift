internal import AnomalyDetection
internal import ConditionMonitoring

/// What is watched of one source in one stream.
final class AssetMonitor {
  let key: UInt64
  let stream: UInt16
  let source: UInt32
  /// The source's name: what events and alerts call the asset.
  let name: String
  /// One for each column of the stream; empty until the source sends columns.
  var scalars: [SignalMonitor] = []
  /// Nil until the source sends a waveform.
  var waveform: WaveformMonitor?
  /// Made together with it.
  var wear: WaveformWear?
  /// Of each column, where patterns are looked for.
  var patterns: [SignalDetector] = []
  /// Of each column, where drift is watched.
  var drift: [SignalDrift] = []
  /// Of the columns; nil where nothing is checked.
  var checks: ColumnChecks?
  /// Of the columns together; nil where no such detector is asked for.
  var group: GroupMonitor?
  /// One for each governed model that has judged it.
  var governed: [GovernedMonitor] = []
  /// Alerts that may open.
  var storm = AlertStorm.Gate()
  // Neighbours in the order of use, the registry's own. Unmanaged, because its dictionary owns every asset of the list.
  unowned(unsafe) var newer: AssetMonitor?
  unowned(unsafe) var older: AssetMonitor?

  init(stream: UInt16, source: UInt32, name: String) {
    key = Self.key(stream: stream, source: source)
    self.stream = stream
    self.source = source
    self.name = name
  }

  /// Where a model's monitor is, made when it is new.
  func place(of model: String) -> Int {
    if let place = governed.firstIndex(where: { $0.model == model }) { return place }
    governed.append(GovernedMonitor(model: model))
    return governed.count - 1
  }

  /// What governed models say of remaining life.
  var life: RemainingLifeBody { governed.lazy.compactMap(\.life).first ?? .notYet }

  static func key(stream: UInt16, source: UInt32) -> UInt64 { UInt64(stream) << 32 | UInt64(source) }

  var signalCount: Int { scalars.count + (waveform == nil ? 0 : WaveformMonitor.featureCount) }
}

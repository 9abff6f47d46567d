// The checkpoint: everything that the model remembers, little-endian.
//
//   4  magic "CDPM"
//   2  version 4
//   8  hash of the feature specification
//   2  streams; each: name, 2 column count, the columns' names        (a text: 2 length, UTF-8)
//   37+ the bound on all alerts: 16 ordinary bucket, 16 critical bucket, 4 refusals, 1 severity of the worst held back (0: none);
//        of that: asset, component, stream, 8 first sequence, 8 last
//   4  assets, from the least recently used on; each:
//        2 stream (index above)   4 source number (SourceNumbers.swift)   name   37+ the bound on its alerts
//        1 flags   2 scalar monitors (0, or as many as the stream has columns)
//        flag 1: the waveform monitor, fault scores, prognosis, observed age
//        the scalar monitors                                          (MonitorStateCoding.swift)
//        flag 2: the drift of each scalar   flag 4: the drift of the waveform   flag 8: the columns together
//        flag 16: the patterns of each scalar
//        flag 32: 4 length, the checks of the columns, for the limits of then
//        1 governed models; of each: alarm, drift of its score, remaining life
//   the governed models                                               (ModelGovernance)
//   4  sources of theirs that are not among the assets; each: 4 number, name
//   4  CRC-32C of all bytes before
//
// Valid if and only if the CRC, magic, version and hash are right and the bytes are used up exactly. Streams and columns are
// matched by name: what the configuration no longer has is dropped, what is new starts to learn.
internal import AnomalyDetection
internal import ConditionMonitoring
internal import CrossdockPlugin
internal import ModelGovernance
internal import Prognosis
internal import SignalFeatures
internal import StateCoding

enum MaintenanceCheckpoint {
  private static let magic: UInt32 = 0x4D50_4443
  private static let version: UInt16 = 4

  static func encode(
    _ registry: AssetRegistry, _ storm: AlertStorm.Gate, _ governance: ModelGovernance, _ sources: SourceNumbers,
    streams: [PluginContext.Stream]
  ) -> [UInt8] {
    let state = StateWriter(reserving: 256 + registry.signalCount * 128)
    state.append(magic)
    state.append(version)
    state.append(WaveformFeatures.specificationHash)
    state.append(UInt16(streams.count))
    for stream in streams {
      state.append(stream.name)
      state.append(UInt16(stream.columns.count))
      for column in stream.columns { state.append(column) }
    }
    storm.encode(into: state)
    state.append(UInt32(registry.assetCount))
    registry.forEach { asset in
      state.append(asset.stream)
      state.append(asset.source)
      state.append(asset.name)
      asset.storm.encode(into: state)
      encode(asset, into: state)
    }
    governance.encode(into: state)
    var known: Set<UInt32> = []
    registry.forEach { known.insert($0.source) }
    sources.encode(governance.sources.filter { !known.contains($0) }, into: state)
    state.append(CyclicRedundancyCheck.crc32c(state.written))
    return state.bytes
  }

  /// What is not in the registry.
  struct Decoded {
    /// The bound on all alerts.
    var storm: AlertStorm.Gate
    var sources: SourceNumbers
    /// Signals of streams or columns that are gone.
    var dropped = 0
  }

  /// Fills an empty registry.
  /// - Parameters:
  ///   - shapes: by stream: that of its trees, which its assets share.
  ///   - checks: by stream: what its columns are checked for.
  static func decode(
    _ bytes: [UInt8], into registry: AssetRegistry, _ governance: ModelGovernance, streams: [PluginContext.Stream],
    shapes: [HalfSpaceShape?], checks: [FeaturePlan?]
  ) throws -> Decoded {
    guard bytes.count > 20 else { throw PluginError("it is too short") }
    var trailer = StateReader(bytes.suffix(4))
    let checksum = bytes.withUnsafeBytes {
      CyclicRedundancyCheck.crc32c(UnsafeRawBufferPointer(rebasing: $0.dropLast(4)))
    }
    guard try trailer.integer() == checksum else {
      throw PluginError("its checksum is wrong")
    }
    var state = StateReader(bytes.dropLast(4))
    guard try state.integer() == magic else { throw PluginError("it is of another model") }
    guard try state.integer() == version else { throw PluginError("it is of another version") }
    guard try state.integer() == WaveformFeatures.specificationHash else {
      throw PluginError("its features are defined differently from \(WaveformFeatures.version)")
    }
    let mappings = try (0..<Int(state.integer(UInt16.self))).map { _ in try mapping(&state, streams) }
    var decoded = Decoded(
      storm: try AlertStorm.Gate(from: &state),
      sources: SourceNumbers(keepsNames: !governance.isEmpty))
    for _ in 0..<(try state.integer(UInt32.self)) {
      decoded.dropped += try asset(&state, mappings, shapes, checks, into: registry)
    }
    try governance.restore(from: &state)
    try decoded.sources.restore(from: &state)
    registry.forEach { decoded.sources.restore($0.source, $0.name) }
    guard state.isAtEnd else { throw PluginError("it is longer than it says") }
    return decoded
  }

  /// Where a stream of the checkpoint is now: its number and, for each of its columns now, the place in the checkpoint.
  private struct Mapping {
    var stream: Int?
    var columnCount: Int
    var places: [Int?]
  }

  private static func mapping(_ state: inout StateReader, _ streams: [PluginContext.Stream]) throws -> Mapping {
    let name = try state.text()
    let columns = try (0..<Int(state.integer(UInt16.self))).map { _ in try state.text() }
    let stream = streams.firstIndex { $0.name == name }
    let places = stream.map { streams[$0].columns.map { columns.firstIndex(of: $0) } } ?? []
    return Mapping(stream: stream, columnCount: columns.count, places: places)
  }

  private struct Parts: OptionSet {
    var rawValue: UInt8

    static let waveform = Parts(rawValue: 1)
    static let drift = Parts(rawValue: 2)
    static let waveformDrift = Parts(rawValue: 4)
    static let group = Parts(rawValue: 8)
    static let patterns = Parts(rawValue: 16)
    static let checks = Parts(rawValue: 32)
  }

  private static func encode(_ asset: AssetMonitor, into state: StateWriter) {
    var parts: Parts = []
    if asset.waveform != nil { parts.insert(.waveform) }
    if !asset.drift.isEmpty { parts.insert(.drift) }
    if asset.wear?.drift != nil { parts.insert(.waveformDrift) }
    if asset.group != nil { parts.insert(.group) }
    if !asset.patterns.isEmpty { parts.insert(.patterns) }
    if asset.checks != nil { parts.insert(.checks) }
    state.append(parts.rawValue)
    state.append(UInt16(asset.scalars.count))
    if let waveform = asset.waveform, let wear = asset.wear {
      waveform.encode(into: state)
      wear.bearing.encode(into: state)
      wear.prognosis.encode(into: state)
      wear.age.encode(into: state)
    }
    for monitor in asset.scalars { monitor.encode(into: state) }
    for drift in asset.drift { drift.encode(into: state) }
    asset.wear?.drift?.encode(into: state)
    asset.group?.encode(into: state)
    for pattern in asset.patterns { pattern.encode(into: state) }
    if let checks = asset.checks { state.appendSized { checks.encode(into: $0) } }
    state.append(UInt8(clamping: asset.governed.count))
    for monitor in asset.governed.prefix(Int(UInt8.max)) { monitor.encode(into: state) }
  }

  private static func asset(
    _ state: inout StateReader, _ mappings: [Mapping], _ shapes: [HalfSpaceShape?],
    _ checks: [FeaturePlan?], into registry: AssetRegistry
  ) throws -> Int {
    let stream = Int(try state.integer(UInt16.self))
    let source = try state.integer(UInt32.self)
    let name = try state.text()
    guard mappings.indices.contains(stream) else { throw PluginError("an asset is of no stream") }
    let mapping = mappings[stream]
    let asset = AssetMonitor(stream: UInt16(mapping.stream ?? 0), source: source, name: name)
    asset.storm = try AlertStorm.Gate(from: &state)
    let parts = Parts(rawValue: try state.integer(UInt8.self))
    let count = Int(try state.integer(UInt16.self))
    guard count == 0 || count == mapping.columnCount else { throw PluginError("an asset does not fit its stream") }
    if parts.contains(.waveform) {
      asset.waveform = try WaveformMonitor(from: &state)
      let wear = WaveformWear()
      wear.bearing = try BearingScores(from: &state)
      wear.prognosis = try DegradationPrognosis(from: &state)
      wear.age = try ObservedAge(from: &state)
      asset.wear = wear
    }
    let scalars = try (0..<count).map { _ in try SignalMonitor(from: &state) }
    let drift = parts.contains(.drift) ? try (0..<count).map { _ in try SignalDrift(from: &state) } : []
    if parts.contains(.waveformDrift) { asset.wear?.drift = try SignalDrift(from: &state) }
    let shape = mapping.stream.flatMap { shapes[$0] }
    let group = parts.contains(.group) ? try GroupMonitor(from: &state, shape) : nil
    let patterns =
      parts.contains(.patterns) ? try (0..<count).map { _ in try SignalDetector(.init(), from: &state) } : []
    if parts.contains(.checks) {
      var part = try state.sized()
      // Of other columns or limits: they begin anew.
      if let plan = mapping.stream.flatMap({ checks[$0] }) { asset.checks = try? ColumnChecks(from: &part, plan) }
    }
    asset.governed = try (0..<Int(state.integer(UInt8.self))).map { _ in try GovernedMonitor(from: &state) }
    guard mapping.stream != nil else {
      return count + (parts.contains(.waveform) ? WaveformMonitor.featureCount : 0)
    }
    if count > 0 {
      asset.scalars = mapping.places.map { $0.map { scalars[$0] } ?? SignalMonitor() }
      if !drift.isEmpty { asset.drift = mapping.places.map { $0.map { drift[$0] } ?? SignalDrift() } }
      if !patterns.isEmpty { asset.patterns = mapping.places.map { $0.map { patterns[$0] } ?? SignalDetector() } }
      // Detectors of several columns go with their order.
      if mapping.places == (0..<count).map({ Optional($0) }) { asset.group = group }
    }
    guard registry.insert(asset) else { throw PluginError("an asset is there twice") }
    return count - (count > 0 ? mapping.places.count { $0 != nil } : 0)
  }
}

// The checkpoint: everything that the model remembers, little-endian.
//
//   4  magic "CDPM"
//   2  version 2
//   8  hash of the feature specification
//   2  streams; each: name, 2 column count, the columns' names        (a text: 2 length, UTF-8)
//   20 the bound on all alerts
//   4  assets, from the least recently used on; each:
//        2 stream (index above)   4 source number   name   20 the bound on its alerts
//        1 waveform monitor? (0, 1)   2 scalar monitors (0, or as many as the stream has columns)
//        the waveform monitor     the scalar monitors                 (MonitorStateCoding.swift)
//   4  CRC-32C of all bytes before
//
// Valid if and only if the CRC, magic, version and hash are right and the bytes are used up exactly. Streams and columns are
// matched by name: what the configuration no longer has is dropped, what is new starts to learn.
internal import ConditionMonitoring
internal import CrossdockPlugin
internal import StateCoding

enum MaintenanceCheckpoint {
  private static let magic: UInt32 = 0x4D50_4443
  private static let version: UInt16 = 2

  static func encode(_ registry: AssetRegistry, _ storm: AlertStorm.Bucket, streams: [PluginContext.Stream]) -> [UInt8]
  {
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
      state.append(UInt8(asset.waveform == nil ? 0 : 1))
      state.append(UInt16(asset.scalars.count))
      asset.waveform?.encode(into: state)
      for monitor in asset.scalars { monitor.encode(into: state) }
    }
    state.append(CyclicRedundancyCheck.crc32c(state.written))
    return state.bytes
  }

  /// What is not in the registry.
  struct Decoded {
    /// The bound on all alerts.
    var storm: AlertStorm.Bucket
    /// Signals of streams or columns that are gone.
    var dropped = 0
  }

  /// Fills an empty registry.
  static func decode(
    _ bytes: [UInt8], into registry: AssetRegistry, streams: [PluginContext.Stream]
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
    guard try state.integer() == magic, try state.integer() == version else {
      throw PluginError("it is of another model or version")
    }
    guard try state.integer() == WaveformFeatures.specificationHash else {
      throw PluginError("its features are defined differently from \(WaveformFeatures.version)")
    }
    let mappings = try (0..<Int(state.integer(UInt16.self))).map { _ in try mapping(&state, streams) }
    var decoded = Decoded(storm: try AlertStorm.Bucket(from: &state))
    for _ in 0..<(try state.integer(UInt32.self)) { decoded.dropped += try asset(&state, mappings, into: registry) }
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

  private static func asset(
    _ state: inout StateReader, _ mappings: [Mapping], into registry: AssetRegistry
  ) throws -> Int {
    let stream = Int(try state.integer(UInt16.self))
    let source = try state.integer(UInt32.self)
    let name = try state.text()
    let storm = try AlertStorm.Bucket(from: &state)
    let hasWaveform = try state.integer(UInt8.self) == 1
    let count = Int(try state.integer(UInt16.self))
    guard mappings.indices.contains(stream), count == 0 || count == mappings[stream].columnCount else {
      throw PluginError("an asset does not fit its stream")
    }
    let waveform = hasWaveform ? try WaveformMonitor(from: &state) : nil
    let scalars = try (0..<count).map { _ in try SignalMonitor(from: &state) }
    let mapping = mappings[stream]
    guard let number = mapping.stream else { return count + (hasWaveform ? WaveformMonitor.featureCount : 0) }
    let asset = AssetMonitor(stream: UInt16(number), source: source, name: name)
    asset.storm = storm
    asset.waveform = waveform
    if count > 0 { asset.scalars = mapping.places.map { $0.map { scalars[$0] } ?? SignalMonitor() } }
    guard registry.insert(asset) else { throw PluginError("an asset is there twice") }
    return count - (count > 0 ? mapping.places.count { $0 != nil } : 0)
  }
}

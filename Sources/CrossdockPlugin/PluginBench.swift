internal import CCrossdockPlugin

/// The test kit: a host for unit tests, which drives a plugin of any role through the C contract and keeps what it does.
///
///     let bench = try PluginBench(MyModel.self, options: ["limit": .number(3)], streams: [.init(name: "t", columns: ["c"])])
///     bench.add(stream: "t", source: "pump-1", eventTimeNs: 0, columns: [21.5])
///     #expect(try bench.run().map(\.body) == [...])
///
/// `run` throws `PluginRetry` when an uplink or feed asks for one (the same records come again with the next `run`) and
/// `PluginError` when the batch fails. What a decoder rejected is in `rejected`.
public final class PluginBench {
  public struct Emitted: Sendable, Equatable {
    public var stream: String
    public var source: String
    public var eventTimeNs: Int64
    public var body: String
    public var replyTopic: String
  }

  /// A message that a decoder rejected: its place in the batch, and why.
  public struct Rejected: Sendable, Equatable {
    public var record: Int
    public var reason: String
  }

  private struct Input {
    var stream: UInt16
    var source: UInt32
    var sequence: UInt64
    var eventTimeNs: Int64
    var ingestTimeNs: Int64
    var monotonicNs: Int64
    var flags: UInt32
    var body: [UInt8]
    var columns: [Double]
    var samples: [Float]
  }

  public private(set) var logLines: [String] = []
  /// Whether the latest batch asked that a checkpoint be committed with it.
  public private(set) var isCheckpointWanted = false
  private var remainingUs: Int64 = 1_000_000
  /// Of the latest batch.
  public private(set) var rejected: [Rejected] = []
  public private(set) var counters: [String: UInt64] = [:]
  public private(set) var metrics: [String: Double] = [:]
  private let plugin: UnsafePointer<crossdock_plugin>
  private let host: UnsafeMutablePointer<crossdock_host>
  private let streams: [PluginContext.Stream]
  private let dataFolder: String
  private var instance: UnsafeMutableRawPointer?
  private var sources: [String] = []
  private var nextSequence: [UInt64]
  private var pending: [Input] = []
  private var emitted: [Emitted] = []
  private var written: [UInt8] = []

  /// - Parameters:
  ///   - options: only those that differ from the table's defaults; `.files` for files.
  ///   - dataFolder: where an uplink or a feed may keep files of its own.
  public convenience init<P: Model>(
    _ model: P.Type, options: [String: PluginContext.Value] = [:], streams: [PluginContext.Stream],
    writes: [String] = []
  ) throws {
    try self.init(ExportedPlugin.descriptor(model), P.manifest, options, streams, writes)
  }

  public convenience init<P: Decoder>(
    _ decoder: P.Type, options: [String: PluginContext.Value] = [:], streams: [PluginContext.Stream],
    writes: [String] = []
  ) throws {
    try self.init(ExportedPlugin.descriptor(decoder), P.manifest, options, streams, writes)
  }

  public convenience init<P: Uplink>(
    _ uplink: P.Type, options: [String: PluginContext.Value] = [:], streams: [PluginContext.Stream],
    dataFolder: String = ""
  ) throws {
    try self.init(ExportedPlugin.descriptor(uplink), P.manifest, options, streams, [], dataFolder: dataFolder)
  }

  public convenience init<P: Feed>(
    _ feed: P.Type, options: [String: PluginContext.Value] = [:], writes: [String] = [], dataFolder: String = ""
  ) throws {
    try self.init(ExportedPlugin.descriptor(feed), P.manifest, options, [], writes, dataFolder: dataFolder)
  }

  init(
    _ plugin: UnsafePointer<crossdock_plugin>, _ manifest: PluginManifest, _ options: [String: PluginContext.Value],
    _ streams: [PluginContext.Stream], _ writes: [String], dataFolder: String = "",
    hostSize: Int = MemoryLayout<crossdock_host>.size
  ) throws {
    self.dataFolder = dataFolder
    self.plugin = plugin
    self.streams = streams
    nextSequence = Array(repeating: 1, count: streams.count)
    host = UnsafeMutablePointer<crossdock_host>.allocate(capacity: 1)
    host.initialize(to: Self.callbacks(size: hostSize))
    host.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    try open(manifest, options, writes)
  }

  private static func callbacks(size: Int) -> crossdock_host {
    crossdock_host(
      struct_size: UInt32(size), abi_version: CROSSDOCK_ABI_VERSION, context: nil,
      log: { PluginBench.from($0).logLines.append($2.text) },
      emit: { context, output in
        guard let output else { return Int32(CROSSDOCK_REFUSED) }
        let o = output.pointee
        PluginBench.from(context).emitted.append(
          Emitted(
            stream: o.stream.text, source: o.source.text, eventTimeNs: o.event_time_ns, body: o.body.text,
            replyTopic: o.reply_topic.text))
        return Int32(CROSSDOCK_OK)
      },
      write: { PluginBench.from($0).written.append(contentsOf: UnsafeBufferPointer(start: $1.data, count: $1.count)) },
      remaining_us: { PluginBench.from($0).remainingUs },
      count: { context, name, add in
        if let name { PluginBench.from(context).counters[String(cString: name), default: 0] += add }
      },
      metric: { context, name, value in
        if let name { PluginBench.from(context).metrics[String(cString: name)] = value }
      },
      reject: { context, record, reason in
        PluginBench.from(context).rejected.append(Rejected(record: Int(record), reason: reason.text))
        return Int32(CROSSDOCK_OK)
      }, want_checkpoint: { PluginBench.from($0).isCheckpointWanted = true })
  }

  deinit {
    if instance != nil { plugin.pointee.close(instance) }
    host.deallocate()
  }

  private func open(_ manifest: PluginManifest, _ options: [String: PluginContext.Value], _ writes: [String]) throws {
    let arena = CArena()
    var values: [crossdock_option_value] = []
    for option in manifest.options {
      let given = try options[option.key] ?? Self.parse(option)
      values += arena.values(key: option.key, kind: option.kind, value: given)
    }
    let streams = streams.map { arena.stream($0) }
    let writes = writes.map { UnsafePointer(arena.cString($0)) as UnsafePointer<CChar>? }
    let answer = values.withUnsafeBufferPointer { values in
      streams.withUnsafeBufferPointer { streams in
        writes.withUnsafeBufferPointer { writes in
          var open = crossdock_open(
            struct_size: UInt32(MemoryLayout<crossdock_open>.size), option_count: UInt32(values.count),
            options: values.baseAddress, streams: streams.baseAddress, stream_count: UInt32(streams.count),
            write_count: UInt32(writes.count), writes: writes.baseAddress, agent: arena.cString("bench"),
            epoch: arena.cString("1-00000000000000000000000000000000"), data_folder: arena.cString(dataFolder))
          return plugin.pointee.open(plugin.pointee.plugin_data, host, &open, &instance)
        }
      }
    }
    guard answer == Int32(CROSSDOCK_OK) else { throw PluginError(logLines.last ?? "open failed") }
  }

  private static func parse(_ option: PluginOption) throws -> PluginContext.Value {
    guard let text = option.defaultValue else { throw PluginError("option \(option.key) is required") }
    switch option.kind {
    case .string: return .string(text)
    case .integer: return .integer(Int64(text) ?? 0)
    case .number: return .number(Double(text) ?? .nan)
    case .boolean: return .boolean(text == "true")
    case .file, .files: return .files([])
    }
  }

  /// Adds a record to the next batch and returns its sequence.
  /// - Parameter sequence: its number in its stream, where it is not the next one: of an instance that goes on from a checkpoint.
  @discardableResult
  public func add(
    stream name: String, source: String, eventTimeNs: Int64, ingestTimeNs: Int64? = nil, monotonicNs: Int64? = nil,
    flags: UInt32 = 0,
    body: String = "", columns: [Double] = [], samples: [Float] = [], sequence: UInt64? = nil
  ) -> UInt64 {
    guard let stream = streams.firstIndex(where: { $0.name == name }) else { preconditionFailure("no stream \(name)") }
    if !sources.contains(source) { sources.append(source) }
    let sequence = sequence ?? nextSequence[stream]
    nextSequence[stream] = sequence + 1
    pending.append(
      Input(
        stream: UInt16(stream), source: UInt32(sources.firstIndex(of: source)!), sequence: sequence,
        eventTimeNs: eventTimeNs, ingestTimeNs: ingestTimeNs ?? eventTimeNs, monotonicNs: monotonicNs ?? eventTimeNs,
        flags: flags, body: Array(body.utf8),
        columns: columns, samples: samples))
    return sequence
  }

  /// Hands the added records over as one batch and returns what the plugin emitted.
  /// - Parameter nowNs: the wall clock, for uplinks and feeds.
  /// - Parameter waitUs: how long a feed may wait.
  /// - Parameter isReplay: a new instance is brought to where the one before was; an agent would throw away what is emitted.
  public func run(nowNs: Int64 = 0, waitUs: Int64 = 0, isReplay: Bool = false) throws -> [Emitted] {
    let batch = pending
    remainingUs = isReplay ? .max : 1_000_000
    isCheckpointWanted = false
    emitted = []
    rejected = []
    let arena = CArena()
    let names = sources.map { arena.bytes(Array($0.utf8)) }
    let selection = Array(UInt32(0)..<UInt32(batch.count))
    var raw = crossdock_batch()
    raw.struct_size = UInt32(MemoryLayout<crossdock_batch>.size)
    raw.count = UInt32(batch.count)
    raw.selection = arena.array(selection)
    raw.selection_count = raw.count
    raw.source_count = UInt32(names.count)
    raw.sources = arena.array(names)
    raw.stream = arena.array(batch.map(\.stream))
    raw.source = arena.array(batch.map(\.source))
    raw.sequence = arena.array(batch.map(\.sequence))
    raw.event_time_ns = arena.array(batch.map(\.eventTimeNs))
    raw.ingest_time_ns = arena.array(batch.map(\.ingestTimeNs))
    raw.monotonic_ns = arena.array(batch.map(\.monotonicNs))
    raw.flags = arena.array(batch.map(\.flags))
    (raw.body_offset, raw.bodies) = arena.packed(batch.map(\.body))
    (raw.column_offset, raw.columns) = arena.packed(batch.map(\.columns))
    (raw.sample_offset, raw.samples) = arena.packed(batch.map(\.samples))
    (raw.now_ns, raw.now_monotonic_ns, raw.wait_us) = (nowNs, nowNs, waitUs)
    let answer = plugin.pointee.process(instance, &raw)
    if answer == Int32(CROSSDOCK_RETRY) { throw PluginRetry(logLines.last ?? "retry") }
    pending = []
    guard answer == Int32(CROSSDOCK_OK) else { throw PluginError(logLines.last ?? "process failed") }
    return emitted
  }

  public func checkpoint() -> [UInt8] {
    written = []
    _ = plugin.pointee.checkpoint(instance)
    return written
  }

  public func restore(_ checkpoint: [UInt8]) throws {
    let arena = CArena()
    guard plugin.pointee.restore(instance, arena.bytes(checkpoint)) == Int32(CROSSDOCK_OK) else {
      throw PluginError(logLines.last ?? "restore failed")
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> PluginBench {
    Unmanaged<PluginBench>.fromOpaque(context!).takeUnretainedValue()
  }
}

extension crossdock_bytes {
  fileprivate var text: String { String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self) }
}

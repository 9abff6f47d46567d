internal import CCrossdockPlugin

/// The test kit: a host for unit tests, which drives a model through the C contract and keeps what it emits.
///
///     let bench = try ModelBench(MyModel.self, options: ["limit": .number(3)], streams: [.init(name: "t", columns: ["c"])])
///     bench.add(stream: "t", source: "pump-1", eventTimeNs: 0, columns: [21.5])
///     #expect(try bench.run().map(\.body) == [...])
public final class ModelBench {
  public struct Emitted: Sendable, Equatable {
    public var stream: String
    public var source: String
    public var eventTimeNs: Int64
    public var body: String
    public var replyTopic: String
  }

  private struct Input {
    var stream: UInt16
    var source: UInt32
    var sequence: UInt64
    var eventTimeNs: Int64
    var monotonicNs: Int64
    var flags: UInt32
    var body: [UInt8]
    var columns: [Double]
    var samples: [Float]
  }

  public private(set) var logLines: [String] = []
  private let plugin: UnsafePointer<crossdock_plugin>
  private let host: UnsafeMutablePointer<crossdock_host>
  private let streams: [PluginContext.Stream]
  private var instance: UnsafeMutableRawPointer?
  private var sources: [String] = []
  private var nextSequence: [UInt64]
  private var pending: [Input] = []
  private var emitted: [Emitted] = []
  private var written: [UInt8] = []

  /// - Parameter options: only those that differ from the table's defaults; `.files` for files.
  public init<M: Model>(
    _ model: M.Type, options: [String: PluginContext.Value] = [:], streams: [PluginContext.Stream],
    writes: [String] = []
  ) throws {
    plugin = ExportedPlugin.descriptor(model)
    self.streams = streams
    nextSequence = Array(repeating: 1, count: streams.count)
    host = UnsafeMutablePointer<crossdock_host>.allocate(capacity: 1)
    host.initialize(
      to: crossdock_host(
        struct_size: UInt32(MemoryLayout<crossdock_host>.size), abi_version: CROSSDOCK_ABI_VERSION, context: nil,
        log: { ModelBench.from($0).logLines.append($2.text) },
        emit: { context, output in
          guard let output else { return Int32(CROSSDOCK_REFUSED) }
          let o = output.pointee
          ModelBench.from(context).emitted.append(
            Emitted(
              stream: o.stream.text, source: o.source.text, eventTimeNs: o.event_time_ns, body: o.body.text,
              replyTopic: o.reply_topic.text))
          return Int32(CROSSDOCK_OK)
        },
        write: { ModelBench.from($0).written.append(contentsOf: UnsafeBufferPointer(start: $1.data, count: $1.count)) },
        remaining_us: { _ in 1_000_000 }, count: { _, _, _ in }, metric: { _, _, _ in }, reject: { _, _, _ in 0 }))
    host.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    try open(M.manifest, options, writes)
  }

  deinit {
    plugin.pointee.close(instance)
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
            write_count: UInt32(writes.count), writes: writes.baseAddress)
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
  @discardableResult
  public func add(
    stream name: String, source: String, eventTimeNs: Int64, monotonicNs: Int64? = nil, flags: UInt32 = 0,
    body: String = "", columns: [Double] = [], samples: [Float] = []
  ) -> UInt64 {
    guard let stream = streams.firstIndex(where: { $0.name == name }) else { preconditionFailure("no stream \(name)") }
    if !sources.contains(source) { sources.append(source) }
    let sequence = nextSequence[stream]
    nextSequence[stream] += 1
    pending.append(
      Input(
        stream: UInt16(stream), source: UInt32(sources.firstIndex(of: source)!), sequence: sequence,
        eventTimeNs: eventTimeNs, monotonicNs: monotonicNs ?? eventTimeNs, flags: flags, body: Array(body.utf8),
        columns: columns, samples: samples))
    return sequence
  }

  /// Hands the added records over as one batch and returns what the model emitted.
  public func run() throws -> [Emitted] {
    let batch = pending
    pending = []
    emitted = []
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
    raw.ingest_time_ns = arena.array(batch.map(\.eventTimeNs))
    raw.monotonic_ns = arena.array(batch.map(\.monotonicNs))
    raw.flags = arena.array(batch.map(\.flags))
    (raw.body_offset, raw.bodies) = arena.packed(batch.map(\.body))
    (raw.column_offset, raw.columns) = arena.packed(batch.map(\.columns))
    (raw.sample_offset, raw.samples) = arena.packed(batch.map(\.samples))
    guard plugin.pointee.process(instance, &raw) == Int32(CROSSDOCK_OK) else {
      throw PluginError(logLines.last ?? "process failed")
    }
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

  private static func from(_ context: UnsafeMutableRawPointer?) -> ModelBench {
    Unmanaged<ModelBench>.fromOpaque(context!).takeUnretainedValue()
  }
}

/// C memory for the length of one call.
private final class CArena {
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit {
    for block in blocks { block.deallocate() }
  }

  func array<T>(_ values: [T]) -> UnsafePointer<T> {
    let block = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    block.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(block))
    return UnsafePointer(block)
  }

  func packed<T>(_ rows: [[T]]) -> (UnsafePointer<UInt32>, UnsafePointer<T>) {
    var offsets: [UInt32] = [0]
    for row in rows { offsets.append(offsets.last! + UInt32(row.count)) }
    return (array(offsets), array(rows.flatMap { $0 }))
  }

  func cString(_ text: String) -> UnsafePointer<CChar> { array(Array(text.utf8CString)) }

  func bytes(_ bytes: [UInt8]) -> crossdock_bytes { crossdock_bytes(data: array(bytes), count: bytes.count) }

  func stream(_ stream: PluginContext.Stream) -> crossdock_stream {
    let columns = array(stream.columns.map { cString($0) as UnsafePointer<CChar>? })
    return crossdock_stream(
      struct_size: UInt32(MemoryLayout<crossdock_stream>.size), column_count: UInt32(stream.columns.count),
      name: cString(stream.name), columns: columns)
  }

  func values(key: String, kind: PluginOption.Kind, value: PluginContext.Value) -> [crossdock_option_value] {
    var row = crossdock_option_value()
    row.struct_size = UInt32(MemoryLayout<crossdock_option_value>.size)
    row.type = kind.rawValue
    row.key = cString(key)
    switch value {
    case .string(let text): row.text = bytes(Array(text.utf8))
    case .integer(let number):
      row.integer = number
      row.number = Double(number)
    case .number(let number): row.number = number
    case .boolean(let flag): row.integer = flag ? 1 : 0
    case .files(let files):
      return files.map { file in
        var row = row
        row.text = bytes(Array(file.path.utf8))
        row.file = bytes(file.contents)
        return row
      }
    }
    return [row]
  }
}

extension crossdock_bytes {
  fileprivate var text: String { String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self) }
}

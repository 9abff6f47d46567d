// A model run inside the agent, on the writer thread: the built-in ones, and what an operator explicitly puts there.
//
// The batch's arrays are handed over as they are, without a copy; what the plugin emits is copied before `emit` returns.
internal import CCrossdockPlugin
internal import CLinux
package import Logging
internal import Platform
package import Records

package final class InProcessModel {
  package let name: String
  package let descriptor: PluginDescriptor
  package let writes: [String]
  package private(set) var emitted = EmittedRecords()
  package private(set) var counters: [String: UInt64] = [:]
  package private(set) var measures: [String: Double] = [:]
  /// Records of the last batch that a decoder could not decode.
  package private(set) var rejects: [PluginReject] = []
  /// Of the last batch, by stream of `writes`: outputs beyond what a batch may hold.
  package private(set) var dropped: [UInt64]
  /// The last batch asked that the checkpoint be committed with it.
  package private(set) var isCheckpointWanted = false
  /// In its counters, beside those of its own: outputs dropped since the start.
  package static let droppedCounter = "outputs_dropped"
  /// Counters of its own that a plugin may have.
  private static let maxCounters = 64

  private let host: UnsafeMutablePointer<crossdock_host>
  private var instance: UnsafeMutableRawPointer?
  private let log: Logger
  private var lastLogLine = ""
  private var lines = LineLimit()
  private var checkpointBytes: [UInt8] = []
  private var deadlineNs: Int64 = 0
  private var isReplaying = false
  private let options: [PluginOptionValue]
  private let streams: [StreamDefinition]
  private let identity: PluginIdentity

  package init(
    name: String, descriptor: PluginDescriptor, options: [PluginOptionValue], streams: [StreamDefinition],
    writes: [String], identity: PluginIdentity = PluginIdentity(), log: Logger
  ) throws(CrossdockError) {
    self.name = name
    self.descriptor = descriptor
    self.writes = writes
    dropped = Array(repeating: 0, count: writes.count)
    self.options = options
    self.streams = streams
    self.identity = identity
    var log = log
    log[metadataKey: "model"] = "\(name)"
    self.log = log
    host = UnsafeMutablePointer<crossdock_host>.allocate(capacity: 1)
    host.initialize(to: HostCallbacks.table())
    host.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    try open()
  }

  deinit {
    close()
    noteLeftOut(.max)
    host.deallocate()
  }

  private func close() {
    if let instance { descriptor.raw.pointee.close(instance) }
    instance = nil
  }

  /// Closes and opens again: a fresh instance with the same options.
  package func reopen() throws(CrossdockError) {
    close()
    try open()
  }

  private func open() throws(CrossdockError) {
    let arguments = OpenArguments(options: options, streams: streams, writes: writes, identity: identity)
    let answer = arguments.withRaw {
      descriptor.raw.pointee.open(descriptor.raw.pointee.plugin_data, host, $0, &instance)
    }
    guard answer == CROSSDOCK_OK else {
      throw CrossdockError(
        "open the model \"\(name)\"", at: "plugin \(descriptor.name)",
        reason: lastLogLine.isEmpty ? "open answered \(answer)" : lastLogLine, exitCode: .badConfiguration)
    }
  }

  /// Works on the selected records. False: the plugin failed, and what it emitted is forgotten. What it emitted beyond the bounds of
  /// `EmittedRecords` is dropped and counted, without its knowing: what it does must not depend on how records are cut into batches.
  /// - Parameter isReplay: it has worked on them before, and what it emits is not kept: its clock stands still, so that no answer depends on it.
  package func process(
    _ batch: RecordBatch, selection: [UInt32], sources: SourceNames, deadlineMs: Int64, isReplay: Bool = false
  ) -> Bool {
    isReplaying = isReplay
    isCheckpointWanted = false
    noteLeftOut(SystemClock.monotonicNs() / 1_000_000)
    for write in dropped.indices { dropped[write] = 0 }
    emitted.removeAll()
    rejects.removeAll(keepingCapacity: true)
    deadlineNs = SystemClock.monotonicNs() + deadlineMs * 1_000_000
    let answer = withRawBatch(batch, selection, sources) { descriptor.raw.pointee.process(instance, $0) }
    guard answer == CROSSDOCK_OK else {
      emitted.removeAll()
      rejects.removeAll(keepingCapacity: true)
      return false
    }
    return true
  }

  package func checkpoint() -> [UInt8]? {
    guard let write = descriptor.raw.pointee.checkpoint else { return nil }
    checkpointBytes.removeAll(keepingCapacity: true)
    return write(instance) == CROSSDOCK_OK ? checkpointBytes : nil
  }

  /// False: the plugin cannot use that state; it is to be reopened.
  package func restore(_ state: [UInt8]) -> Bool {
    guard let restore = descriptor.raw.pointee.restore else { return state.isEmpty }
    return state.withUnsafeBufferPointer {
      restore(instance, crossdock_bytes(data: $0.baseAddress, count: $0.count)) == CROSSDOCK_OK
    }
  }

  // MARK: what the callbacks do

  func receiveLog(_ level: Int32, _ text: String) {
    lastLogLine = text
    guard mayLog() else { return }
    let line = Logger.Message(stringLiteral: "plugin: \(text)")
    switch level {
    case ...Int32(CROSSDOCK_LOG_ERROR): log.error(line)
    case Int32(CROSSDOCK_LOG_WARNING): log.warning(line)
    case Int32(CROSSDOCK_LOG_INFO): log.info(line)
    default: log.debug(line)
    }
  }

  private func mayLog() -> Bool {
    let nowMs = SystemClock.monotonicNs() / 1_000_000
    noteLeftOut(nowMs)
    return lines.allows(nowMs: nowMs)
  }

  private func noteLeftOut(_ nowMs: Int64) {
    guard let count = lines.takeLeftOut(nowMs: nowMs) else { return }
    log.warning("\(count) lines of the plugin were left out")
  }

  func receiveOutput(_ output: crossdock_output) -> Int32 {
    let stream = output.stream.buffer
    guard let write = writes.firstIndex(where: { $0.utf8.elementsEqual(stream) }) else {
      if mayLog() { log.error("the plugin emitted a record for a stream that it may not write") }
      return Int32(CROSSDOCK_REFUSED)
    }
    // What it says to a replay is thrown away: to keep it would only take memory.
    guard !isReplaying else { return Int32(CROSSDOCK_OK) }
    let isKept = emitted.append(
      write: write, eventTimeNs: output.event_time_ns, source: output.source.buffer, body: output.body.buffer,
      replyTopic: output.reply_topic.buffer)
    if !isKept {
      dropped[write] += 1
      counters[Self.droppedCounter, default: 0] += 1
    }
    return Int32(CROSSDOCK_OK)
  }

  func receiveWishForCheckpoint() { isCheckpointWanted = true }

  func receiveCheckpoint(_ part: crossdock_bytes) {
    checkpointBytes.append(contentsOf: part.buffer)
  }

  func receiveCount(_ name: String, _ add: UInt64) {
    if counters[name] != nil || counters.count < Self.maxCounters { counters[name, default: 0] &+= add }
  }

  func receiveMetric(_ name: String, _ value: Double) {
    if measures[name] != nil || measures.count < Self.maxCounters { measures[name] = value }
  }

  func receiveReject(_ record: UInt32, _ reason: String) -> Int32 {
    guard descriptor.role == .decoder, rejects.count < EmittedRecords.maxRecords else {
      return Int32(CROSSDOCK_REFUSED)
    }
    rejects.append(PluginReject(record: Int(record), reason: reason))
    return Int32(CROSSDOCK_OK)
  }

  var remainingUs: Int64 { isReplaying ? .max : (deadlineNs - SystemClock.monotonicNs()) / 1000 }

  private func withRawBatch(
    _ batch: RecordBatch, _ selection: [UInt32], _ sources: SourceNames,
    _ body: (UnsafePointer<crossdock_batch>) -> Int32
  ) -> Int32 {
    var raw = crossdock_batch()
    raw.struct_size = UInt32(MemoryLayout<crossdock_batch>.size)
    raw.count = UInt32(batch.count)
    raw.selection_count = UInt32(selection.count)
    raw.source_count = UInt32(sources.entries.count)
    return selection.withUnsafeBufferPointer { selection in
      sources.entries.withUnsafeBufferPointer { sources in
        batch.streams.withUnsafeBufferPointer { streams in
          batch.sources.withUnsafeBufferPointer { source in
            raw.selection = selection.baseAddress
            raw.sources = sources.baseAddress
            raw.stream = streams.baseAddress
            raw.source = source.baseAddress
            return withTimes(batch, &raw) { raw in withArenas(batch, &raw, body) }
          }
        }
      }
    }
  }

  private func withTimes(
    _ batch: RecordBatch, _ raw: inout crossdock_batch, _ body: (inout crossdock_batch) -> Int32
  ) -> Int32 {
    batch.sequences.withUnsafeBufferPointer { sequences in
      batch.eventTimesNs.withUnsafeBufferPointer { event in
        batch.ingestTimesNs.withUnsafeBufferPointer { ingest in
          batch.monotonicTimesNs.withUnsafeBufferPointer { monotonic in
            batch.flags.withUnsafeBufferPointer { flags in
              raw.sequence = sequences.baseAddress
              raw.event_time_ns = event.baseAddress
              raw.ingest_time_ns = ingest.baseAddress
              raw.monotonic_ns = monotonic.baseAddress
              raw.flags = flags.baseAddress
              return body(&raw)
            }
          }
        }
      }
    }
  }

  private func withArenas(
    _ batch: RecordBatch, _ raw: inout crossdock_batch, _ body: (UnsafePointer<crossdock_batch>) -> Int32
  ) -> Int32 {
    batch.bodyOffsets.withUnsafeBufferPointer { bodyOffsets in
      batch.bodies.withUnsafeBufferPointer { bodies in
        batch.columnOffsets.withUnsafeBufferPointer { columnOffsets in
          batch.columns.withUnsafeBufferPointer { columns in
            batch.sampleOffsets.withUnsafeBufferPointer { sampleOffsets in
              batch.samples.withUnsafeBufferPointer { samples in
                raw.body_offset = bodyOffsets.baseAddress
                raw.bodies = bodies.baseAddress
                raw.column_offset = columnOffsets.baseAddress
                raw.columns = columns.baseAddress
                raw.sample_offset = sampleOffsets.baseAddress
                raw.samples = samples.baseAddress
                return body(&raw)
              }
            }
          }
        }
      }
    }
  }
}

extension crossdock_bytes {
  var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: data, count: data == nil ? 0 : count) }
}

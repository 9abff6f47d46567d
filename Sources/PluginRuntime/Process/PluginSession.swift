// The contract with a plugin that runs in a process of its own: hello, open, restore, process, checkpoint, close.
//
// Everything that comes back is collected and counts only when the plugin answers CROSSDOCK_OK. Any `PluginFailure` ends the
// session: the process is killed, and the owner makes a new one.
internal import CCrossdockPlugin
package import Logging
package import Platform
package import Records

package final class PluginSession {
  /// What a call was answered with, as the ABI has it.
  package enum Status: Sendable, Equatable {
    case ok
    case failed
    case badOptions
    case badCheckpoint
    case retry
  }

  package let hello: PluginHello
  package let process: PluginProcess
  package private(set) var emitted = EmittedRecords()
  package private(set) var rejects: [PluginReject] = []
  /// The last batch asked that the checkpoint be committed with it.
  package private(set) var isCheckpointWanted = false
  package private(set) var counters: [String: UInt64] = [:]
  package private(set) var measures: [String: Double] = [:]
  /// The last line that the plugin logged in the call under way, or the last one.
  package private(set) var lastLogLine = ""
  /// What the last call was answered with.
  private var lastAnswer: Int32 = 0

  private let launch: PluginLaunch
  private let writes: [[UInt8]]
  private let stop: WakeDescriptor?
  private let log: Logger
  private var frame = PluginFrameWriter()
  private var number: UInt64 = 0
  /// The request under way or the last one, and the records in it: most frames are an answer to one kind of request only.
  private var request = PluginFrame.Kind.open
  private var recordCount = 0
  private var state: [UInt8] = []
  private var chatter = 0
  private var lines = LineLimit()

  /// Names of counters and of measures that a plugin may have, each.
  private static let maxNames = 64
  private static let maxNameBytes = 128
  /// Frames of text and figures with one request; and of the checkpoint's bytes.
  private static let maxChatter = 5000
  private static let maxStateBytes = 16 << 20

  /// Starts the process and waits for its HELLO.
  package init(
    _ launch: PluginLaunch, writes: [String], stop: WakeDescriptor? = nil, log: Logger
  ) throws(PluginFailure) {
    self.launch = launch
    self.writes = writes.map { Array($0.utf8) }
    self.stop = stop
    self.log = log
    process = try PluginProcess(launch, log: log)
    var hello: PluginHello?
    let process = process
    var early = ""
    do throws(PluginFailure) {
      try process.exchange([], limitMs: Int64(launch.limits.startMs), stop: stop) {
        (kind, _, payload) throws(PluginFailure) in
        switch kind {
        case .hello: hello = try PluginHello(payload)
        case .log:
          var reader = PluginFrameReader(payload)
          _ = try reader.integer(Int32.self)
          early = PrintableText.line(try reader.text())
        default: throw .malformed("its first frame is not HELLO")
        }
        return hello != nil
      }
    } catch {
      process.kill()
      throw Self.explained(error, process.lastErrorLine.isEmpty ? early : process.lastErrorLine)
    }
    guard let hello else { throw .malformed("its first frame is not HELLO") }
    self.hello = hello
  }

  /// A start that failed, with the last line that the process said about it.
  private static func explained(_ failure: PluginFailure, _ line: String) -> PluginFailure {
    guard case .exited(let code) = failure, !line.isEmpty else { return failure }
    return .cannotStart("\(line) (exit code \(code))")
  }

  // MARK: calls

  package func open(
    options: [PluginOptionValue], streams: [StreamDefinition], identity: PluginIdentity = PluginIdentity()
  ) throws(PluginFailure) -> Status {
    begin(.open)
    let values = options.flatMap(OptionFrame.values)
    frame.append(UInt32(values.count))
    for value in values { value.append(to: &frame) }
    frame.append(UInt32(streams.count))
    for stream in streams {
      frame.append(text: Array(stream.name.utf8))
      frame.append(UInt32(stream.columns.count))
      for column in stream.columns { frame.append(text: Array(column.utf8)) }
    }
    frame.append(UInt32(writes.count))
    for name in writes { frame.append(text: name) }
    for text in [identity.agent, identity.epoch, identity.dataFolder] { frame.append(text: Array(text.utf8)) }
    return try call(limitMs: Int64(launch.limits.startMs))
  }

  package func restore(_ checkpoint: [UInt8]) throws(PluginFailure) -> Status {
    begin(.restore)
    checkpoint.withUnsafeBytes { frame.append(raw: $0) }
    return try call(limitMs: Int64(launch.limits.startMs))
  }

  /// - Returns: with `.ok`, `emitted` and `rejects` hold what came.
  package func process(
    _ batch: RecordBatch, newSources: [[UInt8]], time: BatchTime = BatchTime(), isReplay: Bool = false
  ) throws(PluginFailure) -> Status {
    isCheckpointWanted = false
    let limitMs = Int64(launch.limits.batchMs)
    begin(.batch, records: batch.count)
    frame.append(batch, newSources: newSources, limitUs: limitMs * 1000, time: time, isReplay: isReplay)
    return try call(limitMs: limitMs + time.waitUs / 1000)
  }

  /// The state; empty for a plugin that keeps none. Nil: it said that it failed.
  package func checkpoint() throws(PluginFailure) -> [UInt8]? {
    begin(.checkpoint)
    return try call(limitMs: Int64(launch.limits.startMs)) == .ok ? state : nil
  }

  /// How long a process may take to end, whatever its time for a batch.
  private static let maxCloseMs = 3000

  /// Lets it end by itself, within its time for a batch.
  package func close() {
    begin(.close)
    frame.end()
    process.close(request: frame.bytes, limitMs: Int64(min(launch.limits.batchMs, Self.maxCloseMs)))
  }

  /// The largest batch that fits a frame, in bytes of bodies.
  package static let maxBatchBytes = 16 << 20

  private func begin(_ kind: PluginFrame.Kind, records: Int = 0) {
    number += 1
    (request, recordCount) = (kind, records)
    frame.begin(kind, number: number)
  }

  private func call(limitMs: Int64) throws(PluginFailure) -> Status {
    frame.end()
    emitted.removeAll()
    rejects.removeAll(keepingCapacity: true)
    state.removeAll(keepingCapacity: true)
    chatter = 0
    lastLogLine = ""
    defer { noteLeftOut(SystemClock.monotonicNs() / 1_000_000) }
    var answer: Int32?
    do throws(PluginFailure) {
      try process.exchange(frame.bytes, limitMs: limitMs, stop: stop) {
        [unowned self] (kind, number, payload) throws(PluginFailure) in
        guard number == self.number || kind == .log else {
          throw .malformed("a frame for request \(number), which is not under way")
        }
        if kind == .answer {
          answer = try Self.status(payload)
          return true
        }
        try receive(kind, payload, isOfThisCall: number == self.number)
        return false
      }
    } catch {
      process.kill()
      throw error
    }
    lastAnswer = answer ?? Int32(CROSSDOCK_FAILED)
    switch lastAnswer {
    case Int32(CROSSDOCK_OK): return .ok
    case Int32(CROSSDOCK_BAD_OPTIONS): return .badOptions
    case Int32(CROSSDOCK_BAD_CHECKPOINT): return .badCheckpoint
    case Int32(CROSSDOCK_RETRY): return .retry
    default: return .failed
    }
  }

  /// Why the last call was not answered with CROSSDOCK_OK, as far as the plugin has said; empty: it has not.
  package var reason: String {
    let names = [
      Int32(CROSSDOCK_BAD_OPTIONS): "CROSSDOCK_BAD_OPTIONS",
      Int32(CROSSDOCK_BAD_CHECKPOINT): "CROSSDOCK_BAD_CHECKPOINT",
      Int32(CROSSDOCK_RETRY): "CROSSDOCK_RETRY, which is for uplinks and feeds",
    ]
    guard lastAnswer != Int32(CROSSDOCK_FAILED) else { return lastLogLine }
    let answer = "it answered \(names[lastAnswer] ?? "\(lastAnswer), which is no status of the contract")"
    return lastLogLine.isEmpty ? answer : "\(answer): \(lastLogLine)"
  }

  /// Looks at the process while nothing is asked of it.
  package func lookAfter(_ nowMs: Int64) throws(PluginFailure) {
    noteLeftOut(nowMs)
    try process.lookAfter(nowMs)
  }

  // MARK: what comes

  private static func status(_ payload: UnsafeRawBufferPointer) throws(PluginFailure) -> Int32 {
    var reader = PluginFrameReader(payload)
    let status = try reader.integer(Int32.self)
    guard try reader.integer(UInt32.self) == 0 else { throw .malformed("an ANSWER whose second number is not 0") }
    try reader.end()
    return status
  }

  /// Frames that are for one kind of request only.
  private func checkRequest(_ kind: PluginFrame.Kind) throws(PluginFailure) {
    let wanted: PluginFrame.Kind
    switch kind {
    case .output, .reject, .wantCheckpoint: wanted = .batch
    case .state: wanted = .checkpoint
    default: return
    }
    guard request == wanted else {
      throw .malformed("\(kind) with a request that is no \(wanted)")
    }
  }

  private func receive(
    _ kind: PluginFrame.Kind, _ payload: UnsafeRawBufferPointer, isOfThisCall: Bool
  ) throws(PluginFailure) {
    var reader = PluginFrameReader(payload)
    try checkRequest(kind)
    if kind != .output {
      chatter += 1
      if chatter > Self.maxChatter { throw .flooded("more than \(Self.maxChatter) lines and figures with one batch") }
    }
    switch kind {
    case .output: try receiveOutputs(&reader)
    case .log:
      // The host's own lines are of no call: they give no reason for its answer.
      let (level, text) = (try reader.integer(Int32.self), PrintableText.line(try reader.text()))
      if isOfThisCall { lastLogLine = text }
      receiveLog(level, text)
    case .count:
      let add = try reader.integer(UInt64.self)
      let name = try name(&reader)
      if counters[name] != nil || counters.count < Self.maxNames { counters[name, default: 0] &+= add }
    case .metric:
      let value = try reader.number()
      let name = try name(&reader)
      if measures[name] != nil || measures.count < Self.maxNames { measures[name] = value }
    case .state:
      guard state.count + payload.count <= Self.maxStateBytes else {
        throw .flooded("a checkpoint of more than \(Self.maxStateBytes >> 20) MiB")
      }
      state.append(contentsOf: reader.rest())
    case .reject:
      let record = Int(try reader.integer(UInt32.self))
      guard record < recordCount else {
        throw .malformed("a reject of record \(record) of a batch of \(recordCount)")
      }
      let reason = PrintableText.line(try reader.text(), most: PluginReject.maxReason)
      if rejects.last?.record != record { rejects.append(PluginReject(record: record, reason: reason)) }
    case .wantCheckpoint: isCheckpointWanted = true
    default: throw .malformed("\(kind) is not expected here")
    }
    try reader.end()
  }

  private func name(_ reader: inout PluginFrameReader) throws(PluginFailure) -> String {
    PrintableText.line(try reader.text(), most: Self.maxNameBytes)
  }

  private func receiveOutputs(_ reader: inout PluginFrameReader) throws(PluginFailure) {
    for _ in 0..<(try reader.integer(UInt32.self)) {
      let stream = try reader.text()
      let source = try reader.text()
      let time = try reader.integer(Int64.self)
      let body = try reader.text()
      let topic = try reader.text()
      guard let write = writes.firstIndex(where: { $0.elementsEqual(stream) }) else {
        throw .malformed(
          "an output for the stream \"\(PrintableText.line(stream, most: 64))\", which it may not write")
      }
      guard emitted.append(write: write, eventTimeNs: time, source: source, body: body, replyTopic: topic) else {
        throw .flooded(
          "more than \(EmittedRecords.maxRecords) outputs or \(EmittedRecords.maxBytes >> 20) MiB with one batch")
      }
    }
  }

  private func noteLeftOut(_ nowMs: Int64) {
    guard let count = lines.takeLeftOut(nowMs: nowMs) else { return }
    log.warning("\(count) lines of the plugin were left out")
  }

  private func receiveLog(_ level: Int32, _ text: String) {
    let nowMs = SystemClock.monotonicNs() / 1_000_000
    noteLeftOut(nowMs)
    guard lines.allows(nowMs: nowMs) else { return }
    let line = Logger.Message(stringLiteral: "plugin: \(text)")
    switch level {
    case ...Int32(CROSSDOCK_LOG_ERROR): log.error(line)
    case Int32(CROSSDOCK_LOG_WARNING): log.warning(line)
    case Int32(CROSSDOCK_LOG_INFO): log.info(line)
    default: log.debug(line)
    }
  }
}

// One life of a plugin with a case's records: a process of the real host, spoken to in the frames that the agent speaks.
internal import Decoding
internal import Journal
internal import Logging
internal import Platform
internal import PluginRuntime
internal import Records

final class CaseRun {
  static let maxBatchRecords = 500
  static let maxBatchBytes = 1 << 20

  private let testCase: PluginCase
  private let role: PluginManifest.Role
  private let options: [PluginOptionValue]
  private let launch: PluginLaunch
  private let log: Logger
  private(set) var outputs: [ActualOutput] = []
  private(set) var rejects: [ActualReject] = []
  /// Outputs that an agent would not take, in its words.
  private(set) var refusals: [String] = []
  private(set) var lastStatus = PluginSession.Status.ok
  private var session: PluginSession?
  /// By source: its number in this session.
  private var sources: [String: UInt32] = [:]
  private let batch = RecordBatch()
  private let bodies = JSONBody()
  /// The benches of the SDK say the same.
  private let identity: PluginIdentity

  init(
    _ testCase: PluginCase, role: PluginManifest.Role, options: [PluginOptionValue], launch: PluginLaunch,
    dataFolder: String, log: Logger
  ) {
    self.testCase = testCase
    self.role = role
    self.options = options
    self.launch = launch
    identity = PluginIdentity(agent: "bench", epoch: "1-00000000000000000000000000000000", dataFolder: dataFolder)
    self.log = log
  }

  /// - Parameter state: nil: a plugin that has never run.
  func start(state: [UInt8]? = nil) throws(PluginFailure) {
    sources.removeAll()
    let session = try PluginSession(launch, writes: testCase.writes, log: log)
    self.session = session
    let streams =
      testCase.streams
      + testCase.writes.filter { name in !testCase.streams.contains { $0.name == name } }
      .map { StreamDefinition(name: $0, streamClass: .telemetry) }
    switch try session.open(options: options, streams: streams, identity: identity) {
    case .ok: break
    case .badOptions: throw .failed("it cannot use its options: \(session.lastLogLine)")
    default: throw .failed(session.reason)
    }
    guard let state, !state.isEmpty else { return }
    guard try session.restore(state) == .ok else {
      throw .failed("it cannot use its own checkpoint: \(session.reason)")
    }
  }

  func checkpoint() throws(PluginFailure) -> [UInt8] {
    guard let session else { preconditionFailure("no session") }
    guard let state = try session.checkpoint() else {
      throw .failed("it could not write its checkpoint: \(session.reason)")
    }
    return state
  }

  func stop() {
    session?.close()
    session = nil
  }

  /// Hands over records of the case, cut into batches.
  func feed(_ range: Range<Int>, batchRecords: Int = CaseRun.maxBatchRecords) throws(PluginFailure) {
    var first = range.lowerBound
    while first < range.upperBound {
      var bytes = 0
      var end = first
      while end < range.upperBound, end - first < batchRecords, end == first || bytes < Self.maxBatchBytes {
        bytes += testCase.input[end].body.count
        end += 1
      }
      try process(first..<end)
      first = end
      if lastStatus != .ok { return }
    }
  }

  /// Asks a feed once.
  func poll(_ number: Int) throws(PluginFailure) {
    batch.removeAll()
    let passed = Int64(number) * testCase.pollNs
    try call(
      newSources: [], first: 0,
      time: BatchTime(
        wallNs: testCase.nowNs + passed, monotonicNs: 1_000_000_000 + passed, waitUs: Int64(testCase.waitMs) * 1000))
  }

  private func process(_ range: Range<Int>) throws(PluginFailure) {
    batch.removeAll()
    var newSources: [[UInt8]] = []
    for index in range {
      let record = testCase.input[index]
      var source = sources[record.source]
      if source == nil {
        source = UInt32(sources.count)
        sources[record.source] = source
        newSources.append(Array(record.source.utf8))
      }
      batch.appendBody(record.body)
      for column in record.columns { batch.appendColumn(column) }
      batch.appendSamples(record.samples)
      batch.finishRecord(
        stream: UInt16(record.streamIndex), source: source ?? 0, eventTimeNs: record.timeNs,
        ingestTimeNs: record.timeNs,
        monotonicNs: 1_000_000_000 + record.timeNs - testCase.input[0].timeNs, flags: [])
      let sequence = testCase.input[...index].count { $0.streamIndex == record.streamIndex }
      batch.setSequence(UInt64(sequence), of: index - range.lowerBound)
    }
    let isTimed = role == .uplink
    try call(
      newSources: newSources, first: range.lowerBound,
      time: isTimed ? BatchTime(wallNs: testCase.nowNs, monotonicNs: 1_000_000_000, waitUs: 0) : BatchTime())
  }

  private func call(newSources: [[UInt8]], first: Int, time: BatchTime) throws(PluginFailure) {
    guard let session else { preconditionFailure("no session") }
    lastStatus = try session.process(batch, newSources: newSources, time: time)
    if lastStatus == .failed, testCase.status != "failed" { throw .failed(session.reason) }
    guard lastStatus == .ok else { return }
    // As an agent has it whose journal is not a small one.
    if session.emitted.bytes > JournalLimits.mostTransactionBytes {
      throw .flooded(
        "\(session.emitted.bytes) bytes with one batch; a journal takes \(JournalLimits.mostTransactionBytes) at most")
    }
    for record in session.emitted.records {
      outputs.append(
        ActualOutput(
          stream: testCase.writes[record.write],
          source: session.emitted.withSource(of: record) { String(decoding: $0, as: UTF8.self) },
          timeNs: record.eventTimeNs, body: session.emitted.withBody(of: record) { Array($0) },
          topic: session.emitted.replyTopic(of: record)))
      refuse(outputs[outputs.count - 1])
    }
    for reject in session.rejects {
      rejects.append(ActualReject(record: first + reject.record, reason: reject.reason))
    }
  }

  private func refuse(_ output: ActualOutput) {
    guard !testCase.holdsBytes(output.stream), let fault = output.body.withUnsafeBytes({ bodies.fault($0) }) else {
      return
    }
    if refusals.count < PluginCase.maxLines {
      refusals.append("output \(outputs.count): refused: \(fault): \(output.shown)")
    }
  }
}

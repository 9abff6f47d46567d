internal import Journal
internal import Logging
internal import Platform
internal import PluginRuntime
internal import Records

// One batch.
extension PluginWork {
  /// How long a plugin without work waits before its process is looked at.
  static let idleMs: Int64 = 250
  private static let retryMinMs: Int64 = 1000
  private static let retryMaxMs: Int64 = 60_000
  private static let freshAfterMs: Int64 = 60_000

  func step() throws(CrossdockError) {
    guard let session else { preconditionFailure("a plugin runs without its process") }
    do {
      if plugin.role == .feed { try poll(session) } else { try read(session) }
    } catch let failure as PluginFailure {
      try failed(failure)
    } catch let error as CrossdockError {
      throw error
    } catch { preconditionFailure("neither a failure of the plugin nor of the journal: \(error)") }
  }

  // MARK: readers

  private func read(_ session: PluginSession) throws {
    let generation = runner.surroundings.handle.commits.generation
    let isSingly = position < suspectThrough
    let records: [JournalReader.ArrivedRecord]
    do throws(CrossdockError) {
      records = try input.next(after: position, limit: isSingly ? 1 : .max)
    } catch {
      return try waitForRepair(error)
    }
    hindrance = nil
    // One that has ended meanwhile did not end because of this record.
    if isSingly { try session.lookAfter(nowMs) }
    guard !records.isEmpty else {
      try lookAfter(session)
      _ = runner.surroundings.handle.commits.wait(past: generation, timeoutMs: Int(Self.idleMs))
      return
    }
    input.fill(records)
    let status: PluginSession.Status
    do throws(PluginFailure) {
      status = try process(session, records)
      if status != .ok, status != .retry || plugin.role != .uplink { throw .failed(session.reason) }
    } catch {
      if error != .stopped, !error.isExcess { suspect(records, error) }
      throw error
    }
    if status == .retry { return try retryLater(session) }
    try accept(session, records)
  }

  /// What is damaged is cut out by the writer; then this goes on behind it.
  func waitForRepair(_ error: CrossdockError) throws(CrossdockError) {
    guard error.fault == .damaged else { throw error }
    input.reportDamage(to: runner.surroundings.handle.cursors)
    hindrance = "it waits until damage is cut out: \(error.reason)"
    pause(1000)
  }

  private func process(
    _ session: PluginSession, _ records: [JournalReader.ArrivedRecord]
  ) throws(PluginFailure) -> PluginSession.Status {
    var time = BatchTime()
    if plugin.role == .uplink {
      let now = SystemClock().now()
      time = BatchTime(wallNs: now.wallNs, monotonicNs: now.monotonicNs, waitUs: 0)
    }
    let status = try timed(session, records.count, first: records[0].arrival) { () throws(PluginFailure) in
      try session.process(input.batch, newSources: input.newSources, time: time)
    }
    try checkRoom(session)
    return status
  }

  /// What a batch adds is one transaction, which the journal has to hold.
  private func checkRoom(_ session: PluginSession) throws(PluginFailure) {
    guard session.emitted.bytes > input.maxOutputBytes else { return }
    throw .flooded("\(session.emitted.bytes) bytes with one batch; this journal takes \(input.maxOutputBytes)")
  }

  /// The batch failed. Once more with its records singly; what fails then is set aside.
  private func suspect(_ records: [JournalReader.ArrivedRecord], _ failure: PluginFailure) {
    if records.count == 1, records[0].arrival <= suspectThrough {
      condemned = (records[0], "\(failure)")
    } else {
      suspectThrough = max(suspectThrough, records[records.count - 1].arrival)
    }
  }

  private func accept(_ session: PluginSession, _ records: [JournalReader.ArrivedRecord]) throws(PluginFailure) {
    position = records[records.count - 1].arrival
    lastVersion = version.text
    recordsSinceCheckpoint += records.count
    if session.isCheckpointWanted { isCheckpointWanted = true }
    // Before the checkpoint is asked for: that call forgets them.
    var result = PluginResult(
      plugin: plugin.name, version: lastVersion, emitted: session.emitted, writes: plugin.writes,
      isDerived: plugin.role == .model, replyConnection: plugin.replyConnection, position: .at(position))
    for reject in session.rejects where plugin.role == .decoder && reject.record < records.count {
      let arrived = records[reject.record]
      result.setAside.append(
        PluginResult.SetAside(stream: plugin.reads[arrived.stream], record: arrived.record, reason: reject.reason))
    }
    let (emitted, rejected) = (session.emitted, UInt64(result.setAside.count))
    // A process that fails now has answered the batch: what it said counts.
    let outcome = Result { () throws(PluginFailure) in
      if plugin.role != .uplink, isCheckpointDue { try addCheckpoint(session, to: &result) }
    }
    try finish(session, result, records: records.count, emitted: emitted, rejected: rejected)
    try outcome.get()
  }

  private var isCheckpointDue: Bool {
    isCheckpointWanted || recordsSinceCheckpoint >= EngineLimits.checkpointRecords
      || nowMs - checkpointMs >= EngineLimits.checkpointIntervalMs
  }

  private func addCheckpoint(_ session: PluginSession, to result: inout PluginResult) throws(PluginFailure) {
    guard let state = try session.checkpoint() else {
      // What a feed has found and its place in what it reads are one.
      if plugin.role == .feed { throw .failed(session.reason) }
      return runner.log.warning("the plugin gives no checkpoint", metadata: ["reason": "\(session.reason)"])
    }
    isCheckpointWanted = false
    recordsSinceCheckpoint = 0
    checkpointMs = nowMs
    saved = Journal.SavedCheckpoint(version: version.text, arrival: position, state: state)
    result.checkpoints.append(
      JournalTransaction.Checkpoint(model: plugin.name, version: version.text, state: state, arrival: position))
  }

  // MARK: feeds

  /// Lets a feed plugin look for something. Its place in what it reads is committed with what it found.
  private func poll(_ session: PluginSession) throws {
    let (now, beganMs) = (SystemClock().now(), nowMs)
    input.fill([])
    let time = BatchTime(wallNs: now.wallNs, monotonicNs: now.monotonicNs, waitUs: Self.idleMs * 1000)
    let status = try timed(session, 0, first: 0) { () throws(PluginFailure) in
      try session.process(input.batch, newSources: [], time: time)
    }
    if status == .retry { return try retryLater(session) }
    guard status == .ok else { throw PluginFailure.failed(session.reason) }
    try checkRoom(session)
    let emitted = session.emitted
    if !emitted.records.isEmpty { lastVersion = version.text }
    var result = PluginResult(
      plugin: plugin.name, version: lastVersion, emitted: emitted, writes: plugin.writes, isDerived: false,
      replyConnection: plugin.replyConnection, position: .none)
    // Without outputs its state may still have moved: kept now and then.
    if !emitted.records.isEmpty || isCheckpointDue {
      try addCheckpoint(session, to: &result)
      result.position = .at(0)
    }
    try finish(session, result, records: 0, emitted: emitted, rejected: 0)
    // One that does not wait by itself.
    if emitted.records.isEmpty { try rest(session, ms: Self.idleMs - (nowMs - beganMs)) }
  }

  // MARK: both

  private func timed(
    _ session: PluginSession, _ records: Int, first: Int64, _ call: () throws(PluginFailure) -> PluginSession.Status
  ) throws(PluginFailure) -> PluginSession.Status {
    batchNumber += 1
    throttle.asked()
    let started = SystemClock.monotonicNs()
    var batch = PluginStatus.Batch(
      number: batchNumber, startedNs: SystemClock().now().wallNs, records: records, firstArrival: first, outputs: 0,
      rejects: 0, tookUs: 0, outcome: "ok")
    let outcome = Result { () throws(PluginFailure) in try call() }
    batch.tookUs = (SystemClock.monotonicNs() - started) / 1000
    switch outcome {
    case .success(.ok): (batch.outputs, batch.rejects) = (session.emitted.records.count, session.rejects.count)
    case .success(let status): batch.outcome = "\(status)"
    case .failure(let failure): batch.outcome = "\(failure)"
    }
    runner.update { $0.add(batch) }
    noteDenials()
    return try outcome.get()
  }

  private func finish(
    _ session: PluginSession, _ result: PluginResult, records: Int, emitted: EmittedRecords, rejected: UInt64
  ) throws(PluginFailure) {
    supervision.succeeded()
    retryPauseMs = 0
    retryingSinceMs = nil
    hindrance = nil
    if records > 0 || !emitted.records.isEmpty {
      probation?.batchSucceeded()
      if probation?.isPassed == true {
        probation = nil
        runner.log.info("the new version has passed its first batches", metadata: ["version": "\(version.text)"])
      }
    }
    if result.position != .none { post(result, waits: result.hasRecords) }
    let refused = runner.surroundings.handle.plugins.takeRefusals(of: plugin.name)
    runner.update {
      $0.batches += 1
      $0.records += UInt64(records)
      $0.emitted += UInt64(emitted.records.count) - min(refused.count, UInt64(emitted.records.count))
      $0.rejected += rejected
      $0.refused += refused.count
      if refused.count > 0 { $0.lastRefusal = refused.reason }
    }
    if refused.count > 0, loggedRefusals.insert(refused.kind).inserted {
      runner.log.error(
        "an output of the plugin is refused; others like it are counted", metadata: ["reason": "\(refused.reason)"])
    }
    try rest(
      session,
      ms: throttle.pauseMs(
        nowMs: nowMs, cpuMs: session.process.cpuMs, records: emitted.records.count, bytes: emitted.bytes))
  }

  /// The other side is not there: the same again, later. When that goes on, in a new process: what its confinement lets it see was
  /// fixed when it started, and a folder may have been mounted since.
  private func retryLater(_ session: PluginSession) throws(PluginFailure) {
    let since = retryingSinceMs ?? nowMs
    retryingSinceMs = since
    retryPauseMs = min(Self.retryMaxMs, max(Self.retryMinMs, retryPauseMs * 2))
    hindrance = "it asks to be tried again later" + (session.lastLogLine.isEmpty ? "" : ": \(session.lastLogLine)")
    try rest(session, ms: retryPauseMs)
    guard nowMs - since >= Self.freshAfterMs, !isStopping, runner.wish == nil else { return }
    retryingSinceMs = nil
    session.close()
    self.session = nil
    supervision.renew(nowMs: nowMs)
  }
}

internal import Configuration
internal import Journal
internal import Logging
internal import Platform
internal import PluginRuntime
internal import Records

// Starting a plugin's process, bringing it to where it was, and what happens when it fails.
extension PluginWork {
  func start() throws(CrossdockError) {
    // Not even once more: what is not as it was installed, or has filled its folder, does not get better by trying.
    if let damage = runner.surroundings.damage(plugin.plugin, version) { return try park(damage) }
    guard try ask() else { return }
    if let misfit = version.misfit { return try park(misfit) }
    if let excess = PrivateFolder(version.launch)?.excess() {
      return try park("it does not start: \(excess); delete what is not needed there, then `crossdock plugin enable`")
    }
    do {
      let session = try PluginSession(version.launch, writes: plugin.writes, stop: runner.stop, log: runner.log)
      self.session = session
      supervision.started()
      deniedCallsOfSession = 0
      throttle.restarted()
      input.sessionStarted()
      guard session.hello.role == plugin.role else {
        return try park("it is a \(session.hello.role.rawValue), plugin.toml says \(plugin.role.rawValue)")
      }
      switch try session.open(options: version.options, streams: streams, identity: identity) {
      case .ok: break
      case .badOptions: return try park("it cannot use its options: \(session.lastLogLine)")
      default: throw PluginFailure.failed(session.reason)
      }
      guard try bringUp(session) else { return beginAnew() }
      // Not brought to the end: its state is none to keep.
      guard !isStopping, runner.wish == nil else { return }
      try carryOutSentence(session)
      checkpointMs = nowMs
      runner.surroundings.parked(plugin.plugin, nil)
      runner.log.info("the plugin runs", metadata: ["version": "\(version.text)", "pid": "\(session.process.pid)"])
    } catch let failure as PluginFailure {
      try failed(failure)
    } catch let error as CrossdockError {
      throw error
    } catch { preconditionFailure("neither a failure of the plugin nor of the journal: \(error)") }
  }

  /// False: it is not to be started.
  private func ask() throws(CrossdockError) -> Bool {
    guard !isAsked, let model = plugin.unasked else { return true }
    switch runner.surroundings.ask(plugin, model, runner.stop) {
    case .ready(let version):
      (self.version, isAsked) = (version, true)
      return true
    case .refused(let reason): try park(reason)
    case .failed(let failure): try failed(failure)
    }
    return false
  }

  private var identity: PluginIdentity {
    PluginIdentity(
      agent: input.reader.agent, epoch: "\(input.reader.epoch)",
      dataFolder: plugin.unasked == nil ? plugin.dataFolder : version.launch.privateFolder ?? "")
  }

  private var streams: [StreamDefinition] {
    let all = runner.surroundings.configuration.streams + [.quarantine, .tombstones]
    return (plugin.reads + plugin.writes).compactMap { name in all.first { $0.name == name } }
  }

  /// It may have taken half of a checkpoint that it cannot use: another process starts without one.
  private func beginAnew() {
    noteDenials()
    session?.process.kill()
    session = nil
    supervision.renew(nowMs: nowMs)
  }

  /// Brings a new process to where the one before was. False: this process is not to be used.
  private func bringUp(_ session: PluginSession) throws -> Bool {
    do {
      guard try restore(session) else { return false }
      try replay(session)
      replayFailures = 0
      return true
    } catch let failure as PluginFailure {
      if failure != .stopped { replayFailures += 1 }
      throw failure
    }
  }

  /// A process that failed so often while it was brought to where it was begins without its state: that is what it fails with.
  private static let maxReplayFailures = 4

  /// False: it cannot use it.
  private func restore(_ session: PluginSession) throws(PluginFailure) -> Bool {
    guard let saved else { return true }
    guard replayFailures < Self.maxReplayFailures else {
      runner.log.warning("the plugin fails with its state and starts without it")
      forgetState()
      return true
    }
    guard !saved.state.isEmpty else { return true }
    switch try session.restore(saved.state) {
    case .ok: return true
    case .badCheckpoint:
      runner.log.warning("the plugin cannot use its checkpoint and starts anew")
      forgetState()
      return false
    default: throw .failed(session.reason)
    }
  }

  /// What comes next begins without a state, here.
  private func forgetState() {
    saved = emptyState
    isCheckpointWanted = true
  }

  /// Hands over what it has seen since its checkpoint. What it says to that is committed already.
  private func replay(_ session: PluginSession) throws {
    guard plugin.role == .model || plugin.role == .decoder, let saved else { return }
    var arrival = saved.arrival
    var count = 0
    while arrival < position, !isStopping, runner.wish == nil {
      let records: [JournalReader.ArrivedRecord]
      do throws(CrossdockError) {
        records = try input.next(after: arrival, through: position)
      } catch {
        try waitForRepair(error)
        continue
      }
      hindrance = nil
      guard let last = records.last else { break }
      input.fill(records)
      if try session.process(input.batch, newSources: input.newSources, isReplay: true) != .ok {
        throw PluginFailure.failed(session.reason)
      }
      if session.isCheckpointWanted { isCheckpointWanted = true }
      arrival = last.arrival
      count += records.count
    }
    recordsSinceCheckpoint = count
  }

  /// The record that failed twice goes to the quarantine, with a checkpoint behind it.
  private func carryOutSentence(_ session: PluginSession) throws(PluginFailure) {
    guard let (arrived, reason) = condemned else { return }
    var result = PluginResult(plugin: plugin.name, version: lastVersion, position: .at(arrived.arrival))
    result.setAside = [
      PluginResult.SetAside(stream: plugin.reads[arrived.stream], record: arrived.record, reason: reason)
    ]
    // One that gives none starts without a state next time: to hand it the record again would be the end of it.
    let state = try session.checkpoint() ?? []
    result.checkpoints = [
      JournalTransaction.Checkpoint(model: plugin.name, version: version.text, state: state, arrival: arrived.arrival)
    ]
    saved = Journal.SavedCheckpoint(version: version.text, arrival: arrived.arrival, state: state)
    recordsSinceCheckpoint = 0
    condemned = nil
    position = arrived.arrival
    post(result, waits: true)
    runner.update { $0.setAside += 1 }
    runner.log.error(
      "a record was set aside: the plugin fails on it",
      metadata: [
        "stream": "\(plugin.reads[arrived.stream])", "sequence": "\(arrived.record.sequence)", "reason": "\(reason)",
      ])
  }

  // MARK: failure

  func failed(_ failure: PluginFailure) throws(CrossdockError) {
    noteDenials()
    session?.process.kill()
    session = nil
    if failure == .stopped { return }
    supervision.failed("\(failure)", nowMs: nowMs, isExcess: failure.isExcess)
    runner.log.error("the plugin failed", metadata: ["reason": "\(failure)", "failures": "\(supervision.failures)"])
    probation?.batchFailed()
    if probation?.isFailed == true { _ = try rollBack("\(failure)") }
  }

  private func park(_ reason: String) throws(CrossdockError) {
    session?.process.kill()
    session = nil
    supervision.park(reason)
    runner.log.error("the plugin is parked", metadata: ["reason": "\(reason)"])
  }

  func noteDenials() {
    guard let process = session?.process, process.deniedCalls > deniedCallsOfSession else { return }
    let new = process.deniedCalls - deniedCallsOfSession
    deniedCallsOfSession = process.deniedCalls
    runner.update {
      $0.deniedCalls += new
      $0.lastDenied = process.lastDenied
    }
  }
}

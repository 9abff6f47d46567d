internal import Configuration
internal import Journal
internal import Logging
internal import Platform
internal import PluginRuntime
internal import Records

// Starting a plugin's process, bringing it to where it was, and what happens when it fails.
extension PluginWork {
  func start() throws(CrossdockError) {
    do {
      let session = try PluginSession(version.launch, writes: plugin.writes, stop: runner.stop, log: runner.log)
      supervision.started()
      deniedCallsOfSession = 0
      throttle.restarted()
      input.sessionStarted()
      guard session.hello.role == plugin.role else {
        return try park("it is a \(session.hello.role.rawValue), plugin.toml says \(plugin.role.rawValue)")
      }
      switch try session.open(options: plugin.options, streams: streams, identity: identity) {
      case .ok: break
      case .badOptions: return try park("it cannot use its options: \(session.lastLogLine)")
      default: throw PluginFailure.failed(session.lastLogLine)
      }
      self.session = session
      try bringUp(session)
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

  private var identity: PluginIdentity {
    PluginIdentity(agent: input.reader.agent, epoch: "\(input.reader.epoch)", dataFolder: plugin.dataFolder)
  }

  private var streams: [StreamDefinition] {
    let all = runner.surroundings.configuration.streams + [.quarantine, .tombstones]
    return (plugin.reads + plugin.writes).compactMap { name in all.first { $0.name == name } }
  }

  /// Brings a new process to where the one before was.
  private func bringUp(_ session: PluginSession) throws {
    do {
      if try restore(session) { try replay(session) }
      replayFailures = 0
    } catch let failure as PluginFailure {
      if failure != .stopped { replayFailures += 1 }
      throw failure
    }
  }

  /// A process that failed so often while it was brought to where it was begins without its state: that is what it fails with.
  private static let maxReplayFailures = 4

  /// False: it has no state, and starts with what comes.
  private func restore(_ session: PluginSession) throws(PluginFailure) -> Bool {
    guard let saved else { return false }
    guard replayFailures < Self.maxReplayFailures else {
      runner.log.warning("the plugin fails with its state and starts without it")
      self.saved = Journal.SavedCheckpoint(version: version.text, arrival: position, state: [])
      return false
    }
    guard !saved.state.isEmpty else { return true }
    switch try session.restore(saved.state) {
    case .ok: return true
    case .badCheckpoint:
      runner.log.warning("the plugin cannot use its checkpoint and starts anew")
      self.saved = Journal.SavedCheckpoint(version: version.text, arrival: position, state: [])
      return false
    default: throw .failed(session.lastLogLine)
    }
  }

  /// Hands over what it has seen since its checkpoint. What it says to that is committed already.
  private func replay(_ session: PluginSession) throws {
    guard plugin.role == .model || plugin.role == .decoder, let saved else { return }
    var arrival = saved.arrival
    var count = 0
    while arrival < position {
      let records = try input.next(after: arrival, through: position)
      guard let last = records.last else { break }
      input.fill(records)
      if try session.process(input.batch, newSources: input.newSources) != .ok {
        throw PluginFailure.failed(session.lastLogLine)
      }
      arrival = last.arrival
      count += records.count
    }
    recordsSinceCheckpoint = count
  }

  /// The record that failed twice goes to the quarantine, with a checkpoint behind it.
  private func carryOutSentence(_ session: PluginSession) throws(PluginFailure) {
    guard let (arrived, reason) = condemned else { return }
    var result = PluginResult(plugin: plugin.name, version: version.text, position: .at(arrived.arrival))
    result.setAside = [
      PluginResult.SetAside(stream: plugin.reads[arrived.stream], record: arrived.record, reason: reason)
    ]
    if let state = try session.checkpoint() {
      result.checkpoints = [
        JournalTransaction.Checkpoint(model: plugin.name, version: version.text, state: state, arrival: arrived.arrival)
      ]
      saved = Journal.SavedCheckpoint(version: version.text, arrival: arrived.arrival, state: state)
      recordsSinceCheckpoint = 0
    }
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
    supervision.failed("\(failure)", nowMs: nowMs)
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

  /// Back to the version before, with its state from before. False: there is none to go back to.
  func rollBack(_ reason: String) throws(CrossdockError) -> Bool {
    guard let probation else { return false }
    let failedVersion = version.text
    version = probation.previous
    throttle = PluginThrottle(version.launch.limits)
    self.probation = nil
    session?.process.kill()
    session = nil
    supervision = SupervisionState(nowMs: nowMs)
    (suspectThrough, condemned, replayFailures) = (-1, nil, 0)
    saved = try input.reader.checkpoint(of: plugin.previousName)
    var result = PluginResult(plugin: plugin.name, version: version.text, position: .at(position))
    if let saved {
      result.checkpoints = [
        JournalTransaction.Checkpoint(
          model: plugin.name, version: saved.version, state: saved.state, arrival: saved.arrival)
      ]
    }
    post(result, waits: true)
    runner.update { $0.rollbacks += 1 }
    runner.log.error(
      "the new version fails: back to the one before",
      metadata: ["failed": "\(failedVersion)", "now": "\(version.text)", "reason": "\(reason)"])
    runner.surroundings.rolledBack(plugin.plugin, failedVersion, reason)
    return true
  }
}

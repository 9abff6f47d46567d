// What a plugin's thread does, from one start of its process to the next.
//
//   checkpoint, replay to the position → batch → outputs + position (+ checkpoint) to the writer → the next batch
//
// Invariants:
//   - The position in the journal moves in the transaction that holds the outputs: each record has its effect exactly once. What a
//     plugin emits while records are replayed was committed before, and is thrown away.
//   - A batch that fails is tried again with its records singly, in a new process; a record that fails then is set aside in the
//     quarantine, and the next one follows. So a poisoned record costs two restarts and stops nothing.
//   - A checkpoint is taken right after a record was set aside, so that it is never replayed.
internal import Configuration
internal import Journal
internal import Logging
internal import Platform
internal import PluginRuntime
internal import Records

final class PluginWork {
  let runner: PluginRunner
  let input: PluginInput
  var plugin: IsolatedPlugin { runner.plugin }
  var version: IsolatedPlugin.Version
  /// Whether `version` is what its process is to be started with.
  var isAsked: Bool
  var session: PluginSession?
  var supervision: SupervisionState
  var throttle: PluginThrottle
  /// The arrival up to which everything is dealt with.
  var position: Int64 = 0
  /// The state that a new process is restored from; nil: there is none, it starts empty.
  var saved: Journal.SavedCheckpoint?
  /// Up to here records are handed over singly.
  var suspectThrough: Int64 = -1
  /// The record that is to be set aside when the process is there again.
  var condemned: (record: JournalReader.ArrivedRecord, reason: String)?
  var recordsSinceCheckpoint = 0
  var checkpointMs: Int64 = 0
  var replayFailures = 0
  var probation: PluginProbation?
  /// What had the last batch here; empty: nothing had. It stands with the position.
  var lastVersion = ""
  var retryPauseMs: Int64 = 0
  var retryingSinceMs: Int64?
  /// What it waits for although nothing has failed, for the status.
  var hindrance: String?
  /// The next batch brings a checkpoint: what is in the journal is not what the process was made from.
  var isCheckpointWanted = false
  /// What the status had before this supervision and this input began to count.
  private(set) var carried: (restarts: UInt64, failures: UInt64, missed: UInt64)
  var batchNumber: UInt64 = 0
  /// Each kind is told once.
  var loggedRefusals: Set<OutputRefusals.Kind> = []
  /// Denied calls of the present process that the status has.
  var deniedCallsOfSession: UInt64 = 0
  private var publishedCpu: (pid: Int32, ms: Int64) = (0, 0)

  init(_ runner: PluginRunner) throws(CrossdockError) {
    self.runner = runner
    let status = runner.status
    carried = (status.restarts, status.failures, status.missed)
    input = try PluginInput(runner.plugin, runner.surroundings)
    let version = runner.isBack ? runner.plugin.previous ?? runner.plugin.version : runner.plugin.version
    self.version = version
    isAsked = runner.plugin.unasked == nil
    throttle = PluginThrottle(version.launch.limits)
    supervision = SupervisionState(nowMs: SystemClock.monotonicNs() / 1_000_000)
  }

  var nowMs: Int64 { SystemClock.monotonicNs() / 1_000_000 }
  var isStopping: Bool { runner.isStopping }

  func run() throws(CrossdockError) {
    try findPosition()
    while !isStopping {
      if let wish = runner.wish {
        try goBack(wish)
        continue
      }
      switch supervision.phase {
      case .waiting(let untilMs):
        pause(untilMs - nowMs)
        if !isStopping, runner.wish == nil { try start() }
      case .running: try step()
      case .parked(let reason):
        if try rollBack(reason) { continue }
        publish()
        runner.surroundings.parked(plugin.plugin, reason)
        runner.rest(ms: 60_000)
      }
      publish()
    }
    session?.close()
    session = nil
  }

  func pause(_ ms: Int64) {
    guard ms > 0 else { return }
    publish()
    runner.rest(ms: ms)
  }

  /// A pause of a process that runs: it is looked after meanwhile.
  func rest(_ session: PluginSession, ms: Int64) throws(PluginFailure) {
    let untilMs = nowMs + ms
    while !isStopping, runner.wish == nil {
      let leftMs = untilMs - nowMs
      guard leftMs > 0 else { return }
      publish()
      runner.rest(ms: min(leftMs, Self.idleMs))
      try lookAfter(session)
    }
  }

  /// While nothing is asked of it.
  func lookAfter(_ session: PluginSession) throws(PluginFailure) {
    try session.lookAfter(nowMs)
    noteDenials()
    let process = session.process
    if let excess = throttle.idles(readMs: process.usageReadMs, cpuMs: process.cpuMs) { throw excess }
  }

  // MARK: results

  /// - Returns: whether it is durable; false when it is not waited for, or the agent stops.
  @discardableResult
  func post(_ result: PluginResult, waits: Bool) -> Bool {
    let mailbox = runner.surroundings.handle.plugins
    var generation = mailbox.committed.generation
    let ticket = mailbox.post(result, from: plugin.name)
    guard waits else { return false }
    while !mailbox.isCommitted(ticket, from: plugin.name) {
      if isStopping { return false }
      let now = mailbox.committed.wait(past: generation, timeoutMs: 1000)
      if now == generation { showThatTheWriterIsBusy() }
      generation = now
    }
    hindrance = nil
    return true
  }

  func showThatTheWriterIsBusy() {
    hindrance = "it waits until the journal can be written"
    publish()
  }

  // MARK: status

  /// Before the supervision or the input is replaced.
  func carryFigures() {
    carried.restarts += supervision.restarts
    carried.failures += supervision.failures
  }

  /// What the process has used since the last call.
  private func newCpuMs() -> Int64 {
    guard let process = session?.process else { return 0 }
    let before = publishedCpu.pid == process.pid ? publishedCpu.ms : 0
    publishedCpu = (process.pid, process.cpuMs)
    return process.cpuMs - before
  }

  func publish() {
    let (supervision, version, session, position) = (supervision, version, session, position)
    let (carried, hindrance, missed) = (carried, hindrance, input.missed)
    let newCpuMs = newCpuMs()
    runner.update { status in
      status.version = version.text
      status.ignoredOptions = version.ignoredOptions
      switch supervision.phase {
      case .waiting: status.state = supervision.failures == 0 ? .starting : .waiting
      case .running: status.state = .running
      case .parked: status.state = .parked
      }
      switch supervision.phase {
      case .running: status.reason = hindrance
      case .waiting: status.reason = hindrance ?? supervision.lastFailure
      case .parked(let reason): status.reason = reason
      }
      status.restarts = carried.restarts + supervision.restarts
      status.failures = carried.failures + supervision.failures
      status.lastFailure = supervision.lastFailure
      status.position = position
      status.missed = carried.missed + missed
      guard let session else { return }
      status.residentMb = session.process.residentMb
      status.cpuMs = session.process.cpuMs
      status.cpuTotalMs += max(0, newCpuMs)
      status.counters = session.counters
      status.measures = session.measures
    }
  }
}

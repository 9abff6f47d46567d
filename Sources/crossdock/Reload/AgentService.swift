// The agent over all its configurations: runs what was made of one, and on SIGHUP makes it anew from another, in the same process and
// under the same lock of the data folder.
//
// A reload is all or nothing. What can be found wrong while everything still runs is looked for first: every problem of agent.conf, files
// that it names, connections, the control API's address. Only then does the engine commit and acknowledge what it has and leave
// its brokers, whose sessions go on, so that the brokers keep what comes. The journal is closed and opened again, as in a
// restart: whatever is interrupted in between, also by a SIGKILL, leaves what a stop leaves. If the new parts do not open, the old
// ones are opened again.
//
// Invariant: never two engines at a time; the journal has one writer.
import CLinux
import Configuration
import Engine
import Journal
import Logging
import Platform
import Records

final class AgentService {
  private let surroundings: AgentSurroundings
  private var inputs: AgentInputs
  /// Nil between two of them.
  private var agent: RunningAgent?
  private let control: ControlSlot
  private var generation: Int

  private var log: Logger { surroundings.log }
  private var folder: String { inputs.configuration.agent.dataDirectory }

  /// What came of an attempt to take up another configuration.
  private enum Attempt {
    case done([ConfigurationChange])
    /// Nothing is different from before.
    case refused([ConfigurationChange], problems: [String])
    /// Neither the new configuration nor the old one opens.
    case lost([ConfigurationChange], problems: [String], CrossdockError)
  }

  /// Opens everything; nothing is read from a broker yet.
  init(_ file: ConfigurationFile, _ surroundings: AgentSurroundings) throws(CrossdockError) {
    self.surroundings = surroundings
    inputs = try AgentInputs(file)
    agent = try RunningAgent.open(inputs, surroundings)
    control = ControlSlot(surroundings)
    let folder = inputs.configuration.agent.dataDirectory
    generation = ReloadOutcome.read(in: folder)?.generation ?? 0
    try control.change(to: inputs)
    try control.settle(inputs)
    // There from the start: on a full disk it can be written over, but not made.
    if !Files.exists(ReloadOutcome.path(in: folder)) { try? ReloadOutcome(isOK: true).write(in: folder) }
  }

  /// Runs until the engine has been told to stop and has committed what it had.
  /// - Throws: as the engine does, after everything else has stopped.
  func run() throws(CrossdockError) {
    agent?.startOthers()
    crossdock_release_code_pages()
    let outcome = Result { () throws(CrossdockError) in
      while try agent?.driver.run() == .reloadRequested { try reload() }
    }
    agent?.stopOthers()
    control.stop()
    try outcome.get()
  }

  // MARK: reload

  /// - Throws: when nothing runs any more.
  private func reload() throws(CrossdockError) {
    let beganNs = SystemClock.monotonicNs()
    surroundings.notifier.reloading()
    let attempt = attempt()
    generation += 1
    var outcome = ReloadOutcome(generation: generation, beganUs: beganNs / 1000, file: realPath)
    outcome.time = Timestamp.text(surroundings.clock.now().wallNs)
    outcome.durationMs = (SystemClock.monotonicNs() - beganNs) / 1_000_000
    switch attempt {
    case .done(let changes):
      outcome.isOK = true
      outcome.changes = changes.map(\.description)
    case .refused(let changes, let problems), .lost(let changes, let problems, _):
      outcome.changes = changes.map(\.description)
      outcome.problems = problems
    }
    tell(outcome)
    do throws(CrossdockError) {
      try outcome.write(in: folder)
    } catch {
      log.warning("the outcome of the reload cannot be written", metadata: ["reason": "\(error.reason)"])
    }
    if case .lost(_, _, let error) = attempt { throw error }
  }

  private var realPath: String { Files.realPath(inputs.configuration.path) ?? inputs.configuration.path }

  private func tell(_ outcome: ReloadOutcome) {
    for problem in outcome.problems {
      log.error("the configuration is not taken up", metadata: ["reason": "\(problem)"])
    }
    guard outcome.isOK else { return }
    for change in outcome.changes { log.notice("changed", metadata: ["what": "\(change)"]) }
    log.notice(
      outcome.changes.isEmpty ? "reloaded: nothing changed" : "reloaded",
      metadata: ["changes": "\(outcome.changes.count)", "ms": "\(outcome.durationMs)"])
  }

  private func attempt() -> Attempt {
    let new: AgentInputs
    do throws(CrossdockError) {
      let (file, problems) = try ConfigurationFile.load(inputs.configuration.path, asksProcesses: false)
      guard let file else {
        return .refused([], problems: problems.filter { $0.severity == .error }.map(\.description))
      }
      for warning in problems { log.warning("configuration", metadata: ["warning": "\(warning)"]) }
      new = try AgentInputs(file)
    } catch {
      return .refused([], problems: ["\(error)"])
    }
    let changes = ConfigurationComparison.changes(from: inputs.state, to: new.state)
    guard !changes.isEmpty else {
      // Plugins that are parked are tried again.
      agent?.applyPlugins(new)
      return .done([])
    }
    let lasting = changes.filter { $0.part == .identity }
    guard lasting.isEmpty else {
      return .refused(
        changes, problems: lasting.map { "\($0): a running agent cannot change this; restart it, or set it back" })
    }
    if applyInPlace(changes, new) { return .done(changes) }
    return rebuild(new, changes)
  }

  /// Does what can be done while everything goes on running.
  /// - Returns: false when more is needed for these changes; nothing has been done then.
  private func applyInPlace(_ changes: [ConfigurationChange], _ new: AgentInputs) -> Bool {
    let isOfPlugins = changes.contains { $0.part != .log }
    guard changes.allSatisfy({ $0.part == .log || isBesideTheEngine($0.part, new) }) else { return false }
    if isOfPlugins { agent?.applyPlugins(new) }
    takeUp(new)
    return true
  }

  /// Whether a part runs in a process of its own, before and after: nothing else is disturbed by a change of it.
  private func isBesideTheEngine(_ part: ConfigurationChange.Part, _ new: AgentInputs) -> Bool {
    func isBeside(_ inputs: AgentInputs, _ matches: (ModelConfiguration) -> Bool) -> Bool {
      inputs.configuration.models.filter(matches).allSatisfy { !inputs.file.catalog.isInLine($0) }
    }
    switch part {
    case .model(let name), .pluginAtWork(let name):
      return isBeside(inputs) { $0.name == name } && isBeside(new) { $0.name == name }
    case .plugin(let name): return isBeside(inputs) { $0.plugin == name } && isBeside(new) { $0.plugin == name }
    case .plugins, .models: return true
    default: return false
    }
  }

  private func takeUp(_ new: AgentInputs) {
    inputs = new
    surroundings.logLevel.level = new.configuration.log.level.forLogger
  }

  // MARK: everything anew

  private func rebuild(_ new: AgentInputs, _ changes: [ConfigurationChange]) -> Attempt {
    do throws(CrossdockError) {
      try EngineDriver.checkConnections(new.configuration, log: log)
      try control.change(to: new)
    } catch {
      return refused(changes, ["\(error)"])
    }
    guard leave() else {
      return refused(changes, ["the journal cannot be written now: \(holdReason); reload when it can"])
    }
    let before = surroundings.handle.snapshot
    closeAll()
    do throws(CrossdockError) {
      agent = try RunningAgent.open(new, surroundings, continuing: before)
    } catch {
      return goBack(changes, after: error, continuing: before)
    }
    takeUp(new)
    resume()
    do throws(CrossdockError) {
      try control.settle(new)
    } catch {
      // It listens all the same: who knows its address finds it.
      log.warning("the control API's address cannot be written", metadata: ["reason": "\(error.reason)"])
    }
    return .done(changes)
  }

  private func refused(_ changes: [ConfigurationChange], _ problems: [String]) -> Attempt {
    do throws(CrossdockError) {
      try control.revert(to: inputs)
      return .refused(changes, problems: problems)
    } catch {
      // The data flows on without it, and the next reload tries again.
      return .refused(changes, problems: problems + ["the control API is gone, too: \(error)"])
    }
  }

  /// The new parts do not open: those of before do.
  private func goBack(
    _ changes: [ConfigurationChange], after reason: CrossdockError, continuing before: EngineSnapshot?
  ) -> Attempt {
    do throws(CrossdockError) {
      agent = try RunningAgent.open(inputs, surroundings, continuing: before)
    } catch {
      return .lost(
        changes,
        problems: ["\(reason)", "the agent ends: the configuration of before cannot be opened either: \(error)"],
        error)
    }
    resume()
    return refused(changes, ["\(reason)"])
  }

  private func leave() -> Bool { agent?.driver.leave() ?? false }

  private var holdReason: String { agent?.driver.engine.holdReason ?? "unknown" }

  private func closeAll() {
    agent?.stopOthers()
    control.suspendReading(true)
    weak let engine = agent?.driver.engine
    agent = nil
    precondition(engine == nil, "AgentService: the engine of before still has the journal open")
    surroundings.notifier.watchdog()
  }

  private func resume() {
    control.suspendReading(false)
    agent?.startOthers()
    surroundings.notifier.watchdog()
  }
}

extension LogLevel {
  var forLogger: Logger.Level {
    switch self {
    case .error: .error
    case .warning: .warning
    case .info: .info
    case .debug: .debug
    }
  }
}

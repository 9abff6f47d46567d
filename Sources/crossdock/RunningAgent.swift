import Configuration
import Engine
import Journal
import Logging
import Platform
import Records

/// Everything that runs: the engine on this thread, uplinks and control API on theirs.
final class RunningAgent {
  private let engine: Engine
  private let handle = EngineHandle()
  private let log: Logger

  init(_ file: ConfigurationFile, signals: SignalDescriptor, log: Logger) throws {
    self.log = log
    engine = try Engine(
      file.configuration, plugins: file.plugins, options: file.modelOptions(), handle: handle, clock: SystemClock(),
      signals: signals, notifier: ServiceNotifier(), log: log,
      callbacks: Engine.Callbacks(
        reload: { log.notice("SIGHUP: a changed configuration takes a restart") }, setAside: { [] }))
    log.info(
      "started",
      metadata: [
        "version": "\(Version.text)", "agent": "\(file.configuration.agent.id)", "epoch": "\(engine.epoch)",
        "journal": "\(engine.journalPath)",
      ])
    if let reason = engine.newEpochReason { log.notice("a new epoch begins", metadata: ["reason": "\(reason)"]) }
  }

  func run() {
    engine.run()
  }
}

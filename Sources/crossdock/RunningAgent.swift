import Configuration
import Engine
import Journal
import Logging
import Records
import Uplink

/// What is made of one configuration: the engine, which has the journal's file open, and the uplinks, each with a thread of its own.
/// They share the journal's file, a signal that tells of commits, and mailboxes; nothing else.
final class RunningAgent {
  let driver: EngineDriver
  private let uplinks: [Uplink]
  private let commands: [CentralCommands]
  /// Nil: no plugin runs a trained model.
  private let governor: ModelGovernor?
  private let status: AgentStatus
  private let inputs: AgentInputs
  private let surroundings: AgentSurroundings

  /// A journal whose damage shows only while it is being opened is set aside at once.
  static func open(
    _ inputs: AgentInputs, _ surroundings: AgentSurroundings, continuing before: EngineSnapshot? = nil
  ) throws(CrossdockError) -> RunningAgent {
    do throws(CrossdockError) {
      return try RunningAgent(inputs, surroundings, continuing: before)
    } catch {
      guard error.isDamage(of: inputs.file) else { throw error }
      Journal.markDamaged(inputs.file.journalPath, reason: error.reason)
      return try RunningAgent(inputs, surroundings, continuing: before)
    }
  }

  /// Opens everything; what cannot be opened is an error now, not later. Nothing is read from a broker yet.
  private init(
    _ inputs: AgentInputs, _ surroundings: AgentSurroundings, continuing before: EngineSnapshot?
  ) throws(CrossdockError) {
    self.inputs = inputs
    self.surroundings = surroundings
    let log = surroundings.log
    let configuration = inputs.configuration
    let (handle, letters) = (surroundings.handle, surroundings.letters)
    status = surroundings.status
    driver = try EngineDriver(
      configuration, plugins: inputs.inLine, options: inputs.options, handle: handle, continuing: before,
      clock: surroundings.clock, signals: surroundings.signals, notifier: surroundings.notifier, log: log,
      callbacks: Engine.Callbacks(
        reload: { log.notice("SIGHUP: the configuration is read again") },
        setAside: { letters.takeAll().map { ($0.tombstone, $0.cursor) } }))
    uplinks = configuration.uplinks.map { uplink in
      Uplink(
        UplinkDestination(uplink), agent: configuration.agent.id, journalPath: inputs.file.journalPath,
        commits: handle.commits, cursors: handle.cursors, letters: letters, logger: log)
    }
    commands = configuration.uplinks.compactMap {
      CentralCommands(
        $0, agent: configuration.agent.id, journalPath: inputs.file.journalPath, handle: handle, log: log)
    }
    governor = ModelGovernor(
      configuration, journalPath: inputs.file.journalPath, commits: handle.commits, cursors: handle.cursors, log: log)
    let engine = driver.engine
    log.info(
      before == nil ? "started" : "goes on",
      metadata: [
        "version": "\(Version.text)", "agent": "\(configuration.agent.id)", "epoch": "\(engine.epoch)",
        "journal": "\(engine.journalPath)",
      ])
    guard let reason = engine.newEpochReason else { return }
    log.notice("a new epoch begins", metadata: ["reason": "\(reason)"])
    surroundings.forgetPosts()
  }

  /// Starts what runs beside the engine.
  func startOthers() {
    for uplink in uplinks { uplink.start() }
    governor?.start()
    for source in commands { source.start() }
    status.setUplinks(uplinks)
    status.setUnsigned(inputs.unsignedInLine)
    applyPlugins(inputs)
  }

  /// Brings the plugins beside the agent to what a configuration says, while everything else goes on.
  func applyPlugins(_ inputs: AgentInputs) {
    let store = inputs.configuration.plugins.folder
    var around = PluginRunner.Surroundings(
      journalPath: inputs.file.journalPath, configuration: inputs.configuration, handle: surroundings.handle,
      log: surroundings.log,
      rolledBack: { [log = surroundings.log] plugin, version, reason in
        PluginRecords.rolledBack(plugin, from: version, reason, in: store, log)
      },
      parked: { [log = surroundings.log] plugin, reason in PluginRecords.parked(plugin, reason, in: store, log) })
    let unsigned = UnsignedCode(inputs.configuration.plugins)
    around.damage = { plugin, version in
      unsigned.refusal(plugin, version) ?? PluginCatalog.damage(plugin, version)
    }
    around.ask = { [configuration = inputs.configuration, log = surroundings.log] plugin, model, stop in
      PluginCatalog.ask(plugin, of: model, stop: stop, configuration, log)
    }
    let plugins = inputs.isolated.map { plugin in
      var plugin = plugin
      plugin.refusal = unsigned.refusal(plugin.plugin, plugin.version)
      return plugin
    }
    surroundings.runners.apply(plugins, around)
  }

  /// What was acknowledged last is still sent if an uplink has its link; the rest waits in the journal.
  func stopOthers() {
    surroundings.runners.stop()
    governor?.stop()
    for source in commands { source.stop() }
    for uplink in uplinks { uplink.requestStop() }
    for uplink in uplinks { uplink.stop() }
  }
}

extension CrossdockError {
  /// Whether the journal of a configuration has turned out to be damaged.
  func isDamage(of file: ConfigurationFile) -> Bool { fault == .damaged && place == file.journalPath }
}

extension DeadLetter {
  fileprivate var tombstone: Tombstone {
    Tombstone(stream: stream, first: sequence, last: sequence, count: 1, reason: tombstoneReason)
  }
}

import CLinux
import Configuration
import ControlAPI
import Engine
import HTTPServer
import Journal
import Logging
import Platform
import Records
import Uplink

/// Everything that runs: the engine on this thread, each uplink and the control API on theirs. They share the journal's
/// file, a signal that tells of commits, and mailboxes; nothing else.
final class RunningAgent {
  private let driver: EngineDriver
  private let handle = EngineHandle()
  private let uplinks: [Uplink]
  private let plugins: [IsolatedPlugin]
  private let runners = PluginRunners()
  private var control: ControlAPI?
  private let log: Logger
  private let file: ConfigurationFile

  /// Opens everything; what cannot be opened is an error now, not later. Nothing is read from a broker yet.
  init(_ file: ConfigurationFile, signals: SignalDescriptor, log: Logger) throws {
    self.file = file
    self.log = log
    let configuration = file.configuration
    let wake = handle.cursors
    let letters = DeadLetterMailbox(onPost: { wake.wakeOwner() })
    let options = try file.catalog.options(configuration)
    plugins = try file.catalog.isolated(configuration, options: options)
    driver = try EngineDriver(
      configuration, plugins: try file.catalog.inLine(configuration), options: options, handle: handle, clock: SystemClock(),
      signals: signals, notifier: ServiceNotifier(), log: log,
      callbacks: Engine.Callbacks(
        reload: { log.notice("SIGHUP: a changed configuration takes a restart") },
        setAside: { letters.takeAll().map { ($0.tombstone, $0.cursor) } }))
    let handle = handle
    uplinks = configuration.uplinks.map { uplink in
      Uplink(
        UplinkDestination(uplink), agent: configuration.agent.id, journalPath: file.journalPath,
        commits: handle.commits,
        cursors: handle.cursors, letters: letters, logger: log)
    }
    if let section = configuration.control {
      control = try Self.startControl(
        section, file, handle: handle, runners: runners, uplinks: uplinks, log: log)
    }
    let engine = driver.engine
    log.info(
      "started",
      metadata: [
        "version": "\(Version.text)", "agent": "\(configuration.agent.id)", "epoch": "\(engine.epoch)",
        "journal": "\(engine.journalPath)",
      ])
    if let reason = engine.newEpochReason { log.notice("a new epoch begins", metadata: ["reason": "\(reason)"]) }
  }

  /// Runs until the engine has been told to stop and has committed what it had. What it acknowledged last is still sent if
  /// an uplink has its link; the rest waits in the journal.
  /// - Throws: as the engine does, after everything else has stopped.
  func run() throws(CrossdockError) {
    for uplink in uplinks { uplink.start() }
    runners.apply(
      plugins,
      PluginRunner.Surroundings(
        journalPath: file.journalPath, configuration: file.configuration, handle: handle, log: log,
        rolledBack: { _, _, _ in }))
    crossdock_release_code_pages()
    let outcome = Result { () throws(CrossdockError) in try driver.run() }
    runners.stop()
    for uplink in uplinks { uplink.requestStop() }
    for uplink in uplinks { uplink.stop() }
    control?.stop()
    Files.remove(file.controlAddressPath)
    try outcome.get()
  }

  private static func startControl(
    _ section: ControlConfiguration, _ file: ConfigurationFile, handle: EngineHandle, runners: PluginRunners, uplinks: [Uplink],
    log: Logger
  ) throws -> ControlAPI {
    let host = section.listenHost.contains(":") ? "[\(section.listenHost)]" : section.listenHost
    var server = HTTPServerConfiguration(listen: "\(host):\(section.listenPort)")
    server.token = section.token.flatMap { BearerToken($0.reveal().utf8) }
    if let certificate = section.certificate {
      server.certificatePEM = String(decoding: try Files.read(certificate.certFile, limit: 1 << 20), as: UTF8.self)
      server.keyPEM = String(decoding: try Files.read(certificate.keyFile, limit: 1 << 20), as: UTF8.self)
    }
    let agent = file.configuration.agent.id
    let control = try ControlAPI(
      server, journalPath: file.journalPath, commits: handle.commits, damage: handle.cursors, logger: log,
      plugins: { PluginStatusDocument.json(runners.statuses) }
    ) {
      guard let engine = handle.snapshot else { return Array("{}".utf8) }
      return StatusDocument.json(agent: agent, engine, plugins: runners.statuses, uplinks: uplinks.map(\.status))
    }
    try Files.replace(file.controlAddressPath, with: Array("\(control.address)\n".utf8))
    return control
  }
}

extension DeadLetter {
  fileprivate var tombstone: Tombstone {
    Tombstone(stream: stream, first: sequence, last: sequence, count: 1, reason: tombstoneReason)
  }
}

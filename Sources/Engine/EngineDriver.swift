// The writer thread's loop: polls the sockets, the signals and the other threads' wake, reads the clocks, and lets the engine
// turn. Everything that the engine itself decides is in `Engine`.
internal import CLinux
package import Configuration
package import Logging
internal import MQTTFeed
package import Platform
package import PluginRuntime
package import Records

package final class EngineDriver {
  /// Why `run` has returned.
  package enum Ending {
    case stopped
    /// SIGHUP has come. The engine stands between two turns, and goes on when `run` is called again.
    case reloadRequested
  }

  package let engine: Engine
  private let clock: SystemClock
  private let signals: SignalDescriptor
  private let notifier: ServiceNotifier
  private let callbacks: Engine.Callbacks
  /// The engine's connections, for their sockets.
  private let sockets: [MQTTConnection]
  private var releaseAtMs: Int64?
  private var isReloadRequested = false
  private static let settleMs: Int64 = 15_000
  private var polls = PollSet()
  /// By connection: the place of its socket in this turn's poll.
  private var places: [Int?] = []

  /// Opens the journal, the models and the connections; nothing is read yet.
  package init(
    _ configuration: AgentConfiguration, plugins: [String: PluginDescriptor], options: [[PluginOptionValue]],
    handle: EngineHandle, continuing before: EngineSnapshot? = nil, clock: SystemClock, signals: SignalDescriptor,
    notifier: ServiceNotifier, log: Logger,
    callbacks: Engine.Callbacks
  ) throws(CrossdockError) {
    self.clock = clock
    self.signals = signals
    self.notifier = notifier
    self.callbacks = callbacks
    let now = clock.now()
    var made: [MQTTConnection] = []
    engine = try Engine(
      configuration, plugins: plugins, options: options, handle: handle, continuing: before, now: now,
      boot: BootID.current(), log: log, callbacks: callbacks
    ) { (all) throws(CrossdockError) in
      for settings in all { made.append(try MQTTConnection(settings, log: log, nowMs: now.monotonicMs)) }
      return made
    }
    sockets = made
  }

  /// Whether the connections of a configuration can be made, as far as that shows without a broker: nothing is connected.
  package static func checkConnections(
    _ configuration: AgentConfiguration, log: Logger
  ) throws(CrossdockError) {
    for settings in EngineSetup(configuration: configuration, log: log).connectionSettings {
      _ = try MQTTConnection(settings, log: log, nowMs: 0)
    }
  }

  /// Turns until it is asked to stop, then commits what it has, acknowledges it and says goodbye; or until SIGHUP comes.
  /// - Throws: the journal has turned out to be damaged. Nothing of the last batch was acknowledged; the next start sets the
  ///   file aside.
  package func run() throws(CrossdockError) -> Ending {
    notifier.ready(status: "journal \(engine.journalPath)")
    // Made once, not with every turn.
    let isReadable: (Int) -> Bool = { [unowned self] in self.isReadable($0) }
    while !engine.handle.isStopRequested {
      wait()
      let now = clock.now()
      // A read that finds nothing costs as much as one that does: only what poll has seen is looked at.
      if polls.isReadable(0) { takeSignals() }
      if polls.isReadable(1) { engine.handle.wake.clear() }
      if engine.turn(now: now, isReadable: isReadable) {
        notifier.watchdog()
        releaseStartPages(now)
      }
      // Between two turns, and never without one between two requests: a storm of them does not stop the ingest.
      if isReloadRequested, !engine.handle.isStopRequested {
        isReloadRequested = false
        return .reloadRequested
      }
    }
    notifier.stopping()
    engine.shutDown(now: clock.now())
    if let damage = engine.damage { throw damage }
    return .stopped
  }

  /// Commits and acknowledges what was read, and leaves the brokers, whose sessions go on: another driver takes up from here.
  /// - Returns: false when the journal does not take it: `run` goes on.
  package func leave() -> Bool { engine.leave(now: clock.now()) }

  /// What connecting and the first commits touched is not needed again soon.
  private func releaseStartPages(_ now: ClockReading) {
    guard let at = releaseAtMs else {
      releaseAtMs = now.monotonicMs + Self.settleMs
      return
    }
    guard now.monotonicMs >= at else { return }
    releaseAtMs = .max
    crossdock_release_code_pages()
  }

  private func wait() {
    polls.removeAll()
    polls.add(signals.fd)
    polls.add(engine.handle.wake.fd)
    places.removeAll(keepingCapacity: true)
    var isWorkWaiting = false
    for (number, connection) in sockets.enumerated() {
      // While the engine holds, a socket that nobody reads would wake the loop for ever.
      guard !engine.isHolding, let fd = connection.socket else {
        places.append(nil)
        continue
      }
      isWorkWaiting = isWorkWaiting || connection.hasEarlyMessages
      places.append(polls.add(fd, wantsWrite: connection.wantsWrite && !engine.isLingering(number)))
    }
    let nowMs = SystemClock.monotonicNs() / 1_000_000
    polls.wait(timeoutMs: isWorkWaiting ? 0 : Int32(clamping: max(0, engine.nextWakeMs - nowMs)))
  }

  private func isReadable(_ number: Int) -> Bool {
    guard let place = places[number] else { return false }
    return polls.isReadable(place) || sockets[number].hasEarlyMessages
  }

  private func takeSignals() {
    while let request = signals.take() {
      switch request {
      case .stop: engine.handle.stop()
      case .reload:
        callbacks.reload()
        isReloadRequested = true
      }
    }
  }
}

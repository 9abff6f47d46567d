// The writer thread: it owns the sockets, the decoders, the in-line models and the writing connection, and turns in one loop:
//
//   poll → read every socket until it is dry or the batch is full → models → COMMIT → replies → write every socket
//
// Acknowledgements leave only in that last step. While a commit fails (disk full, I/O error) the loop holds: it reads nothing
// and writes nothing, so that nothing is acknowledged and the broker keeps what comes; the same batch is tried again until
// it is on disk. Nothing here waits for another thread.
package import Configuration
internal import Decoding
package import Journal
package import Logging
internal import MQTTFeed
package import Platform
package import PluginRuntime
package import Records

package final class Engine {
  /// What the program around the engine is asked for, on the writer thread.
  package struct Callbacks {
    /// SIGHUP has come.
    package var reload: () -> Void
    /// Records that a destination refuses for good: a tombstone and a cursor each, committed together.
    package var setAside: () -> [(tombstone: Tombstone, cursor: CursorUpdate)]

    package init(
      reload: @escaping () -> Void, setAside: @escaping () -> [(tombstone: Tombstone, cursor: CursorUpdate)]
    ) {
      self.reload = reload
      self.setAside = setAside
    }
  }

  package let handle: EngineHandle
  /// The journal that was opened, for what the program says at its start.
  package var journalPath: String { journal.path }
  package var epoch: Epoch { journal.epoch }
  package var newEpochReason: String? { journal.newEpochReason }

  let journal: Journal
  let pipeline: IngestPipeline
  let models: ModelStage
  let connections: [MQTTConnection]
  private let outbox: ReplyOutbox
  private let clock: SystemClock
  private let signals: SignalDescriptor
  private let notifier: ServiceNotifier
  private let log: Logger
  private var hold: HoldState?
  /// The journal's damage that ended the engine.
  private var damage: CrossdockError?
  private var monitor: EngineMonitor
  private var polls = PollSet()
  private let callbacks: Callbacks

  /// Opens the journal, the models and the connections; nothing is read yet.
  /// - Parameters:
  ///   - plugins: the descriptors that `[[model]] plugin` may name.
  ///   - options: by model, in the configuration's order: the resolved options.
  package init(
    _ configuration: AgentConfiguration, plugins: [String: PluginDescriptor], options: [[PluginOptionValue]],
    handle: EngineHandle, clock: SystemClock, signals: SignalDescriptor, notifier: ServiceNotifier, log: Logger,
    callbacks: Callbacks
  ) throws(CrossdockError) {
    self.handle = handle
    self.clock = clock
    self.signals = signals
    self.notifier = notifier
    self.log = log
    self.callbacks = callbacks
    let now = clock.now()
    let setup = EngineSetup(configuration: configuration, log: log)
    journal = try setup.openJournal(now: now)
    pipeline = try setup.makePipeline(journal, now: now)
    models = try setup.makeModels(journal, plugins: plugins, options: options)
    connections = try setup.makeConnections(nowMs: now.monotonicNs / 1_000_000)
    outbox = ReplyOutbox(journal: journal, connectionNames: configuration.connections.map(\.name))
    monitor = EngineMonitor(configuration, now: now)
    try models.recover(feeds: pipeline.feeds)
    for (number, connection) in connections.enumerated() {
      connection.knownFilters = try setup.knownFilters(journal, connection: configuration.connections[number].name)
    }
  }

  /// Turns until it is asked to stop, then commits what it has, acknowledges it and says goodbye.
  /// - Throws: the journal has turned out to be damaged. Nothing of the last batch was acknowledged; the next start sets the
  ///   file aside.
  package func run() throws(CrossdockError) {
    publishSnapshot(clock.now())
    notifier.ready(status: "journal \(journal.path)")
    while !handle.isStopRequested {
      turn()
    }
    shutDown()
    if let damage { throw damage }
  }

  private func turn() {
    let places = wait()
    let now = clock.now()
    takeSignals()
    handle.wake.clear()
    if hold == nil { readSockets(places, now: now) }
    takeEvents()
    takePosts()
    if hold.map({ $0.isDue(nowMs: now.monotonicMs) }) ?? !pipeline.isEmpty { commit(now: now) }
    if hold == nil {
      writeSockets()
      maintain(now)
    }
    if monitor.isTickDue(nowMs: now.monotonicMs) { tick(now) }
  }

  /// Polls; returns the place of each connection's socket.
  private func wait() -> [Int?] {
    polls.removeAll()
    polls.add(signals.fd)
    polls.add(handle.wake.fd)
    var isWorkWaiting = false
    let places = connections.map { connection -> Int? in
      // While the engine holds, a socket that nobody reads would wake the loop for ever.
      guard hold == nil, let fd = connection.socket else { return nil }
      isWorkWaiting = isWorkWaiting || connection.hasEarlyMessages
      return polls.add(fd, wantsWrite: connection.wantsWrite)
    }
    let nowMs = SystemClock.monotonicNs() / 1_000_000
    var until = monitor.nextTickMs
    for connection in connections { until = min(until, connection.session.nextWakeMs ?? until) }
    if let hold { until = min(until, hold.retryAtMs) }
    polls.wait(timeoutMs: isWorkWaiting ? 0 : Int32(clamping: max(0, until - nowMs)))
    return places
  }

  private func takeSignals() {
    while let request = signals.take() {
      switch request {
      case .stop: handle.stop()
      case .reload: callbacks.reload()
      }
    }
  }

  private func readSockets(_ places: [Int?], now: ClockReading) {
    for (number, connection) in connections.enumerated() {
      guard let place = places[number], polls.isReadable(place) || connection.hasEarlyMessages else { continue }
      connection.read { message in
        pipeline.receive(message, connection: number, now: now)
        return !pipeline.isFull
      }
    }
  }

  private func takeEvents() {
    for (number, connection) in connections.enumerated() {
      for event in connection.takeEvents() {
        switch event {
        case .connected(let isPresent):
          pipeline.sessionStarted(connection: number, isPresent: isPresent)
          outbox.connected()
        case .subscribed:
          connection.knownFilters = connection.grantedFilters
          pipeline.add(EngineSetup.filtersCheckpoint(connection.knownFilters, connection: connection.settings.name))
        case .published(let packetID):
          if let reply = outbox.published(connection: number, packetID: packetID) {
            pipeline.add(confirmedReplies: [reply])
          }
        case .forgotten: outbox.forgotten(connection: number)
        case .lost, .refusedSubscription: break
        }
      }
    }
  }

  /// What other threads want to have committed.
  private func takePosts() {
    guard hold == nil else { return }
    pipeline.add(handle.cursors.takeAll())
    for (tombstone, cursor) in callbacks.setAside() {
      pipeline.add(tombstone)
      pipeline.add([cursor])
    }
  }

  // MARK: commit

  private func commit(now: ClockReading, isLast: Bool = false) {
    if hold == nil {
      pipeline.seal(now: now)
      models.run(pipeline, now: now)
      models.addCheckpoints(to: pipeline, nowMs: now.monotonicMs, isLast: isLast)
    }
    let hasReplies = !pipeline.transaction.replies.isEmpty
    let hasRecords = !pipeline.batch.isEmpty
    do throws(CrossdockError) {
      try journal.commit(pipeline.batch, pipeline.transaction, now: now)
      pipeline.clear()
      if hold != nil {
        log.notice("the journal can be written again")
        hold = nil
      }
      if hasReplies { outbox.repliesWereCommitted() }
      pipeline.add(confirmedReplies: try outbox.publish(on: connections))
      if hasRecords { handle.commits.wakeAll() }
    } catch {
      holdBack(error, nowMs: now.monotonicMs)
    }
  }

  /// Nothing is read or acknowledged until the journal takes the batch.
  private func holdBack(_ error: CrossdockError, nowMs: Int64) {
    if error.fault == .damaged {
      damage = error
      handle.stop()
    }
    if hold == nil {
      log.error(
        "the journal cannot be written: nothing is acknowledged until it can",
        metadata: ["place": "\(error.place)", "reason": "\(error.reason)", "hint": "\(error.hint)"])
    }
    hold = HoldState(after: hold, reason: error.reason, nowMs: nowMs)
  }

  private func writeSockets() {
    for connection in connections where connection.wantsWrite { connection.write() }
  }

  // MARK: maintenance

  /// Packing and its like, a little at a time, when the acknowledgements have left.
  private func maintain(_ now: ClockReading) {
    guard journal.needsMaintenance(now: now) else { return }
    do throws(CrossdockError) {
      try journal.maintain(now: now)
    } catch {
      holdBack(error, nowMs: now.monotonicMs)
    }
  }

  // MARK: time

  private func tick(_ now: ClockReading) {
    for connection in connections { connection.tick(nowMs: now.monotonicMs) }
    notifier.watchdog()
    publishSnapshot(now)
    monitor.ticked(nowMs: now.monotonicMs)
  }

  private func publishSnapshot(_ now: ClockReading) {
    handle.publish(
      monitor.snapshot(
        now: now, journal: journal, pipeline: pipeline, models: models, connections: connections,
        holdReason: hold?.reason))
  }

  private func shutDown() {
    notifier.stopping()
    let now = clock.now()
    takeEvents()
    takePosts()
    if damage == nil { commit(now: now, isLast: true) }
    if let hold {
      log.error("stopped without the last batch, which was not acknowledged", metadata: ["reason": "\(hold.reason)"])
      return
    }
    for connection in connections { connection.stop() }
    publishSnapshot(clock.now())
    log.info("stopped", metadata: ["commits": "\(journal.commits)"])
  }
}

extension ClockReading {
  var monotonicMs: Int64 { monotonicNs / 1_000_000 }
}

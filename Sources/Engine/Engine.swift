// What the writer thread does, as a state machine: it has the decoders, the in-line models, the connections and the writing
// connection to the journal, but no clock and no poll of its own. A turn is:
//
//   read every connection until it is dry or the batch is full → models → COMMIT → replies → write every connection
//
// Acknowledgements leave only in that last step. While a commit fails (disk full, I/O error) the engine holds: it reads nothing
// and writes nothing, so that nothing is acknowledged and the broker keeps what comes; the same batch is tried again until
// it is on disk. Nothing here waits for another thread. When a turn is due, and what the time is, is handed in: by
// `EngineDriver` from sockets and the system's clocks, by the simulation from a seed.
package import Configuration
internal import Decoding
package import Journal
package import Logging
package import MQTTFeed
internal import Platform
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
  /// Transactions since the start.
  package var commits: UInt64 { journal.commits }
  /// By feed in the configuration's order, then topics that no feed names: as committed.
  package var counters: [FeedCounters] { journal.counters }
  /// Whether nothing is read or acknowledged because the journal does not take the batch.
  package var isHolding: Bool { hold != nil }
  /// And why.
  package var holdReason: String? { hold?.reason }

  let journal: Journal
  let pipeline: IngestPipeline
  let models: ModelStage
  package let connections: [any FeedConnection]
  private let outbox: ReplyOutbox
  private let log: Logger
  private let lingerMs: Int64
  /// By connection: what takes its messages.
  private var receivers: [(Message) -> Bool] = []
  private var hold: HoldState?
  private var disk: DiskWatch
  /// Why the connections have left the brokers; nil: they have not.
  private var pauseReason: String?
  /// The journal's damage that ended the engine.
  package private(set) var damage: CrossdockError?
  private var monitor: EngineMonitor
  private let callbacks: Callbacks

  /// Opens the journal, the models and the connections; nothing is read yet.
  /// - Parameters:
  ///   - plugins: the descriptors that `[[model]] plugin` may name.
  ///   - options: by model, in the configuration's order: the resolved options.
  ///   - before: the last snapshot of the engine that this one goes on from: figures "since the start" count on.
  ///   - boot: the kernel's name for this boot, within which monotonic times are comparable.
  ///   - connect: makes the connections, in the order of their settings.
  package init(
    _ configuration: AgentConfiguration, plugins: [String: PluginDescriptor], options: [[PluginOptionValue]],
    handle: EngineHandle, continuing before: EngineSnapshot? = nil, now: ClockReading, boot: String, log: Logger,
    callbacks: Callbacks,
    connect: ([MQTTSettings]) throws(CrossdockError) -> [any FeedConnection]
  ) throws(CrossdockError) {
    self.handle = handle
    self.log = log
    self.callbacks = callbacks
    let setup = EngineSetup(configuration: configuration, log: log)
    journal = try setup.openJournal(now: now, boot: boot)
    pipeline = try setup.makePipeline(journal, now: now)
    models = try setup.makeModels(journal, plugins: plugins, options: options)
    connections = try connect(setup.connectionSettings)
    outbox = ReplyOutbox(journal: journal, connectionNames: configuration.connections.map(\.name))
    lingerMs = Int64(configuration.journal.commitLingerMs)
    monitor = EngineMonitor(configuration, continuing: before, now: now)
    disk = DiskWatch(
      folder: configuration.agent.dataDirectory, minFreeBytes: Int64(configuration.journal.minFreeBytes))
    journal.thinner = { [feeds = pipeline.feeds] stream, records in StreamThinning.thin(stream, records, feeds: feeds) }
    try models.recover(feeds: pipeline.feeds)
    journal.checkpoints = { [unowned models] in models.states() }
    for (number, connection) in connections.enumerated() {
      connection.knownFilters = try setup.knownFilters(journal, connection: configuration.connections[number].name)
    }
    receivers = connections.indices.map { number in
      { [pipeline] message in
        pipeline.receive(message, connection: number, now: pipeline.turnClock)
        return !pipeline.isFull
      }
    }
    publishSnapshot(now)
  }

  /// One turn.
  /// - Parameters:
  ///   - now: one reading of the clocks for everything that this turn does.
  ///   - isReadable: whether a connection, by its number, has something to be read.
  /// - Returns: whether a tick was due: what happens a few times a second, whatever else does.
  @discardableResult
  package func turn(now: ClockReading, isReadable: (Int) -> Bool) -> Bool {
    if hold == nil {
      takeResults(now)
      readSockets(isReadable, now: now)
    }
    takeEvents()
    takePosts(now)
    if isCommitDue(now) { commit(now: now) }
    if hold == nil {
      writeSockets()
      if !isLingering {
        maintain(now)
        gateIntake(now)
      }
    }
    guard monitor.isTickDue(nowMs: now.monotonicMs) else {
      if hold == nil { wakeConnections(now) }
      return false
    }
    tick(now)
    return true
  }

  /// When a turn is due although nothing has come: milliseconds of the monotonic clock.
  package var nextWakeMs: Int64 {
    var until = monitor.nextTickMs
    if let hold {
      // Nothing is connected while the engine holds.
      until = min(until, hold.retryAtMs)
    } else {
      for connection in connections { until = min(until, connection.session.nextWakeMs ?? until) }
      if let since = pipeline.waitingSinceMs { until = min(until, since + lingerMs) }
    }
    return until
  }

  /// Messages wait for company: what acknowledges them must not leave.
  package func isLingering(_ connection: Int) -> Bool { pipeline.hasUnacknowledged(connection: connection) }

  private var isLingering: Bool { !pipeline.isEmpty }

  /// What is urgent (a scan, a decision, an alert; a session that begins) is committed at once. Telemetry waits a moment for
  /// company, because a commit writes whole pages: but no longer than `commit_linger_ms`, and never for more messages than a
  /// quarter of what the brokers send before they want to see an acknowledgement.
  private func isCommitDue(_ now: ClockReading) -> Bool {
    if let hold { return hold.isDue(nowMs: now.monotonicMs) }
    guard !pipeline.isEmpty else { return false }
    if pipeline.isUrgent || pipeline.isFull || lingerMs == 0 || pipeline.messages >= company { return true }
    return pipeline.waitsSince(now.monotonicMs) + lingerMs <= now.monotonicMs
  }

  /// The fewest messages that are company enough, over all connections.
  private var company: Int {
    var fewest = EngineLimits.maxCompany
    for connection in connections { fewest = min(fewest, max(1, connection.inFlight / 4)) }
    return fewest
  }

  private func readSockets(_ isReadable: (Int) -> Bool, now: ClockReading) {
    pipeline.turnClock = now
    for (number, connection) in connections.enumerated() where !pipeline.isFull && isReadable(number) {
      connection.read(receivers[number])
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
  private func takePosts(_ now: ClockReading) {
    // Also while the engine holds: a journal that rejects is full until it knows what was confirmed.
    pipeline.add(handle.cursors.takeAll())
    for (stream, after) in handle.cursors.takeDamage() { journal.suspect(stream: stream, after: after) }
    guard hold == nil else { return }
    for (tombstone, cursor) in callbacks.setAside() {
      pipeline.add(tombstone)
      pipeline.add([cursor])
    }
  }

  /// What plugins beside the agent have done. Before anything is read: a large result needs a transaction that is empty yet.
  private func takeResults(_ now: ClockReading) {
    guard hold == nil else { return }
    handle.plugins.take { pipeline.append($0, now: now) }
    for (plugin, refusals) in pipeline.takeRefused() { handle.plugins.note(refusals, of: plugin) }
  }

  // MARK: commit

  private func commit(now: ClockReading, isLast: Bool = false) {
    if hold == nil {
      pipeline.seal(now: now)
      models.run(pipeline, now: now)
      models.addCheckpoints(to: pipeline, nowMs: now.monotonicMs, isLast: isLast)
    }
    let hasReplies = !pipeline.transaction.replies.isEmpty
    // A record that was set aside is named by a tombstone alone, and its uplink waits for that.
    let hasRecords = !pipeline.batch.isEmpty || !pipeline.transaction.tombstones.isEmpty
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
      handle.plugins.didCommit()
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
    for (number, connection) in connections.enumerated() where connection.wantsWrite && !isLingering(number) {
      connection.write()
    }
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

  /// Nothing is read while the journal rejects or the disk is nearly full: the connections leave, the brokers keep what comes.
  private func gateIntake(_ now: ClockReading) {
    let reason = journal.rejectReason ?? disk.reason
    defer { pauseReason = reason }
    guard (reason == nil) != (pauseReason == nil) else { return }
    if let reason {
      log.error("nothing is read any more until there is room", metadata: ["reason": "\(reason)"])
      for connection in connections { connection.pause(reason) }
    } else {
      log.notice("there is room again")
      for connection in connections { connection.resume(nowMs: now.monotonicMs) }
    }
  }

  // MARK: time

  /// Those whose time to connect, or to give up, has come between two ticks.
  private func wakeConnections(_ now: ClockReading) {
    for connection in connections where connection.session.nextWakeMs.map({ $0 <= now.monotonicMs }) == true {
      connection.tick(nowMs: now.monotonicMs, isHolding: false)
    }
  }

  /// Replies that could not be handed over after their commit: the connection was away, or has come back.
  private func publishWaitingReplies(_ now: ClockReading) {
    guard hold == nil else { return }
    do throws(CrossdockError) {
      pipeline.add(confirmedReplies: try outbox.publish(on: connections))
    } catch {
      holdBack(error, nowMs: now.monotonicMs)
    }
  }

  private func tick(_ now: ClockReading) {
    publishWaitingReplies(now)
    disk.look()
    for connection in connections { connection.tick(nowMs: now.monotonicMs, isHolding: hold != nil) }
    publishSnapshot(now)
    monitor.ticked(nowMs: now.monotonicMs)
  }

  private func publishSnapshot(_ now: ClockReading) {
    handle.publish(
      monitor.snapshot(
        now: now, journal: journal, pipeline: pipeline, models: models, connections: connections,
        holdReason: hold?.reason, pauseReason: pauseReason))
  }

  /// Commits what was read, acknowledges it and leaves the brokers, whose sessions go on: another engine takes up from here.
  /// - Returns: false when the journal does not take the batch: this engine goes on, and holds.
  package func leave(now: ClockReading) -> Bool {
    takeEvents()
    takePosts(now)
    takeResults(now)
    commit(now: now, isLast: true)
    guard hold == nil else { return false }
    for connection in connections { connection.pause("the configuration is reloaded") }
    publishSnapshot(now)
    return true
  }

  /// Commits what was read, acknowledges it and says goodbye. Nothing can be done with the engine after that.
  package func shutDown(now: ClockReading) {
    takeEvents()
    takePosts(now)
    takeResults(now)
    if damage == nil { commit(now: now, isLast: true) }
    if let hold {
      log.error("stopped without the last batch, which was not acknowledged", metadata: ["reason": "\(hold.reason)"])
      return
    }
    for connection in connections { connection.stop() }
    publishSnapshot(now)
    log.info("stopped", metadata: ["commits": "\(journal.commits)"])
  }
}

extension ClockReading {
  var monotonicMs: Int64 { monotonicNs / 1_000_000 }
}

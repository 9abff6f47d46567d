// One life of an agent, from a seed: devices publish, the network moves what is on it, the engine turns, things go wrong; after
// each step the invariants are checked. At the end the mishaps stop, and the agent must come to rest by itself.
//
// Everything random comes from the seed, and nothing here reads a clock: a seed repeats its life exactly.
import Engine
import Journal
import Logging
import MQTTFeed
import Platform
import Records
import SQLite

package final class Life {
  /// Turns in which everything must have arrived once the mishaps are over.
  private static let maxTurnsToRest = 2000

  let plan: LifePlan
  let disk: SimulatedDisk
  let clock: SimulatedClock
  let broker: SimulatedBroker
  let expected = ExpectedJournal()
  let check = JournalCheck()
  let central = SimulatedCentral()
  let breakage: Breakage?
  private let agent: SimulatedAgent
  private let log = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
  private var floor: SimulatedFloor
  var chance: SimulatedChance
  var engine: Engine?
  var connection: SimulatedConnection?
  var handle = EngineHandle()
  private var epoch: Epoch?
  /// Found by a callback, thrown after the step.
  private var found: Violation?
  package internal(set) var report = LifeReport()
  /// Told what happens, for a person who looks at one life.
  private let narrate: ((String) -> Void)?
  var step = 0
  /// The disk works again, the broker is back, the power is gone at the latest: at these steps.
  var healAt = 0
  var reachableAt = 0
  var cutBy: Int?
  var startAt = 0
  /// Of all files, when they were last looked at.
  private var bytes: Int64 = 0

  /// - Parameters:
  ///   - folder: does not exist yet; it is removed with the life.
  ///   - steps: about how long it lasts.
  package init(
    seed: UInt64, folder: String, steps: Int, breakage: Breakage? = nil, narrate: ((String) -> Void)? = nil
  ) {
    self.narrate = narrate
    SimulatedDisk.seedSQLite(seed &+ 1)
    chance = SimulatedChance(seed: seed)
    plan = LifePlan(&chance, steps: steps)
    self.breakage = breakage
    disk = SimulatedDisk(folder: folder, seed: chance.next())
    disk.lie(breakage == .forgetsWhatWasSynced)
    clock = SimulatedClock(plan.clockStart, monotonicNs: plan.monotonicNs)
    broker = SimulatedBroker(
      receiveMaximum: plan.receiveMaximum, policy: plan.packetIDs, lastPacketID: plan.lastPacketID)
    agent = SimulatedAgent(plan, folder: folder)
    floor = SimulatedFloor(padding: plan.padding, repeats: plan.repeats)
    if chance.oneIn(2) { broker.subscribeFromEarlier(SimulatedFloor.unroutedFilter) }
    broker.onAcknowledged = { [unowned self] delivery in
      if delivery.fate != .stored { found = Violation("a message was acknowledged before it was on disk") }
    }
    broker.onReply = { [unowned self] reply in
      if expected.replies[reply] == nil { found = Violation("a reply left before its record was on disk") }
    }
  }

  /// The whole life.
  package func run() throws(Violation) {
    defer { close() }
    while step < plan.steps {
      try takeStep()
    }
    try comeToRest()
    try end()
  }

  func tell(_ what: @autoclosure () -> String) {
    narrate?("step \(step): \(what())")
  }

  private func takeStep() throws(Violation) {
    step += 1
    passTime()
    for _ in 0..<chance.below(plan.burst + 1) { broker.publish(floor.next(&chance)) }
    if chance.oneIn(plan.mishapEvery) { try mishap() }
    recover()
    try turn()
    note()
  }

  /// Mostly milliseconds; sometimes until there is something to do.
  private func passTime() {
    var ns = Int64(chance.within(100_000...40_000_000))
    if let engine, chance.oneIn(3) { ns = max(ns, (engine.nextWakeMs - clock.monotonicMs) * 1_000_000) }
    clock.advance(ns: ns)
  }

  private func moveNetwork(all: Bool) {
    broker.receive(all ? broker.upstream.count : chance.below(broker.upstream.count + 1))
    broker.pump()
    connection?.arrive(all ? broker.downstream.count : chance.below(broker.downstream.count + 1))
  }

  private func turn(all: Bool = false) throws(Violation) {
    moveNetwork(all: all)
    if engine == nil, step >= startAt { try start() }
    try turnEngine()
    // Here nothing holds the engine but this object: its files must be closed before the disk is looked at.
    if disk.isStopped { die(powerWasCut: true) }
    try checkSize()
    if engine != nil, chance.oneIn(3) { try pull() }
  }

  private func turnEngine() throws(Violation) {
    guard let engine, let connection, !disk.isStopped else { return }
    let before = engine.commits
    let wasHolding = engine.isHolding
    expected.turns(at: clock.now)
    engine.turn(now: clock.now) { _ in connection.isReadable }
    if engine.isHolding { expected.holds() }
    if engine.commits > before {
      let count = expected.commit()
      report.records += UInt64(count)
      tell("committed \(count) records, \(clock.monotonicMs) ms")
      if !wasHolding { central.cursorsWereCommitted() }
      guard engine.counters == expected.state.counters else {
        throw Violation("counters \(engine.counters), not \(expected.state.counters)")
      }
      if !disk.isStopped { try look() }
    }
    if engine.isHolding, !wasHolding { tell("holds") }
    if let found { throw found }
    if let damage = engine.damage { throw Violation("a journal that nobody damaged is called damaged: \(damage)") }
  }

  private func look() throws(Violation) {
    try disk.withoutFaults { () throws(Violation) in try check.run(expected) }
  }

  private func pull() throws(Violation) {
    let stream = chance.pick(SimulatedCentral.streams)
    let update = try disk.withoutFaults { () throws(Violation) in try central.pull(stream, check) }
    if let update { handle.cursors.post(update) }
  }

  private func checkSize() throws(Violation) {
    bytes = disk.bytes
    guard bytes > plan.maxBytes else { return }
    throw Violation("\(bytes) bytes on disk, the cap is \(plan.maxBytes): \(fileSizes)")
  }

  private var fileSizes: String {
    disk.fileNames.map { "\($0) \(Files.size("\(disk.folder)/\($0)") ?? 0)" }.joined(separator: ", ")
  }

  // MARK: starts and ends

  private func start() throws(Violation) {
    tell("starts with \(fileSizes)")
    handle = EngineHandle()
    var made: SimulatedConnection?
    do throws(CrossdockError) {
      engine = try Engine(
        agent.configuration, plugins: agent.plugins, options: [[]], handle: handle, now: clock.now,
        boot: clock.bootName, log: log, callbacks: Engine.Callbacks(reload: {}, setAside: { [] })
      ) { settings in
        let connection = SimulatedConnection(
          settings[0], broker: broker, clock: clock, chance: chance.branch(), breakage: breakage)
        made = connection
        return [connection]
      }
    } catch {
      // A start that fails is tried again, as a service manager does. Nothing here damages the file: that would be our doing.
      if error.fault == .damaged { throw Violation("a journal that nobody damaged is called damaged: \(error)") }
      tell("the start failed: \(error)")
      report.fold(1)
      startAt = step + 1 + chance.below(4)
      return
    }
    guard let engine, let made else { return }
    made.isReachable = step >= reachableAt
    made.onHandover = { [unowned self] delivery in
      expected.handOver(delivery, clock: clock.now, boot: clock.boot)
    }
    connection = made
    try recognise(engine)
  }

  /// The batch that was under way when the last engine went is in the file as a whole, or not at all.
  private func recognise(_ engine: Engine) throws(Violation) {
    if epoch != engine.epoch {
      guard epoch == nil || expected.state.counters.allSatisfy({ $0.received == 0 }) else {
        throw Violation("a new epoch: \(engine.newEpochReason ?? "without a reason")")
      }
      epoch = engine.epoch
    }
    tell("started, \(clock.monotonicMs) ms; \(expected.isPending ? "a batch was under way" : "")")
    if engine.counters == expected.pendingCounters {
      report.records += UInt64(expected.commit())
    } else if engine.counters == expected.state.counters {
      expected.abandon()
    } else {
      throw Violation(
        "after a start the counters are \(engine.counters), not \(expected.state.counters) or \(expected.pendingCounters)"
      )
    }
    if disk.isStopped { return }
    try disk.withoutFaults { () throws(Violation) in
      try check.open(engine.journalPath)
      try check.run(expected)
      try central.start(check)
    }
  }

  /// The process is gone; with the power, what was not synced may be too.
  func die(powerWasCut: Bool) {
    tell(powerWasCut ? "the power is cut" : "the process is killed")
    disk.stop()
    check.close()
    engine = nil
    connection = nil
    broker.lose(upstreamArrived: chance.below(broker.upstream.count + 1))
    disk.restore(powerWasCut: powerWasCut)
    if powerWasCut {
      clock.reboot(&chance)
      report.powerCuts += 1
    } else {
      report.kills += 1
    }
    cutBy = nil
    startAt = step + chance.below(5)
  }

  /// The agent stops as it is asked to.
  func stopAgent() throws(Violation) {
    guard engine != nil else { return }
    shutDown()
    if disk.isStopped {
      die(powerWasCut: true)
      return
    }
    check.close()
    engine = nil
    connection = nil
    if let found { throw found }
    report.restarts += 1
    startAt = step + chance.below(3)
  }

  private func shutDown() {
    tell("is asked to stop")
    guard let engine, let connection else { return }
    let before = engine.commits
    expected.turns(at: clock.now)
    engine.shutDown(now: clock.now)
    if engine.commits > before { report.records += UInt64(expected.commit()) }
    let saysGoodbye = connection.session.phase == .stopped && !disk.isStopped
    broker.lose(upstreamArrived: saysGoodbye ? broker.upstream.count : chance.below(broker.upstream.count + 1))
  }

  /// A reload: the engine leaves the broker for another one, or goes on where the disk does not take its batch.
  func reloadAgent() throws(Violation) {
    guard try leave() else { return }
    if disk.isStopped { return die(powerWasCut: true) }
    close()
    report.restarts += 1
    startAt = step
  }

  /// Whether the engine has left. What holds it is gone when this returns.
  private func leave() throws(Violation) -> Bool {
    guard let engine else { return false }
    tell("is asked to leave")
    let before = engine.commits
    expected.turns(at: clock.now)
    // Behind the commit, and before what it acknowledges leaves.
    connection?.onPause = { [unowned self, unowned engine] in
      if engine.commits > before { report.records += UInt64(expected.commit()) }
    }
    let hasLeft = engine.leave(now: clock.now)
    connection?.onPause = nil
    if engine.isHolding { expected.holds() }
    if let found { throw found }
    if let damage = engine.damage { throw Violation("a journal that nobody damaged is called damaged: \(damage)") }
    return hasLeft || disk.isStopped
  }

  /// Every file is closed: the disk can go.
  private func close() {
    check.close()
    engine = nil
    connection = nil
  }

  // MARK: the end

  private func comeToRest() throws(Violation) {
    disk.heal()
    disk.cutPower(after: 0)
    cutBy = nil
    broker.refusedFilter = nil
    (healAt, reachableAt, startAt) = (step, step, step)
    for _ in 0..<Self.maxTurnsToRest {
      step += 1
      clock.advance(ns: 20_000_000)
      if let engine { clock.advance(ns: max(0, engine.nextWakeMs - clock.monotonicMs) * 1_000_000) }
      connection?.isReachable = true
      try turn(all: true)
      note()
      if let connection, engine?.isHolding == false, connection.isIdle, broker.isDrained { return }
    }
    throw Violation(
      "\(broker.waiting) messages still wait at the broker \(Self.maxTurnsToRest) turns after the last mishap")
  }

  private func end() throws(Violation) {
    for (reply, sequence) in expected.replies where UInt64(sequence) > check.namedThrough(TallyModel.stream) {
      if broker.replies[reply] == nil { throw Violation("a reply never reached the broker") }
    }
    guard let path = engine?.journalPath else { throw Violation("no agent runs at the end") }
    try stopAgent()
    try check.open(path)
    try check.run(expected)
    check.close()
    do throws(CrossdockError) {
      let verdict = try SQLiteConnection(path: path, mode: .readOnly).text("PRAGMA integrity_check")
      if verdict != "ok" { throw CrossdockError("check", at: path, reason: verdict ?? "no answer") }
    } catch {
      throw Violation("the journal's file is not in order: \(error)")
    }
    settleReport()
  }

  private func note() {
    report.steps += 1
    report.fold(
      broker.published, broker.acknowledged, expected.handedOver, engine?.commits ?? 0,
      engine?.isHolding == true ? 1 : 0, UInt64(bitPattern: clock.now.wallNs), UInt64(clock.boot),
      UInt64(bitPattern: bytes), disk.counts.faults, central.records)
  }

  private func settleReport() {
    report.messages = broker.published
    report.acknowledged = broker.acknowledged
    report.redelivered = expected.state.counters.reduce(0) { $0 + $1.redelivered }
    report.evicted = check.evicted
    report.faults = disk.counts.faults
    report.tornWrites = disk.counts.torn
    report.replies = UInt64(broker.replies.count)
  }
}

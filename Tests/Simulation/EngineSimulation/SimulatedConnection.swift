// The agent's end of a connection to the simulated broker, with the contract of `MQTTConnection`: a message's acknowledgement
// is queued before the message is handed over, and leaves in `write()` alone; a packet of another kind ends a read; what is
// published and not confirmed is sent again by the client after a reconnect.
import MQTTFeed
import Records

final class SimulatedConnection: FeedConnection {
  let settings: MQTTSettings
  private(set) var session: SessionState
  private(set) var lastError: String?
  var knownFilters: [String] = []
  /// Called before a message is handed over.
  var onHandover: (SimulatedBroker.Delivery) -> Void = { _ in }
  /// Called before anything leaves for a pause.
  var onPause: (() -> Void)?
  /// What has come and was not read yet.
  private(set) var inbox: [SimulatedBroker.ToAgent] = []

  private let broker: SimulatedBroker
  private let clock: SimulatedClock
  private let breakage: Breakage?
  private var chance: SimulatedChance
  private var outbox: [SimulatedBroker.ToBroker] = []
  private var events: [MQTTConnection.Event] = []
  private var unconfirmed: [(id: Int32, topic: String, payload: [UInt8])] = []
  private var lastID: Int32 = 0
  private var openSubscriptions = 0
  private var refused: Set<Int> = []
  private var isBroken = false
  private var isUp = false
  /// Whether a broker answers at all.
  var isReachable = true

  init(
    _ settings: MQTTSettings, broker: SimulatedBroker, clock: SimulatedClock, chance: SimulatedChance,
    breakage: Breakage?
  ) {
    self.settings = settings
    self.broker = broker
    self.clock = clock
    self.chance = chance
    self.breakage = breakage
    session = SessionState(
      nowMs: clock.monotonicMs, backoffMinMs: settings.backoffMinMs, backoffMaxMs: settings.backoffMaxMs)
  }

  var isReadable: Bool { !inbox.isEmpty || isBroken }
  var grantedFilters: [String] {
    settings.subscriptions.indices.filter { !refused.contains($0) }.map { settings.subscriptions[$0].filter }
  }
  var wantsWrite: Bool { isUp && !outbox.isEmpty }
  var isIdle: Bool { session.isConnected && inbox.isEmpty && outbox.isEmpty && unconfirmed.isEmpty }

  // MARK: what the network does

  /// Some of what the broker sent arrives.
  func arrive(_ count: Int) {
    guard isUp, !isBroken else { return }
    let arrived = broker.downstream.prefix(count)
    broker.downstream.removeFirst(arrived.count)
    inbox += arrived
  }

  /// The connection breaks. What has come may still be read, or is lost with it.
  func breakDown(keepsInbox: Bool) {
    guard isUp else { return }
    isBroken = true
    if !keepsInbox { inbox.removeAll() }
  }

  // MARK: FeedConnection

  func read(_ receive: @escaping (Message) -> Bool) {
    var at = 0
    defer {
      inbox.removeFirst(at)
      if inbox.isEmpty, isBroken { lost("reset by peer") }
    }
    while at < inbox.count {
      let packet = inbox[at]
      at += 1
      guard case .publish(let delivery) = packet else {
        take(packet)
        return
      }
      onHandover(delivery)
      acknowledge(delivery)
      guard hand(delivery, to: receive) else { return }
    }
  }

  private func acknowledge(_ delivery: SimulatedBroker.Delivery) {
    guard delivery.qos > 0 else { return }
    if breakage == .acknowledgesBeforeCommit {
      broker.receive(.puback(delivery.packetID))
    } else {
      outbox.append(.puback(delivery.packetID))
    }
  }

  private func hand(_ delivery: SimulatedBroker.Delivery, to receive: (Message) -> Bool) -> Bool {
    delivery.publication.topic.withUnsafeBytes { topic in
      delivery.publication.payload.withUnsafeBytes { payload in
        receive(
          Message(
            topic: topic, payload: payload, packetID: delivery.packetID, qos: delivery.qos,
            isRetained: delivery.isRetained))
      }
    }
  }

  private func take(_ packet: SimulatedBroker.ToAgent) {
    switch packet {
    case .connack(let isPresent): connected(sessionPresent: isPresent)
    case .suback(let filter, let isGranted):
      if !isGranted {
        refused.insert(filter)
        lastError = "refused"
        events.append(.refusedSubscription(filter: settings.subscriptions[filter].filter))
      }
      openSubscriptions -= 1
      if openSubscriptions == 0 { events.append(.subscribed) }
    case .puback(let id):
      unconfirmed.removeAll { $0.id == id }
      events.append(.published(id))
    case .publish: break
    }
  }

  private func connected(sessionPresent: Bool) {
    session.connected(nowMs: clock.monotonicMs)
    lastError = nil
    events.append(.connected(sessionPresent: breakage == .hidesTheSession ? false : sessionPresent))
    refused.removeAll()
    let wanted = settings.subscriptions.map(\.filter)
    if sessionPresent {
      for filter in knownFilters where !wanted.contains(filter) {
        if let number = SimulatedFloor.filters.firstIndex(of: filter) { outbox.append(.unsubscribe(filter: number)) }
      }
    }
    openSubscriptions = wanted.count
    for number in wanted.indices { outbox.append(.subscribe(filter: number)) }
    for reply in unconfirmed { outbox.append(.publish(topic: reply.topic, payload: reply.payload, id: reply.id)) }
  }

  var inFlight: Int { Int(settings.receiveMaximum) }

  func write() {
    // A socket may take less than there is.
    let count = chance.oneIn(8) ? chance.below(outbox.count + 1) : outbox.count
    broker.upstream += outbox.prefix(count)
    outbox.removeFirst(count)
  }

  func tick(nowMs: Int64, isHolding: Bool) {
    if isHolding { return }
    if session.shouldConnect(nowMs: nowMs) {
      session.connecting(nowMs: nowMs)
      outbox.removeAll()
      inbox.removeAll()
      guard isReachable else {
        // Refused at once, or no answer.
        if chance.oneIn(2) { lost("refused") }
        return
      }
      isUp = true
      isBroken = false
      broker.connect()
    } else if session.hasTimedOut(nowMs: nowMs) {
      lost("no answer")
      unconfirmed.removeAll()
      events.append(.forgotten)
    }
  }

  func takeEvents() -> [MQTTConnection.Event] {
    defer { events.removeAll() }
    return events
  }

  func publish(topic: String, payload: [UInt8], isRetained: Bool) -> Int32? {
    guard session.isConnected else { return nil }
    lastID += 1
    unconfirmed.append((lastID, topic, payload))
    outbox.append(.publish(topic: topic, payload: payload, id: lastID))
    return lastID
  }

  func stop() {
    if session.isConnected, isUp, !isBroken {
      broker.upstream += outbox
      broker.upstream.append(.disconnect)
      outbox.removeAll()
    }
    session.stop()
  }

  func pause(_ reason: String) {
    guard session.phase != .paused else { return }
    onPause?()
    if session.isConnected, isUp, !isBroken {
      broker.upstream += outbox
      broker.upstream.append(.disconnect)
    }
    if isUp { broker.lose(upstreamArrived: broker.upstream.count) }
    isUp = false
    isBroken = false
    inbox.removeAll()
    outbox.removeAll()
    openSubscriptions = 0
    session.pause()
    lastError = reason
    events.append(.lost(reason))
    events.append(.forgotten)
    unconfirmed.removeAll()
  }

  func resume(nowMs: Int64) {
    session.resume(nowMs: nowMs)
  }

  private func lost(_ reason: String) {
    if isUp {
      let count = broker.upstream.count
      broker.lose(upstreamArrived: chance.oneIn(2) ? count : chance.below(count + 1))
    }
    isUp = false
    isBroken = false
    inbox.removeAll()
    outbox.removeAll()
    openSubscriptions = 0
    session.lost(nowMs: clock.monotonicMs, random: &chance)
    lastError = reason
    events.append(.lost(reason))
  }
}

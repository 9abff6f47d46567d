// One connection to a broker, driven by the writer thread's own poll loop.
//
// The order that everything rests on: libmosquitto queues the PUBACK of a QoS 1 message before it hands the message over, but
// in "threaded" mode (mosquitto_threaded_set) it writes nothing by itself: what it queued leaves only in `write()`. So
// the owner calls `read` until the socket is dry, commits, and calls `write`. A crash test pins this behaviour of the library.
//
// Nothing here blocks except name resolution, which libmosquitto does by getaddrinfo when it connects: give an address,
// or have a caching resolver on the box.
internal import CLinux
internal import CMosquitto
internal import Glibc
package import Logging
internal import Platform
package import Records

package final class MQTTConnection {
  package enum Event: Sendable, Equatable {
    case connected(sessionPresent: Bool)
    case lost(String)
    /// The broker has answered every subscription of the list; `grantedFilters` are those that it granted.
    case subscribed
    case refusedSubscription(filter: String)
    /// A message of ours reached the broker: the number that `publish` gave.
    case published(Int32)
    /// What was published and not confirmed is forgotten: a new client begins.
    case forgotten
  }

  package let settings: MQTTSettings
  package private(set) var session: SessionState
  package private(set) var lastError: String?
  /// What the broker said in its last CONNACK.
  package private(set) var terms: BrokerTerms?
  /// Filters that the broker keeps for this client's session from earlier; the owner stores them.
  package var knownFilters: [String] = []

  /// Called for each message inside `read`.
  var onMessage: ((Message) -> Bool)?
  private var wantsMore = true
  private var client: OpaquePointer?
  private var events: [Event] = []
  private var messagesSeen: UInt64 = 0
  private var pendingSubscriptions: [Int32: Int] = [:]
  private var subscriptionDeadlineMs: Int64 = .max
  private var messagesAtSubscribe: UInt64 = 0
  private var refusedFilters: Set<String> = []
  private var isSubscriptionOld = false
  /// Connected, and not subscribed yet: whether the session was there. The next `write` subscribes, behind the owner's commit.
  private var subscribesWithSession: Bool?
  /// CONNECT has left and no CONNACK has come.
  private var isConnectSent = false
  /// A CONNACK was lost, which may have said that the session is new: the next one says that there is a session, and nobody has
  /// subscribed in it.
  private var isSessionUncertain = false
  /// What OpenSSL said in this attempt to connect: libmosquitto's own code says only that something was lost.
  private var tlsReason: String?
  /// Messages that came with the CONNACK while a TLS handshake was driven: handed over by the next `read`.
  private var early: [EarlyMessage] = []
  private var random = SystemRandomNumberGenerator()
  private let log: Logger

  package init(_ settings: MQTTSettings, log: Logger, nowMs: Int64) throws(CrossdockError) {
    self.settings = settings
    var log = log
    log[metadataKey: "connection"] = "\(settings.name)"
    self.log = log
    session = SessionState(
      nowMs: nowMs, backoffMinMs: settings.backoffMinMs, backoffMaxMs: settings.backoffMaxMs,
      answerTimeoutMs: settings.answerTimeoutMs)
    mosquitto_lib_init()
    try renewClient()
  }

  deinit {
    if let client { mosquitto_destroy(client) }
    mosquitto_lib_cleanup()
  }

  // MARK: what the owner polls

  /// The socket, or nil while there is none.
  package var socket: Int32? {
    guard let client else { return nil }
    let fd = mosquitto_socket(client)
    return fd >= 0 ? fd : nil
  }

  package var grantedFilters: [String] { settings.subscriptions.map(\.filter).filter { !refusedFilters.contains($0) } }

  /// Messages that the broker sends before it wants an acknowledgement, as far as it says. Mosquitto names its
  /// `max_inflight_messages`; of MQTT 3.1.1 the default of Mosquitto is assumed.
  package var inFlight: Int {
    guard settings.version == .v5 else { return 20 }
    return Int(min(settings.receiveMaximum, terms?.receiveMaximum ?? 20))
  }
  package var hasEarlyMessages: Bool { !early.isEmpty }
  /// Not while early messages wait: their acknowledgements are queued, and would leave before anyone has seen them.
  package var wantsWrite: Bool {
    guard early.isEmpty else { return false }
    return subscribesWithSession != nil || (client.map { mosquitto_want_write($0) } ?? false)
  }

  /// Hands every message that is there to `receive`, until the socket is dry or `receive` says that it has enough.
  package func read(_ receive: @escaping (Message) -> Bool) {
    guard let client, socket != nil else { return }
    if isHandshaking {
      driveHandshake(client)
      return
    }
    wantsMore = true
    for message in early { wantsMore = message.hand(to: receive) && wantsMore }
    early.removeAll()
    onMessage = receive
    defer { onMessage = nil }
    while wantsMore {
      let before = messagesSeen
      let code = mosquitto_loop_read(client, 1)
      if code != MOSQ_ERR_SUCCESS.rawValue.signed { noteFailure(code) }
      // A call without a message: the socket is dry, or it was a packet of another kind and poll will tell again.
      if messagesSeen == before || socket == nil { return }
    }
  }

  /// Sends what is queued: acknowledgements, requests, our own messages.
  package func write() {
    guard let client, socket != nil, early.isEmpty else { return }
    if isHandshaking {
      driveHandshake(client)
      return
    }
    if let sessionPresent = subscribesWithSession {
      subscribesWithSession = nil
      subscribe(sessionPresent: sessionPresent, nowMs: SystemClock.monotonicNs() / 1_000_000)
    }
    let code = mosquitto_loop_write(client, 1)
    if code != MOSQ_ERR_SUCCESS.rawValue.signed { noteFailure(code) }
    if case .connecting = session.phase, !mosquitto_want_write(client) { isConnectSent = true }
  }

  /// Keepalive and time-outs; call about once a second, and when `session.nextWakeMs` has come.
  /// - Parameter isHolding: the owner neither reads nor writes. Nothing is connected then, and no answer is missed. The
  ///   keepalive goes on: a PINGREQ could leave only behind the acknowledgements that must not leave, so that a long hold ends
  ///   the connection; the session stays with the broker, and what it sends again is recognised.
  package func tick(nowMs: Int64, isHolding: Bool = false) {
    if session.shouldConnect(nowMs: nowMs) {
      if !isHolding { connect(nowMs: nowMs) }
      return
    }
    guard let client else { return }
    if !isHolding, session.hasTimedOut(nowMs: nowMs) {
      giveUp("no answer from the broker for \(settings.answerTimeoutMs / 1000) s", client, nowMs: nowMs)
    } else if !isHolding, isSubscriptionUnanswered(nowMs: nowMs) {
      giveUp(
        "no answer to the subscription \(unansweredFilter) for \(settings.answerTimeoutMs / 1000) s", client,
        nowMs: nowMs)
    } else if session.isConnected, socket != nil {
      let code = mosquitto_loop_misc(client)
      if code != MOSQ_ERR_SUCCESS.rawValue.signed { noteFailure(code) }
    }
  }

  /// What happened since the last call.
  package func takeEvents() -> [Event] {
    guard !events.isEmpty else { return [] }
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }

  /// Queues a QoS 1 message; it leaves with the next `write`. Returns its number, nil when the client cannot take it now, or
  /// a negative number when it never can: its topic or its size is not MQTT's.
  package func publish(topic: String, payload: [UInt8], isRetained: Bool = false) -> Int32? {
    guard let client, session.isConnected else { return nil }
    var packetID: Int32 = 0
    let code = mosquitto_publish(client, &packetID, topic, Int32(payload.count), payload, 1, isRetained)
    switch code {
    case MOSQ_ERR_SUCCESS.rawValue.signed: return packetID
    case MOSQ_ERR_INVAL.rawValue.signed, MOSQ_ERR_MALFORMED_UTF8.rawValue.signed,
      MOSQ_ERR_PAYLOAD_SIZE.rawValue.signed, MOSQ_ERR_OVERSIZE_PACKET.rawValue.signed:
      return -1
    default: return nil
    }
  }

  package func pause(_ reason: String) {
    guard session.phase != .paused, session.phase != .stopped else { return }
    log.warning("leaves the broker for a while", metadata: ["reason": "\(reason)"])
    // With early messages nothing may leave: the broker sees the connection end, and sends them again.
    let wasConnected = session.isConnected && early.isEmpty
    if wasConnected, let topic = statusTopic {
      _ = publish(topic: topic, payload: MQTTSettings.statusPayload("paused", reason: nil), isRetained: true)
    }
    session.pause()
    lastError = reason
    if wasConnected, let client {
      mosquitto_disconnect(client)
      mosquitto_loop_write(client, 1)
    }
    early.removeAll()
    pendingSubscriptions.removeAll()
    subscribesWithSession = nil
    try? renewClient()
    events.append(.lost(reason))
    events.append(.forgotten)
  }

  package func resume(nowMs: Int64) {
    session.resume(nowMs: nowMs)
  }

  /// Says goodbye: status, DISCONNECT, and no reconnect. Acknowledgements that are queued leave first.
  package func stop() {
    guard let client else { return session.stop() }
    if session.isConnected, early.isEmpty {
      if let topic = statusTopic {
        _ = publish(topic: topic, payload: MQTTSettings.statusPayload("offline", reason: "stopped"), isRetained: true)
      }
      session.stop()
      mosquitto_disconnect(client)
      mosquitto_loop_write(client, 1)
    }
    session.stop()
    mosquitto_destroy(client)
    self.client = nil
  }

  // MARK: connecting

  /// The broker is silent where an answer is due: begins anew with another client.
  private func giveUp(_ reason: String, _ client: OpaquePointer, nowMs: Int64) {
    lost(reason, nowMs: nowMs)
    mosquitto_disconnect(client)
    try? renewClient()
    events.append(.forgotten)
  }

  /// A broker that owes a SUBACK but sends messages is left alone: data flows.
  private func isSubscriptionUnanswered(nowMs: Int64) -> Bool {
    guard session.isConnected, !pendingSubscriptions.isEmpty else { return false }
    if messagesSeen != messagesAtSubscribe {
      messagesAtSubscribe = messagesSeen
      subscriptionDeadlineMs = nowMs + settings.answerTimeoutMs
    }
    return nowMs >= subscriptionDeadlineMs
  }

  private var unansweredFilter: String {
    pendingSubscriptions.values.min().map { settings.subscriptions[$0].filter } ?? ""
  }

  private var statusTopic: String? { settings.statusTopic }
  private var isHandshaking: Bool {
    if settings.tls != nil, case .connecting = session.phase { true } else { false }
  }

  /// In 2.0.11 only `mosquitto_loop` goes on with a TLS handshake that was begun without blocking. Until the CONNACK there is
  /// nothing to acknowledge, so that its writing is harmless.
  private func driveHandshake(_ client: OpaquePointer) {
    let code = mosquitto_loop(client, 0, 1)
    if code != MOSQ_ERR_SUCCESS.rawValue.signed { noteFailure(code) }
  }

  /// Another client, so that nothing half done is left. Where none can be made (a certificate is being replaced) there is nothing that
  /// could connect, and `connect` tries again when it is time.
  /// - Throws: why there is none.
  private func renewClient() throws(CrossdockError) {
    if let client { mosquitto_destroy(client) }
    client = nil
    client = try settings.makeClient(of: Unmanaged.passUnretained(self).toOpaque())
  }

  private func connect(nowMs: Int64) {
    session.connecting(nowMs: nowMs)
    tlsReason = nil
    do throws(CrossdockError) {
      if client == nil { try renewClient() }
    } catch {
      return lost("cannot \(error.operation): \(error.reason)", nowMs: nowMs)
    }
    guard let client else { return }
    MQTTCallbacks.listenToLog(of: client)
    let code = mosquitto_connect_async(client, settings.host, settings.port, settings.keepaliveS)
    // -1 (MOSQ_ERR_CONN_PENDING): under way.
    if code > 0 { lost(LibraryCode.describe(code), nowMs: nowMs) }
  }

  private func noteFailure(_ code: Int32) {
    // The disconnect callback has usually said so already.
    if session.isConnected || session.nextWakeMs != nil, socket == nil, !isWaiting {
      lost(LibraryCode.describe(code), nowMs: SystemClock.monotonicNs() / 1_000_000)
    }
  }

  private var isWaiting: Bool {
    if case .waiting = session.phase { true } else { false }
  }

  private func lost(_ cause: String, nowMs: Int64) {
    let reason = tlsReason.map { "TLS: \($0)" } ?? cause
    let isNews = lastError != reason || session.isConnected
    if isConnectSent { isSessionUncertain = true }
    isConnectSent = false
    session.lost(nowMs: nowMs, random: &random)
    lastError = reason
    pendingSubscriptions.removeAll()
    subscribesWithSession = nil
    tlsReason = nil
    events.append(.lost(reason))
    // A broker that is away for days is said once, not at each attempt.
    if isNews {
      log.warning("no connection to the broker", metadata: ["reason": "\(reason)", "address": "\(settings.address)"])
    }
  }

  // MARK: called by libmosquitto, inside `read`, `write` or `tick`

  func didConnect(reason: Int32, sessionPresent: Bool, terms: BrokerTerms) {
    let nowMs = SystemClock.monotonicNs() / 1_000_000
    guard reason == 0 else {
      let text =
        settings.version == .v5
        ? String(cString: mosquitto_reason_string(reason)) : String(cString: mosquitto_connack_string(reason))
      lost("the broker refused: \(text)", nowMs: nowMs)
      if let client { mosquitto_disconnect(client) }
      return
    }
    session.connected(nowMs: nowMs)
    isConnectSent = false
    lastError = nil
    // While there is a callback, the library formats a line for every packet, whoever wants it.
    if let client { mosquitto_log_callback_set(client, nil) }
    log.info(
      "connected to the broker", metadata: ["address": "\(settings.address)", "session_present": "\(sessionPresent)"])
    events.append(.connected(sessionPresent: sessionPresent))
    noteTerms(terms)
    if let topic = statusTopic {
      _ = publish(topic: topic, payload: MQTTSettings.statusPayload("online", reason: nil), isRetained: true)
    }
    subscribesWithSession = sessionPresent
  }

  /// Said once, and again when the broker changes its mind.
  private func noteTerms(_ new: BrokerTerms) {
    guard settings.version == .v5, terms != new else { return }
    terms = new
    for warning in new.warnings(for: settings) {
      log.warning("\(warning.text)", metadata: ["hint": "\(warning.hint)"])
    }
  }

  /// A broker sends its retained messages again for every SUBSCRIBE. MQTT 5 can say "only for a new subscription"; with 3.1.1
  /// nothing is subscribed again that the resumed session already has.
  private func subscribe(sessionPresent: Bool, nowMs: Int64) {
    guard let client else { return }
    let wanted = settings.subscriptions.map(\.filter)
    let isUncertain = isSessionUncertain
    isSessionUncertain = false
    refusedFilters.removeAll()
    // What waited at the broker before a filter was new has no copy for that filter.
    isSubscriptionOld = !sessionPresent || wanted.allSatisfy(knownFilters.contains)
    subscriptionDeadlineMs = nowMs + settings.answerTimeoutMs
    messagesAtSubscribe = messagesSeen
    if sessionPresent {
      for filter in knownFilters where !wanted.contains(filter) { mosquitto_unsubscribe(client, nil, filter) }
    }
    for (index, subscription) in settings.subscriptions.enumerated() {
      if sessionPresent, !isUncertain, settings.version == .v3_1_1, knownFilters.contains(subscription.filter) {
        continue
      }
      var packetID: Int32 = 0
      let options = settings.version == .v5 ? Int32(MQTT_SUB_OPT_SEND_RETAIN_NEW.rawValue) : 0
      var properties: OpaquePointer?
      if identifies, subscription.id > 0 {
        mosquitto_property_add_varint(
          &properties, Int32(MQTT_PROP_SUBSCRIPTION_IDENTIFIER.rawValue), subscription.id)
      }
      let code = mosquitto_subscribe_v5(client, &packetID, subscription.filter, subscription.qos, options, properties)
      mosquitto_property_free_all(&properties)
      if code == MOSQ_ERR_SUCCESS.rawValue.signed { pendingSubscriptions[packetID] = index }
    }
    if pendingSubscriptions.isEmpty { events.append(.subscribed) }
  }

  func didSubscribe(packetID: Int32, granted: Int32) {
    guard let index = pendingSubscriptions.removeValue(forKey: packetID) else { return }
    if granted >= 0x80 {
      let filter = settings.subscriptions[index].filter
      log.error("the broker refused a subscription", metadata: ["filter": "\(filter)", "code": "\(granted)"])
      lastError = "the broker refused the subscription \(filter)"
      refusedFilters.insert(filter)
      events.append(.refusedSubscription(filter: filter))
    }
    if pendingSubscriptions.isEmpty { events.append(.subscribed) }
  }

  func didDisconnect(reason: Int32) {
    if isWaiting || session.phase == .stopped || session.phase == .paused { return }
    lost(LibraryCode.describe(disconnect: reason), nowMs: SystemClock.monotonicNs() / 1_000_000)
  }

  func didLog(_ line: String) {
    // "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"
    guard line.hasPrefix("OpenSSL Error"), let last = line.split(separator: ":").last else { return }
    tlsReason = String(last)
  }

  func didPublish(packetID: Int32) {
    events.append(.published(packetID))
  }

  /// Ids of subscriptions mean something only while every one of them is granted: else the copy of another filter may be
  /// the only one.
  private var identifies: Bool {
    settings.version == .v5 && terms?.hasSubscriptionIDs == true && refusedFilters.isEmpty && isSubscriptionOld
  }

  func didReceive(_ message: mosquitto_message, _ properties: OpaquePointer?) {
    messagesSeen += 1
    guard let topic = message.topic else { return }
    let borrowed = Message(
      topic: UnsafeRawBufferPointer(start: topic, count: strlen(topic)),
      payload: UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen)),
      packetID: UInt16(truncatingIfNeeded: message.mid), qos: message.qos, isRetained: message.retain,
      subscriptionID: identifies ? MQTTProperties.subscriptionID(properties) : 0)
    if let onMessage {
      wantsMore = onMessage(borrowed) && wantsMore
    } else {
      early.append(EarlyMessage(borrowed))
    }
  }
}

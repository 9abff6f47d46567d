// The devices' connection to the broker: QoS 1 on libmosquitto, which runs its own thread, reconnects by itself and sends
// again what was not acknowledged.
//
// Invariants:
// - A message is handed to libmosquitto once. Only what it refuses before it queues (a fault of ours) is an error.
// - At most `SimulatorLimits.maxUnacknowledged` messages wait for their PUBACK, so that packet ids are unique among them.
// - A number counts as acknowledged when its PUBACK has come, and not before.
internal import CMosquitto
internal import Glibc
internal import Platform
package import Records

package final class Publisher {
  package struct Settings: Sendable {
    package var host: String
    package var port: Int
    /// Filters of what devices listen to.
    package var replyTopics: [String]

    package init(host: String, port: Int, replyTopics: [String] = []) {
      self.host = host
      self.port = port
      self.replyTopics = replyTopics
    }
  }

  private let settings: Settings
  private let session: PublisherSession
  private let client: OpaquePointer

  package init(_ settings: Settings) throws(CrossdockError) {
    self.settings = settings
    session = PublisherSession(replyTopics: settings.replyTopics)
    mosquitto_lib_init()
    // No client id: the broker's session is of no use, what is not acknowledged is kept here.
    guard let client = mosquitto_new(nil, true, Unmanaged.passUnretained(session).toOpaque()) else {
      throw CrossdockError("make the MQTT client", at: settings.host, reason: String(cString: strerror(errno)))
    }
    self.client = client
    PublisherCallbacks.install(on: client)
    mosquitto_max_inflight_messages_set(client, UInt32(SimulatorLimits.maxInFlight))
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
    mosquitto_reconnect_delay_set(client, 1, 2, false)
  }

  deinit {
    mosquitto_destroy(client)
    mosquitto_lib_cleanup()
  }

  private var address: String { "\(settings.host):\(settings.port)" }

  /// Starts the thread; the connection comes later.
  package func start() throws(CrossdockError) {
    let code = mosquitto_connect_async(client, settings.host, Int32(settings.port), 15)
    // Refused at once is no different from refused later: the thread tries again.
    let isPassing = [MOSQ_ERR_SUCCESS, MOSQ_ERR_ERRNO, MOSQ_ERR_EAI, MOSQ_ERR_CONN_REFUSED].contains { code == $0.code }
    guard isPassing, mosquitto_loop_start(client) == MOSQ_ERR_SUCCESS.code else {
      throw CrossdockError("connect to the broker", at: address, reason: String(cString: mosquitto_strerror(code)))
    }
  }

  package func stop() {
    mosquitto_disconnect(client)
    mosquitto_loop_stop(client, false)
  }

  /// Readable when something has changed that somebody waits for.
  var wakeDescriptor: WakeDescriptor { session.wake }

  package var isConnected: Bool { session.isConnected }
  package var connects: Int { session.connects }
  package var unacknowledged: Int { session.unacknowledged }
  /// Whether a message may be published now. When not, `wakeDescriptor` tells when to ask again.
  package var hasRoom: Bool { session.hasRoom }

  package func publish(_ series: Series, _ payload: [UInt8]) throws(CrossdockError) {
    var packetID: Int32 = 0
    let code = mosquitto_publish(client, &packetID, series.topic, Int32(payload.count), payload, 1, false)
    // These mean: queued, and the connection is just lost. It is sent when it is back.
    let isQueued = [MOSQ_ERR_SUCCESS, MOSQ_ERR_NO_CONN, MOSQ_ERR_CONN_LOST, MOSQ_ERR_ERRNO].contains { code == $0.code }
    guard isQueued else {
      throw CrossdockError("publish", at: series.topic, reason: String(cString: mosquitto_strerror(code)))
    }
    session.notePublished(packetID: packetID, series: series.index, number: series.last)
  }

  package func takeReplies() -> [Reply] { session.takeReplies() }

  package func acknowledged(through series: Series) -> UInt64 { session.acknowledged(series: series.index) }

  package func wait(until deadlineNs: Int64, _ condition: (Publisher) -> Bool) -> Bool {
    while !condition(self) {
      let left = deadlineNs - SystemClock.monotonicNs()
      guard left > 0 else { return false }
      var polls = PollSet()
      polls.add(session.wake.fd)
      polls.wait(timeoutMs: Int32(min(100, left / 1_000_000 + 1)))
      session.wake.clear()
    }
    return true
  }

  package struct Reply: Sendable {
    package var topic: String
    package var payload: [UInt8]
  }
}

extension mosq_err_t {
  var code: Int32 { Int32(rawValue) }
}

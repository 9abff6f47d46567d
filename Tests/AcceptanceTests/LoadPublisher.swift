import CMosquitto
import Foundation

/// Publishes numbered messages, at QoS 1 unless told otherwise, and knows which of them the broker has acknowledged. Its own client, so that the
/// account does not rest on the simulator. Reconnects by itself; libmosquitto sends again what was not acknowledged.
final class LoadPublisher: @unchecked Sendable {
  // @unchecked because `acknowledged` and `sent` are only touched under `lock`; the client is thread-safe by its library.
  private let client: OpaquePointer
  private let lock = NSLock()
  private var underWay: [Int32: Int] = [:]
  private var sent = 0
  private var acknowledgedCount = 0
  private var connectCount = 0
  private let qos: Int32
  private let isRetained: Bool
  private let topic: (Int) -> String
  private let payload: (Int) -> String

  init(
    port: UInt16, name: String, qos: Int32 = 1, isRetained: Bool = false, topic: @escaping (Int) -> String,
    payload: @escaping (Int) -> String
  ) throws {
    self.qos = qos
    self.isRetained = isRetained
    mosquitto_lib_init()
    client = mosquitto_new(name, false, nil)
    self.topic = topic
    self.payload = payload
    mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
    mosquitto_max_inflight_messages_set(client, 500)
    mosquitto_reconnect_delay_set(client, 1, 1, false)
    mosquitto_publish_callback_set(client) { _, data, packetID in
      let me = Unmanaged<LoadPublisher>.fromOpaque(data!).takeUnretainedValue()
      me.lock.withLock {
        if me.underWay.removeValue(forKey: packetID) != nil { me.acknowledgedCount += 1 }
      }
    }
    mosquitto_connect_callback_set(client) { _, data, _ in
      let me = Unmanaged<LoadPublisher>.fromOpaque(data!).takeUnretainedValue()
      me.lock.withLock { me.connectCount += 1 }
    }
    guard mosquitto_connect(client, "127.0.0.1", Int32(port), 10) == MOSQ_ERR_SUCCESS.rawValue,
      mosquitto_loop_start(client) == MOSQ_ERR_SUCCESS.rawValue
    else { throw SandboxError("the publisher cannot connect") }
    // Nothing is published before the broker has accepted the connection.
    guard waitUntil("the publisher is connected", { connects > 0 }) else {
      throw SandboxError("the broker does not accept the publisher")
    }
  }

  deinit {
    mosquitto_disconnect(client)
    mosquitto_loop_stop(client, true)
    mosquitto_destroy(client)
  }

  /// More than one: what was not acknowledged was sent again, and may be there twice.
  var connects: Int { lock.withLock { connectCount } }
  /// Numbers 1...count were handed to the client.
  var count: Int { lock.withLock { sent } }
  var isAllAcknowledged: Bool { lock.withLock { underWay.isEmpty } }

  /// Publishes the next message.
  func publish() {
    lock.withLock {
      sent += 1
      let text = payload(sent)
      var packetID: Int32 = 0
      let code = text.withCString {
        mosquitto_publish(client, &packetID, topic(sent), Int32(strlen($0)), $0, qos, isRetained)
      }
      // Not connected (4): the library keeps the message and sends it later.
      if code == MOSQ_ERR_SUCCESS.rawValue || code == MOSQ_ERR_NO_CONN.rawValue { underWay[packetID] = sent }
    }
  }

  /// Publishes at a rate for a time, in the caller's thread; `each` is called every 10 ms with the seconds gone.
  func run(perSecond: Int, seconds: Double, each: (Double) throws -> Void = { _ in }) throws {
    try run(perSecond: perSecond, atLeastSeconds: seconds, until: { true }, each: each)
  }

  /// The same, and longer until the condition holds: on a busy machine less happens in a second.
  func run(
    perSecond: Int, atLeastSeconds seconds: Double, until isDone: () -> Bool, each: (Double) throws -> Void
  ) throws {
    let start = ContinuousClock.now
    var done = 0
    while true {
      let gone = (ContinuousClock.now - start) / .seconds(1)
      if gone >= seconds, isDone() { return }
      guard gone < seconds + 300 else { throw SandboxError("not done in \(Int(gone)) s") }
      let due = Int(gone * Double(perSecond))
      while done < due {
        publish()
        done += 1
      }
      try each(gone)
      pause(milliseconds: 10)
    }
  }
}

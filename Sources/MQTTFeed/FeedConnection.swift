/// What the engine needs of a connection. `MQTTConnection` is one to a real broker; the simulation has one to a simulated
/// broker. The contract is that of `MQTTConnection`: what `read` hands over is acknowledged by the next `write`, and not before.
package protocol FeedConnection: AnyObject {
  var settings: MQTTSettings { get }
  var session: SessionState { get }
  var lastError: String? { get }
  /// Filters that the broker keeps for this client's session from earlier; the owner stores them.
  var knownFilters: [String] { get set }
  /// Those of the last subscription that the broker granted.
  var grantedFilters: [String] { get }
  var wantsWrite: Bool { get }
  /// Messages that the broker sends before it wants an acknowledgement.
  var inFlight: Int { get }

  /// Hands every message that is there to `receive`, until there is none or `receive` says that it has enough.
  /// The closure is kept by the owner from call to call: made anew, it would be three allocations each time.
  func read(_ receive: @escaping (Message) -> Bool)
  /// Sends what is queued: acknowledgements, requests, our own messages.
  func write()
  /// Keepalive, time-outs, connecting. While the engine holds, nothing may leave.
  func tick(nowMs: Int64, isHolding: Bool)
  /// What happened since the last call.
  func takeEvents() -> [MQTTConnection.Event]
  /// Queues a QoS 1 message. Returns its number, or nil when the client cannot take it now.
  func publish(topic: String, payload: [UInt8], isRetained: Bool) -> Int32?
  /// Leaves the broker for a while, which keeps the session and what comes for it. Acknowledgements that are queued leave first.
  func pause(_ reason: String)
  /// Comes back from a pause.
  func resume(nowMs: Int64)
  /// Says goodbye; acknowledgements that are queued leave first.
  func stop()
}

extension MQTTConnection: FeedConnection {}

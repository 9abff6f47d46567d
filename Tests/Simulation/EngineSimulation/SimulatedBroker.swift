// A broker as MQTT describes it, with one subscriber: the agent. A session that persists, a window of unacknowledged messages
// with packet identifiers, redelivery in order at the front of a resumed session (MQTT 3.1.1 §4.4, §4.6), retained messages,
// QoS 0. It also remembers what every agent has promised, to hold it to it.
//
// Both directions of the connection are queues here, `downstream` and `upstream`: the life decides how far each one moves.

final class SimulatedBroker {
  /// One message on its way to the agent: the same object however often it is sent.
  final class Delivery {
    /// What the agent has made of it, as the model of the journal knows.
    enum Fate {
      case open
      /// Read, and in a batch that is not on disk yet.
      case pending
      case stored
    }

    let publication: SimulatedFloor.Publication
    let qos: Int32
    /// Sent because it was retained, to a new subscription.
    let isRetained: Bool
    var packetID: UInt16 = 0
    var fate = Fate.open

    init(_ publication: SimulatedFloor.Publication, qos: Int32, isRetained: Bool = false) {
      self.publication = publication
      self.qos = qos
      self.isRetained = isRetained
    }
  }

  enum ToAgent {
    case connack(sessionPresent: Bool)
    case publish(Delivery)
    case suback(filter: Int, isGranted: Bool)
    case puback(Int32)
  }

  enum ToBroker {
    case subscribe(filter: Int)
    case unsubscribe(filter: Int)
    case puback(UInt16)
    case publish(topic: String, payload: [UInt8], id: Int32)
    case disconnect
  }

  enum PacketIDs {
    /// One after the other, around 65,535.
    case ascending
    /// The lowest that is free.
    case lowest
  }

  private let receiveMaximum: Int
  private let policy: PacketIDs
  private var lastPacketID: UInt16
  private var hasSession = false
  private var subscriptions: Set<Int> = []
  private var queue: [Delivery] = []
  private var queueHead = 0
  private var window: [Delivery] = []
  private var retained: [[UInt8]: SimulatedFloor.Publication] = [:]
  var downstream: [ToAgent] = []
  var upstream: [ToBroker] = []
  private(set) var isConnected = false
  /// Refuses this filter's subscription.
  var refusedFilter: Int?

  private(set) var published: UInt64 = 0
  private(set) var acknowledged: UInt64 = 0
  /// Times that each reply came, by its payload.
  private(set) var replies: [[UInt8]: Int] = [:]
  /// Called when a PUBACK of the agent has come: from now on the message exists only in its journal.
  var onAcknowledged: (Delivery) -> Void = { _ in }
  var onReply: ([UInt8]) -> Void = { _ in }

  init(receiveMaximum: Int, policy: PacketIDs, lastPacketID: UInt16) {
    self.receiveMaximum = receiveMaximum
    self.policy = policy
    self.lastPacketID = lastPacketID
  }

  /// Nothing waits for the agent, and nothing is on its way.
  var isDrained: Bool { queueHead == queue.count && window.isEmpty && upstream.isEmpty && downstream.isEmpty }
  var waiting: Int { queue.count - queueHead + window.count }

  /// The session of an agent that once subscribed to this filter too.
  func subscribeFromEarlier(_ filter: Int) {
    hasSession = true
    subscriptions.insert(filter)
  }

  // MARK: devices

  func publish(_ publication: SimulatedFloor.Publication) {
    published += 1
    if publication.isRetained { retained[publication.topic] = publication }
    guard hasSession, subscriptions.contains(publication.filter) else { return }
    // A feed subscribes at its own QoS; what it does not name any more was QoS 1.
    if publication.filter == SimulatedFloor.status {
      if isConnected { downstream.append(.publish(Delivery(publication, qos: 0))) }
    } else {
      queue.append(Delivery(publication, qos: 1))
    }
  }

  // MARK: the connection

  /// A CONNECT has come.
  func connect() {
    downstream.removeAll()
    upstream.removeAll()
    isConnected = true
    downstream.append(.connack(sessionPresent: hasSession))
    for delivery in window { downstream.append(.publish(delivery)) }
    hasSession = true
  }

  /// The connection is gone. What the agent had sent arrives up to a point.
  func lose(upstreamArrived count: Int) {
    for packet in upstream.prefix(count) { receive(packet) }
    upstream.removeAll()
    downstream.removeAll()
    isConnected = false
  }

  /// The session is forgotten, with everything that waited in it.
  func forgetSession() {
    precondition(!isConnected, "a session ends when nobody is connected")
    hasSession = false
    subscriptions.removeAll()
    queue.removeAll()
    queueHead = 0
    window.removeAll()
  }

  /// Sends what fits into the window.
  func pump() {
    guard isConnected else { return }
    while window.count < receiveMaximum, queueHead < queue.count {
      let delivery = queue[queueHead]
      queueHead += 1
      delivery.packetID = freePacketID()
      window.append(delivery)
      downstream.append(.publish(delivery))
    }
    if queueHead > 1000 {
      queue.removeFirst(queueHead)
      queueHead = 0
    }
  }

  private func freePacketID() -> UInt16 {
    let used = Set(window.map(\.packetID))
    var next = policy == .ascending ? lastPacketID : 0
    repeat { next = next == .max ? 1 : next + 1 } while used.contains(next)
    lastPacketID = next
    return next
  }

  /// Some of what the agent has sent arrives.
  func receive(_ count: Int) {
    let arrived = upstream.prefix(count)
    upstream.removeFirst(arrived.count)
    for packet in arrived { receive(packet) }
  }

  func receive(_ packet: ToBroker) {
    switch packet {
    case .puback(let packetID):
      guard let place = window.firstIndex(where: { $0.packetID == packetID }) else { return }
      let delivery = window.remove(at: place)
      acknowledged += 1
      onAcknowledged(delivery)
    case .subscribe(let filter): subscribe(filter)
    case .unsubscribe(let filter): subscriptions.remove(filter)
    case .publish(_, let payload, let id):
      replies[payload, default: 0] += 1
      onReply(payload)
      if isConnected { downstream.append(.puback(id)) }
    case .disconnect: isConnected = false
    }
  }

  private func subscribe(_ filter: Int) {
    guard refusedFilter != filter else {
      downstream.append(.suback(filter: filter, isGranted: false))
      return
    }
    downstream.append(.suback(filter: filter, isGranted: true))
    guard subscriptions.insert(filter).inserted else { return }
    // A new subscription gets what is retained.
    for (_, publication) in retained.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
    where publication.filter == filter {
      queue.append(Delivery(publication, qos: 1, isRetained: true))
    }
  }
}

// What must be in the journal, computed from what was handed to the engine: record by record, in order, with their times.
//
// What belongs to a batch that is not on disk is kept apart: it becomes part of the expectation when the engine's commit has
// worked, and is forgotten when the engine is gone, except when the file turns out to have the whole of it.
import JSONText
import Journal
import Records

struct ExpectedRecord {
  var body: UInt64
  var source: String
  /// Of quarantine records the body is not compared, but what it says.
  var payload: [UInt8]?
  var clock: ClockReading
  /// When it happened: for what a model says, when the message came that made it say so.
  var eventTimeNs: Int64
  var boot: Int
  var isRetained: Bool
  var isDerived: Bool
}

final class ExpectedJournal {
  static let decisions = 3
  static let quarantine = 4
  static let streams = SimulatedAgent.feedStreams + [TallyModel.stream, StreamDefinition.quarantine.name]

  struct State {
    var counters = Array(repeating: FeedCounters(), count: 4)
    var tally = Tally()
  }

  private(set) var records: [[ExpectedRecord]] = Array(repeating: [], count: streams.count)
  private(set) var state = State()
  private(set) var replies: [[UInt8]: Int] = [:]
  private var identities: Set<UInt64> = []
  // Of the batch that is under way.
  private var pendingRecords: [[ExpectedRecord]] = Array(repeating: [], count: streams.count)
  private var pendingState = State()
  private var pendingReplies: [[UInt8]] = []
  private var pendingIdentities: Set<UInt64> = []
  private var pendingDeliveries: [SimulatedBroker.Delivery] = []
  private(set) var handedOver: UInt64 = 0

  /// Whether the batch under way holds anything.
  private var turnClock: ClockReading?
  private var sealClock: ClockReading?

  var isPending: Bool { pendingState.counters != state.counters }
  var pendingCounters: [FeedCounters] { pendingState.counters }

  /// A message is handed to the engine.
  func handOver(_ delivery: SimulatedBroker.Delivery, clock: ClockReading, boot: Int) {
    handedOver += 1
    let publication = delivery.publication
    let feed = min(publication.filter, SimulatedFloor.unroutedFilter)
    pendingState.counters[feed].received += 1
    if delivery.qos > 0 {
      guard delivery.fate == .open else {
        pendingState.counters[feed].redelivered += 1
        return
      }
      delivery.fate = .pending
      pendingDeliveries.append(delivery)
    }
    var record = ExpectedRecord(
      body: publication.payload.withUnsafeBytes { ByteHash.hash($0) }, source: publication.source, payload: nil,
      clock: clock, eventTimeNs: clock.wallNs, boot: boot, isRetained: delivery.isRetained, isDerived: false)
    switch publication.outcome {
    case .oversize: pendingState.counters[feed].oversize += 1
    case .undecodable, .unrouted:
      record.payload = publication.payload
      (record.source, record.isDerived, record.isRetained) = ("crossdock", true, false)
      pendingState.counters[feed].quarantined += 1
      pendingRecords[Self.quarantine].append(record)
    case .record:
      if let identity = publication.identity {
        guard !identities.contains(identity), pendingIdentities.insert(identity).inserted else {
          pendingState.counters[feed].duplicate += 1
          return
        }
      }
      pendingState.counters[feed].stored += 1
      pendingState.counters[feed].records += 1
      pendingRecords[feed].append(record)
      if feed != SimulatedFloor.status { derive(from: publication, record) }
    }
  }

  private func derive(from publication: SimulatedFloor.Publication, _ record: ExpectedRecord) {
    guard let said = publication.payload.withUnsafeBytes({ pendingState.tally.add($0) }) else { return }
    var derived = record
    derived.body = said.text.withUnsafeBytes { ByteHash.hash($0) }
    (derived.isDerived, derived.isRetained) = (true, false)
    pendingRecords[Self.decisions].append(derived)
    if said.isReply { pendingReplies.append(said.text) }
  }

  /// The engine is about to turn: what its models say in this turn has this time.
  func turns(at clock: ClockReading) {
    turnClock = clock
  }

  /// The models have seen the batch and the disk has not taken it: it is committed as it is.
  func holds() {
    if sealClock == nil { sealClock = turnClock }
  }

  /// The batch is on disk. Returns how many records it had.
  @discardableResult
  func commit() -> Int {
    var count = 0
    if let clock = sealClock ?? turnClock {
      for index in pendingRecords[Self.decisions].indices { pendingRecords[Self.decisions][index].clock = clock }
    }
    for stream in records.indices {
      count += pendingRecords[stream].count
      records[stream] += pendingRecords[stream]
      pendingRecords[stream].removeAll(keepingCapacity: true)
    }
    state = pendingState
    for reply in pendingReplies { replies[reply] = records[Self.decisions].count }
    identities.formUnion(pendingIdentities)
    for delivery in pendingDeliveries { delivery.fate = .stored }
    forgetPending()
    return count
  }

  /// The batch is gone with the engine.
  func abandon() {
    for stream in records.indices { pendingRecords[stream].removeAll(keepingCapacity: true) }
    pendingState = state
    for delivery in pendingDeliveries { delivery.fate = .open }
    forgetPending()
  }

  private func forgetPending() {
    sealClock = nil
    pendingReplies.removeAll(keepingCapacity: true)
    pendingIdentities.removeAll(keepingCapacity: true)
    pendingDeliveries.removeAll(keepingCapacity: true)
  }
}

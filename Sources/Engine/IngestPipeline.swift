// From messages to a batch that can be committed: routing, recognition of redelivery, decoding, quarantine, counting.
// No socket and no clock: what arrives, and when, is handed in.
//
// Invariant: for every feed `received = stored + quarantined + redelivered + duplicate + oversize`, in each transaction.
// Bound: the owner stops reading when `isFull`; a batch holds at most `maxMessages`, and `maxBytes` plus one message.
internal import Decoding
internal import JSONText
internal import Journal
internal import MQTTFeed
internal import Records

final class IngestPipeline {
  /// The pseudo feed of messages on topics that no feed of the configuration names.
  static let unroutedFeed = "_unrouted"
  /// A topic in a quarantine record is cut to this.
  private static let maxTopicText = 1024

  let journal: Journal
  let batch = RecordBatch()
  private(set) var transaction = JournalTransaction()
  let feeds: [FeedRuntime]
  private let connectionNames: [String]
  /// By connection: one topic may mean different feeds on two brokers.
  private var routes: [TopicRoutes]
  private var redelivery: [RedeliveryFilter]
  private var deliveryEntries: [[UInt8]]
  private var recentKeys: [RecentKeys?]
  private var keyHashes: [[UInt8]]
  private var deltas: [FeedCounters]
  private var oversizeTombstones: [(feed: Int, count: UInt64)] = []
  private(set) var messages = 0
  /// Ingest time minus event time of each feed's last record.
  private(set) var lagNs: [Int64]
  let quarantine: UInt16
  private let tombstones: UInt16
  /// Checks the bodies of what plugins emit.
  let bodies = JSONBody()
  private var accounts: [String: PluginAccount] = [:]
  /// Of results that were taken, by plugin, until the owner asks.
  private var refused: [String: OutputRefusals] = [:]
  private var sourceText: [UInt8] = []
  private let maxMessages: Int
  let maxBytes: Int

  init(
    journal: Journal, feeds: [FeedRuntime], connectionNames: [String], maxMessages: Int, maxBytes: Int,
    now: ClockReading
  ) throws(CrossdockError) {
    self.journal = journal
    self.feeds = feeds
    self.connectionNames = connectionNames
    self.maxMessages = maxMessages
    self.maxBytes = min(maxBytes, journal.limits.maxTransactionBytes)
    guard let quarantine = journal.streamNumber(StreamDefinition.quarantine.name),
      let tombstones = journal.streamNumber(StreamDefinition.tombstones.name)
    else { preconditionFailure("a journal always has its own streams") }
    self.quarantine = quarantine
    self.tombstones = tombstones
    deltas = Array(repeating: FeedCounters(), count: feeds.count + 1)
    lagNs = Array(repeating: 0, count: feeds.count + 1)
    keyHashes = Array(repeating: [], count: feeds.count)
    deliveryEntries = Array(repeating: [], count: connectionNames.count)
    routes = Array(repeating: TopicRoutes(), count: connectionNames.count)
    redelivery = []
    recentKeys = []
    for name in connectionNames {
      redelivery.append(
        RedeliveryFilter(limit: journal.limits.deliveryWindow, stored: try journal.deliveries(of: name)))
    }
    for (number, feed) in feeds.enumerated() {
      let window = min(feed.dedupeWindow, journal.limits.keyWindow)
      recentKeys.append(
        feed.hasDedupeKeys
          ? RecentKeys(
            limit: max(1, window), windowNs: feed.dedupeWindowNs, stored: try journal.recentKeys(ofFeed: number),
            nowNs: now.monotonicNs) : nil)
    }
  }

  /// The time of what the owner hands over in this turn.
  var turnClock = ClockReading(wallNs: 0, monotonicNs: 0, isSynchronised: false)
  /// Something in the batch does not wait for company.
  private(set) var isUrgent = false
  /// When the first of what waits came; nil: nothing waits.
  private(set) var waitingSinceMs: Int64?

  /// When the first of what waits came: now, if nobody has asked before.
  func waitsSince(_ nowMs: Int64) -> Int64 {
    if let waitingSinceMs { return waitingSinceMs }
    waitingSinceMs = nowMs
    return nowMs
  }

  /// Whether a connection has messages whose acknowledgement must not leave yet.
  func hasUnacknowledged(connection: Int) -> Bool { !deliveryEntries[connection].isEmpty }

  var isFull: Bool { messages >= maxMessages || batch.bodyBytes >= maxBytes }
  var isEmpty: Bool {
    messages == 0 && batch.isEmpty && transaction.isEmpty && deliveryEntries.allSatisfy(\.isEmpty)
  }

  /// A CONNACK has come. That a session is new is committed before the SUBSCRIBE leaves, and so before its first message comes.
  func sessionStarted(connection: Int, isPresent: Bool) {
    if !isPresent, !redelivery[connection].isEmpty {
      RedeliveryFilter.append(RedeliveryFilter.newSession, 0, to: &deliveryEntries[connection])
      isUrgent = true
    }
    redelivery[connection].sessionStarted(isPresent: isPresent)
  }

  // MARK: one message

  /// What a broker is asked to send with the copies for a feed's filter.
  /// Made from the filter, not from the feed's place: what waits at the broker still bears it after a change of the
  /// configuration.
  static func subscriptionID(ofFilter filter: String) -> UInt32 {
    UInt32(truncatingIfNeeded: Array(filter.utf8).withUnsafeBytes { ByteHash.hash($0) } % 268_435_455) + 1
  }

  func receive(_ message: Message, connection: Int, now: ClockReading) {
    messages += 1
    let route = self.route(message.topic, connection: connection)
    let feed = route.feed
    deltas[feed].received += 1
    if message.qos > 0 {
      let hash = ByteHash.hash(message.payload, seed: ByteHash.hash(message.topic))
      if redelivery[connection].isRedelivered(packetID: message.packetID, hash: hash) {
        deltas[feed].redelivered += 1
        return
      }
      redelivery[connection].remember(message.packetID, hash)
      RedeliveryFilter.append(message.packetID, hash, to: &deliveryEntries[connection])
    }
    guard feed < feeds.count else {
      setAside(message, feed: feed, reason: "no feed names this topic", now: now)
      return
    }
    if message.subscriptionID > 0, message.subscriptionID != feeds[feed].subscriptionID,
      feeds.contains(where: { $0.subscriptionID == message.subscriptionID })
    {
      // A second copy, sent for the filter of another feed that matches too.
      deltas[feed].duplicate += 1
      return
    }
    guard message.payload.count <= feeds[feed].maxPayloadBytes else {
      deltas[feed].oversize += 1
      noteOversize(feed)
      return
    }
    guard route.source != UInt32.max else {
      setAside(message, feed: feed, reason: "more sources than the journal takes (\(journal.sources.count))", now: now)
      return
    }
    decode(message, feed: feed, source: route.source, now: now)
  }

  private func decode(_ message: Message, feed: Int, source: UInt32, now: ClockReading) {
    if feeds[feed].isUrgent { isUrgent = true }
    // Not a copy of the whole runtime: that would count references of all its parts.
    let decoder = feeds[feed].decoder
    let mark = batch.mark()
    let start = batch.count
    let outcome = decoder.decode(
      payload: message.payload, arrival: Arrival(clock: now, isRetained: message.isRetained),
      stream: feeds[feed].stream, source: source, into: batch)
    switch outcome {
    case .undecodable(let fault): setAside(message, feed: feed, reason: fault.description, now: now)
    case .records(let count):
      if let known = recentKeys[feed], areKnown(decoder.dedupeKeys, known, feed: feed, now: now) {
        batch.rollBack(to: mark)
        deltas[feed].duplicate += 1
        return
      }
      batch.setFeed(UInt16(feed + 1), from: start)
      deltas[feed].stored += 1
      deltas[feed].records += UInt64(count)
      if count > 0 { lagNs[feed] = now.wallNs - batch.eventTimeNs(of: batch.count - 1) }
    }
  }

  /// A message is a duplicate when every record of it has a key that is known. New keys are remembered.
  private func areKnown(_ keys: [UInt64?], _ known: RecentKeys, feed: Int, now: ClockReading) -> Bool {
    var isNews = keys.isEmpty
    for key in keys {
      guard let key else {
        isNews = true
        continue
      }
      if known.insert(key, nowNs: now.monotonicNs) {
        isNews = true
        withUnsafeBytes(of: key.littleEndian) { keyHashes[feed].append(contentsOf: $0) }
      }
    }
    return !isNews
  }

  private func route(_ topic: UnsafeRawBufferPointer, connection: Int) -> TopicRoutes.Route {
    if let known = routes[connection][topic] { return known }
    var route = TopicRoutes.Route(feed: feeds.count, source: 0)
    for (number, feed) in feeds.enumerated() where feed.connection == connection {
      guard feed.source.render(topic, into: &sourceText) else { continue }
      let source = sourceText.withUnsafeBytes { journal.intern($0) }
      route = TopicRoutes.Route(feed: number, source: source ?? UInt32.max)
      break
    }
    routes[connection].add(topic, route)
    return route
  }

  /// Keeps a message that cannot be decoded, with its bytes and the reason.
  private func setAside(_ message: Message, feed: Int, reason: String, now: ClockReading) {
    var json = JSONWriter(reserving: 256 + message.payload.count * 4 / 3)
    json.object {
      $0.member("feed", feed < feeds.count ? feeds[feed].name : Self.unroutedFeed)
      $0.key("topic")
      $0.value(utf8: message.topic.prefix(Self.maxTopicText))
      $0.member("reason", reason)
      $0.member("bytes", message.payload.count)
      // What is too large to keep was refused before; an unrouted message has no bound of its own but the batch's.
      let kept = message.payload.prefix(maxBytes / 2)
      $0.member("payload_base64", String(decoding: Base64.encode(kept), as: UTF8.self))
    }
    deltas[feed].quarantined += 1
    appendOwn(json.bytes, stream: quarantine, now: now)
  }

  private func noteOversize(_ feed: Int) {
    if let index = oversizeTombstones.firstIndex(where: { $0.feed == feed }) {
      oversizeTombstones[index].count += 1
    } else {
      oversizeTombstones.append((feed, 1))
    }
  }

  /// Says that records which would have come into a stream have not: they have no numbers.
  func noteDropped(_ count: UInt64, of what: String, reason: String, now: ClockReading) {
    let tombstone = Tombstone(stream: what, first: 0, last: 0, count: count, reason: reason)
    appendOwn(tombstone.json(), stream: tombstones, now: now)
  }

  func appendOwn(_ body: [UInt8], stream: UInt16, now: ClockReading) {
    let source = journal.internOwn()
    batch.appendBody(body)
    var flags: RecordFlags = .derived
    if !now.isSynchronised { flags.insert(.clockUnsynchronised) }
    batch.finishRecord(
      stream: stream, source: source, eventTimeNs: now.wallNs, ingestTimeNs: now.wallNs, monotonicNs: now.monotonicNs,
      flags: flags)
  }

  // MARK: plugins

  func account(of plugin: String) -> PluginAccount {
    if let known = accounts[plugin] { return known }
    // One that cannot be read counts as none: the rest of the journal will say that it is damaged.
    let saved = (try? journal.checkpoint(of: PluginAccount.sourcesName(plugin))) ?? nil
    let account = PluginAccount(plugin, sources: SourceShare(saved?.state ?? []))
    accounts[plugin] = account
    return account
  }

  func noteRefused(_ refusals: OutputRefusals, of plugin: String) {
    refused[plugin, default: OutputRefusals()].add(refusals)
  }

  func takeRefused() -> [String: OutputRefusals] {
    guard !refused.isEmpty else { return [:] }
    defer { refused.removeAll() }
    return refused
  }

  // MARK: the batch as a whole

  /// Puts what was counted and remembered into the transaction, and numbers the records. Call once, before the models.
  func seal(now: ClockReading) {
    for (feed, count) in oversizeTombstones {
      noteDropped(count, of: "feed:\(feeds[feed].name)", reason: "oversize", now: now)
    }
    oversizeTombstones.removeAll(keepingCapacity: true)
    for feed in deltas.indices where deltas[feed].received > 0 {
      assert(deltas[feed].isBalanced, "received = stored + quarantined + dropped")
      transaction.counters.append((feed, deltas[feed]))
      deltas[feed] = FeedCounters()
    }
    for connection in deliveryEntries.indices where !deliveryEntries[connection].isEmpty {
      transaction.deliveries.append((connectionNames[connection], deliveryEntries[connection]))
      deliveryEntries[connection].removeAll(keepingCapacity: true)
    }
    for feed in keyHashes.indices where !keyHashes[feed].isEmpty {
      transaction.recentKeys.append((feed, keyHashes[feed]))
      keyHashes[feed].removeAll(keepingCapacity: true)
    }
    journal.assignSequences(batch, from: 0)
  }

  func add(_ cursors: [CursorUpdate]) {
    transaction.cursors += cursors
  }
  func add(_ tombstone: Tombstone) {
    transaction.tombstones.append(tombstone)
  }
  func add(_ checkpoint: JournalTransaction.Checkpoint) {
    transaction.checkpoints.append(checkpoint)
  }
  func markUrgent() {
    isUrgent = true
  }
  func add(_ reply: JournalTransaction.Reply) {
    transaction.replies.append(reply)
  }
  /// At once: a reply that is confirmed and not forgotten yet is published again after a crash.
  func add(confirmedReplies: [Int64]) {
    if !confirmedReplies.isEmpty { isUrgent = true }
    transaction.confirmedReplies += confirmedReplies
  }

  /// The batch is on disk.
  func clear() {
    batch.removeAll()
    transaction.removeAll()
    messages = 0
    isUrgent = false
    waitingSinceMs = nil
  }
}

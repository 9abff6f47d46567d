package import Records
internal import SQLite

// What a started engine takes back from the journal.
extension Journal {
  package struct SavedCheckpoint: Sendable {
    package var version: String
    package var arrival: Int64
    package var state: [UInt8]

    package init(version: String, arrival: Int64, state: [UInt8]) {
      self.version = version
      self.arrival = arrival
      self.state = state
    }

    static func read(_ model: String, in database: SQLiteConnection) throws(CrossdockError) -> SavedCheckpoint? {
      let statement = try database.prepare("SELECT version, arrival, state FROM checkpoint WHERE model = ?1")
      statement.bind(model, at: 1)
      guard try statement.step() else { return nil }
      return SavedCheckpoint(
        version: statement.text(0), arrival: statement.integer(1), state: Array(statement.bytes(2)))
    }
  }

  /// A reply that is still to be published.
  package struct PendingReply: Sendable {
    package var id: Int64
    package var connection: String
    package var topic: String
    package var body: [UInt8]
  }

  package func checkpoint(of model: String) throws(CrossdockError) -> SavedCheckpoint? {
    try SavedCheckpoint.read(model, in: database)
  }

  /// Packet ids and hashes of a connection's last messages, oldest first.
  package func deliveries(of connection: String) throws(CrossdockError) -> [(packetID: UInt16, hash: UInt64)] {
    var entries: [UInt8] = []
    let statement = try database.prepare("SELECT entries FROM delivery WHERE connection = ?1 ORDER BY id")
    statement.bind(connection, at: 1)
    while try statement.step() { entries.append(contentsOf: statement.bytes(0)) }
    try forEachMeta { meta in
      for window in meta.deliveries where window.connection == connection { entries += window.entries }
    }
    return entries.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count / 10 * 10, by: 10).suffix(limits.deliveryWindow).map { at in
        (
          bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self).littleEndian,
          bytes.loadUnaligned(fromByteOffset: at + 2, as: UInt64.self).littleEndian
        )
      }
    }
  }

  /// Hashes of a feed's last dedupe keys, oldest first.
  package func recentKeys(ofFeed feed: Int) throws(CrossdockError) -> [UInt64] {
    var hashes: [UInt8] = []
    let statement = try database.prepare("SELECT hashes FROM recent_key WHERE feed = ?1 ORDER BY id")
    statement.bind(feedRows[feed], at: 1)
    while try statement.step() { hashes.append(contentsOf: statement.bytes(0)) }
    let row = feedRows[feed]
    try forEachMeta { meta in
      for set in meta.recentKeys where set.feedRow == row { hashes += set.hashes }
    }
    return hashes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count / 8 * 8, by: 8).suffix(limits.keyWindow).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self).littleEndian
      }
    }
  }

  private func forEachMeta(_ body: (CommitMeta) -> Void) throws(CrossdockError) {
    let rows = try database.prepare("SELECT meta FROM log WHERE meta IS NOT NULL ORDER BY id")
    while try rows.step() {
      if let meta = CommitMeta(rows.bytes(0)) { body(meta) }
    }
  }

  /// Replies after the given number, oldest first.
  package func pendingReplies(after id: Int64, limit: Int) throws(CrossdockError) -> [PendingReply] {
    let statement = statements.pendingReplies
    defer { statement.reset() }
    statement.bind(id, at: 1)
    statement.bind(limit, at: 2)
    var all: [PendingReply] = []
    while try statement.step() {
      let sequence = UInt64(clamping: statement.integer(4))
      // Evicted meanwhile: an empty body tells the caller that there is nothing left to publish.
      var body: [UInt8] = []
      try blocks.forEach(stream: statement.integer(3), after: sequence - 1) { record throws(CrossdockError) in
        if record.sequence == sequence { body = Array(record.body) }
        return false
      }
      all.append(
        PendingReply(
          id: statement.integer(0), connection: statement.text(1), topic: statement.text(2), body: body))
    }
    return all
  }

  /// A stored record on its way back into a model after a restart.
  package struct ReplayedRecord {
    package var stream: UInt16
    package var arrival: Int64
    /// As in `RecordBatch.feeds`; 0 also when its feed left the configuration.
    package var feed: UInt16
    package var source: UInt32
    package var record: StoredRecord
  }

  /// Records of some streams that arrived after a checkpoint, in their order of arrival, at most `limit`.
  package func records(
    of numbers: [UInt16], arrivedAfter arrival: Int64, limit: Int
  ) throws(CrossdockError) -> [ReplayedRecord] {
    var all: [ReplayedRecord] = []
    for number in numbers {
      let slot = streams.slots[Int(number)]
      var count = 0
      try blocks.forEach(stream: slot.id, after: try sequence(of: slot, arrivedUpTo: arrival)) {
        record throws(CrossdockError) in
        guard record.arrival > arrival else { return true }
        all.append(replayed(record, number))
        count += 1
        return count < limit
      }
    }
    all.sort { $0.arrival < $1.arrival }
    return Array(all.prefix(limit))
  }

  private func replayed(_ record: BlockRecord, _ number: UInt16) -> ReplayedRecord {
    ReplayedRecord(
      stream: number, arrival: record.arrival,
      feed: feedRows.firstIndex(of: record.feed).map { UInt16($0 + 1) } ?? 0, source: record.source,
      record: StoredRecord(
        sequence: record.sequence, source: "", eventTimeNs: record.eventTimeNs, ingestTimeNs: record.ingestTimeNs,
        monotonicNs: record.monotonicNs, boot: record.boot, flags: RecordFlags(rawValue: record.flags),
        body: Array(record.body)))
  }

  /// A sequence before which every record arrived by then: the end of the last segment that did.
  private func sequence(of slot: StreamSlot, arrivedUpTo arrival: Int64) throws(CrossdockError) -> UInt64 {
    let statement = try database.prepare(
      "SELECT last, last_arrival FROM segment WHERE key >= ?1 AND key < ?2 ORDER BY key DESC")
    statement.bind(JournalSchema.key(slot.id, 0), at: 1)
    statement.bind(JournalSchema.key(slot.id + 1, 0), at: 2)
    while try statement.step() {
      if statement.integer(1) <= arrival { return UInt64(clamping: statement.integer(0)) }
    }
    return slot.evictedThrough
  }
}

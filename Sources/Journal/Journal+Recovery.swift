package import Records
internal import SQLite

// What a started engine takes back from the journal.
extension Journal {
  package struct SavedCheckpoint {
    package var version: String
    package var arrival: Int64
    package var state: [UInt8]
  }

  /// A reply that is still to be published.
  package struct PendingReply: Sendable {
    package var id: Int64
    package var connection: String
    package var topic: String
    package var body: [UInt8]
  }

  package func checkpoint(of model: String) throws(CrossdockError) -> SavedCheckpoint? {
    let statement = try database.prepare("SELECT version, arrival, state FROM checkpoint WHERE model = ?1")
    statement.bind(model, at: 1)
    guard try statement.step() else { return nil }
    return SavedCheckpoint(
      version: statement.text(0), arrival: statement.integer(1), state: Array(statement.bytes(2)))
  }

  /// Packet ids and hashes of a connection's last messages, oldest first.
  package func deliveries(of connection: String) throws(CrossdockError) -> [(packetID: UInt16, hash: UInt64)] {
    let statement = try database.prepare("SELECT entries FROM delivery WHERE connection = ?1 ORDER BY id")
    statement.bind(connection, at: 1)
    var all: [(UInt16, UInt64)] = []
    while try statement.step() {
      let bytes = statement.bytes(0)
      for at in stride(from: 0, to: bytes.count / 10 * 10, by: 10) {
        all.append(
          (
            bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self).littleEndian,
            bytes.loadUnaligned(fromByteOffset: at + 2, as: UInt64.self).littleEndian
          ))
      }
    }
    return all
  }

  /// Hashes of a feed's last dedupe keys, oldest first.
  package func recentKeys(ofFeed feed: Int) throws(CrossdockError) -> [UInt64] {
    let statement = try database.prepare("SELECT hashes FROM recent_key WHERE feed = ?1 ORDER BY id")
    statement.bind(feedRows[feed], at: 1)
    var all: [UInt64] = []
    while try statement.step() {
      let bytes = statement.bytes(0)
      for at in stride(from: 0, to: bytes.count / 8 * 8, by: 8) {
        all.append(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian)
      }
    }
    return all
  }

  /// Replies after the given number, oldest first.
  package func pendingReplies(after id: Int64, limit: Int) throws(CrossdockError) -> [PendingReply] {
    let statement = try database.prepare(
      "SELECT id, connection, topic, stream, sequence FROM reply WHERE id > ?1 ORDER BY id LIMIT ?2")
    statement.bind(id, at: 1)
    statement.bind(limit, at: 2)
    var all: [PendingReply] = []
    while try statement.step() {
      let body = try database.prepare("SELECT body FROM record_\(statement.integer(3)) WHERE sequence = ?1")
      body.bind(statement.integer(4), at: 1)
      // Evicted meanwhile: an empty body tells the caller that there is nothing left to publish.
      let bytes = try body.step() ? Array(body.bytes(0)) : []
      all.append(
        PendingReply(
          id: statement.integer(0), connection: statement.text(1), topic: statement.text(2), body: bytes))
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
      let statement = try database.prepare(
        """
        SELECT sequence, arrival, source, feed, event_ns, ingest_ns, monotonic_ns, boot, flags, body FROM record_\(slot.id)
        WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2
        """)
      statement.bind(try firstSequence(of: slot, arrivedAfter: arrival), at: 1)
      statement.bind(limit, at: 2)
      while try statement.step() {
        let source = UInt32(clamping: statement.integer(2) - 1)
        all.append(
          ReplayedRecord(
            stream: number, arrival: statement.integer(1), feed: feedNumber(ofRow: statement.integer(3)),
            source: source,
            record: StoredRecord(
              sequence: UInt64(statement.integer(0)), source: "", eventTimeNs: statement.integer(4),
              ingestTimeNs: statement.integer(5), monotonicNs: statement.integer(6),
              boot: UInt32(clamping: statement.integer(7)),
              flags: RecordFlags(rawValue: UInt32(clamping: statement.integer(8))),
              body: Array(statement.bytes(9)))))
      }
    }
    all.sort { $0.arrival < $1.arrival }
    return Array(all.prefix(limit))
  }

  private func feedNumber(ofRow row: Int64) -> UInt16 {
    feedRows.firstIndex(of: row).map { UInt16($0 + 1) } ?? 0
  }

  /// Arrival ascends with the sequence: a binary search over the stream finds the first record after a checkpoint.
  private func firstSequence(of slot: StreamSlot, arrivedAfter arrival: Int64) throws(CrossdockError) -> UInt64 {
    let statement = try database.prepare("SELECT arrival FROM record_\(slot.id) WHERE sequence = ?1")
    var low = slot.evictedThrough + 1
    var high = slot.next
    while low < high {
      let middle = low + (high - low) / 2
      statement.bind(middle, at: 1)
      let found = try statement.step() ? statement.integer(0) : 0
      statement.reset()
      if found > arrival { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

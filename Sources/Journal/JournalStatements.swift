internal import Records
internal import SQLite

/// The writer's prepared statements.
struct JournalStatements {
  let insertSource: SQLiteStatement
  let insertSegment: SegmentInsert
  let pageCount: SQLiteStatement
  let freePages: SQLiteStatement
  let deleteDelivery: SQLiteStatement
  let deleteRecentKeys: SQLiteStatement
  let logRows: SQLiteStatement
  let deleteLog: SQLiteStatement
  let segmentAtOrBefore: SQLiteStatement
  let oldestSegment: SQLiteStatement
  /// Without its block, which need not be read then.
  let oldestSegmentHead: SQLiteStatement
  let deleteSegment: SQLiteStatement
  let pendingReplies: SQLiteStatement
  private let log: SQLiteStatement
  private let updateStream: SQLiteStatement
  private let updateFeed: SQLiteStatement
  private let delivery: SQLiteStatement
  private let recentKeys: SQLiteStatement
  private let cursor: SQLiteStatement
  private let checkpoint: SQLiteStatement
  private let reply: SQLiteStatement
  private let confirmReply: SQLiteStatement
  private let confirmedThrough: SQLiteStatement
  private let database: SQLiteConnection

  init(_ database: SQLiteConnection) throws(CrossdockError) {
    self.database = database
    insertSource = try database.prepare("INSERT OR IGNORE INTO source(id, name, crc) VALUES(?1, ?2, ?3)")
    pageCount = try database.prepare("PRAGMA page_count")
    freePages = try database.prepare("PRAGMA freelist_count")
    deleteDelivery = try database.prepare("DELETE FROM delivery WHERE id = ?1")
    deleteRecentKeys = try database.prepare("DELETE FROM recent_key WHERE id = ?1")
    logRows = try database.prepare("SELECT id, stream, first, last, meta, block FROM log ORDER BY id")
    deleteLog = try database.prepare("DELETE FROM log WHERE id <= ?1")
    segmentAtOrBefore = try database.prepare(
      "SELECT key, last, body_bytes, block FROM segment WHERE key <= ?1 AND key >= ?2 ORDER BY key DESC LIMIT 1")
    oldestSegment = try database.prepare(
      "SELECT key, last, last_arrival, body_bytes, block FROM segment WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT 1"
    )
    oldestSegmentHead = try database.prepare(
      "SELECT key, last, last_arrival, body_bytes, length(block) FROM segment WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT 1"
    )
    deleteSegment = try database.prepare("DELETE FROM segment WHERE key = ?1")
    pendingReplies = try database.prepare(
      "SELECT id, connection, topic, stream, sequence FROM reply WHERE id > ?1 ORDER BY id LIMIT ?2")
    log = try database.prepare("INSERT INTO log(id, stream, first, last, meta, block) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
    insertSegment = try SegmentInsert(database, replaces: true)
    updateStream = try database.prepare(
      """
      UPDATE stream SET evicted_through = ?2, evicted_records = ?3, packed_through = ?4, packed_bytes = ?5,
        packed_body_bytes = ?6, missing_records = ?7 WHERE id = ?1
      """)
    updateFeed = try database.prepare(
      """
      UPDATE feed SET received = received + ?2, stored = stored + ?3, quarantined = quarantined + ?4,
        dropped_redelivered = dropped_redelivered + ?5, dropped_duplicate = dropped_duplicate + ?6,
        dropped_oversize = dropped_oversize + ?7, records = records + ?8 WHERE id = ?1
      """)
    delivery = try database.prepare("INSERT INTO delivery(connection, entries) VALUES(?1, ?2)")
    recentKeys = try database.prepare("INSERT INTO recent_key(feed, hashes) VALUES(?1, ?2)")
    cursor = try database.prepare(
      """
      INSERT INTO cursor(name, stream, sequence) VALUES(?1, ?2, ?3)
      ON CONFLICT(name, stream) DO UPDATE SET sequence = ?3
      """)
    checkpoint = try database.prepare(
      """
      INSERT INTO checkpoint(model, version, arrival, state) VALUES(?1, ?2, ?3, ?4)
      ON CONFLICT(model) DO UPDATE SET version = ?2, arrival = ?3, state = ?4
      """)
    reply = try database.prepare(
      "INSERT INTO reply(id, connection, topic, stream, sequence) VALUES(?5, ?1, ?2, ?3, ?4)")
    confirmReply = try database.prepare("DELETE FROM reply WHERE id = ?1")
    confirmedThrough = try database.prepare(
      "SELECT min(sequence) FROM cursor WHERE stream = ?1 AND name GLOB 'uplink:*' HAVING count(*) > 0")
  }

  func value(_ pragma: SQLiteStatement) throws(CrossdockError) -> Int64 {
    defer { pragma.reset() }
    return try pragma.step() ? pragma.integer(0) : 0
  }

  /// Up to where every uplink that has a cursor on the stream has confirmed; nil: there is none.
  func confirmed(stream: Int64) throws(CrossdockError) -> UInt64? {
    confirmedThrough.bind(stream, at: 1)
    defer { confirmedThrough.reset() }
    return try confirmedThrough.step() ? UInt64(clamping: confirmedThrough.integer(0)) : nil
  }

  func insertLog(
    id: Int64, stream: Int64, first: UInt64, last: UInt64, meta: [UInt8]?, block: UnsafeRawBufferPointer?
  ) throws(CrossdockError) {
    log.bind(id, at: 1)
    log.bind(stream, at: 2)
    log.bind(first, at: 3)
    log.bind(last, at: 4)
    if let block { log.bind(borrowing: block, at: 6) } else { log.bindNull(at: 6) }
    if let meta {
      try Self.run(log, blob: meta, at: 5)
    } else {
      log.bindNull(at: 5)
      try log.run()
    }
  }

  func update(_ slot: StreamSlot) throws(CrossdockError) {
    updateStream.bind(slot.id, at: 1)
    updateStream.bind(slot.evictedThrough, at: 2)
    updateStream.bind(slot.evictedRecords, at: 3)
    updateStream.bind(slot.packedThrough, at: 4)
    updateStream.bind(slot.packedBytes, at: 5)
    updateStream.bind(slot.packedBodyBytes, at: 6)
    updateStream.bind(slot.missing, at: 7)
    try updateStream.run()
  }

  func addCounters(_ delta: FeedCounters, feedRow: Int64) throws(CrossdockError) {
    updateFeed.bind(feedRow, at: 1)
    let values = [
      delta.received, delta.stored, delta.quarantined, delta.redelivered, delta.duplicate, delta.oversize,
      delta.records,
    ]
    for (index, value) in values.enumerated() { updateFeed.bind(value, at: Int32(index + 2)) }
    try updateFeed.run()
  }

  /// The row's number.
  func insertDelivery(connection: String, entries: [UInt8]) throws(CrossdockError) -> Int64 {
    delivery.bind(connection, at: 1)
    try Self.run(delivery, blob: entries, at: 2)
    return database.lastInsertedRow
  }

  /// The row's number.
  func insertRecentKeys(feedRow: Int64, hashes: [UInt8]) throws(CrossdockError) -> Int64 {
    recentKeys.bind(feedRow, at: 1)
    try Self.run(recentKeys, blob: hashes, at: 2)
    return database.lastInsertedRow
  }

  func setCursor(_ update: CursorUpdate, stream: Int64) throws(CrossdockError) {
    cursor.bind(update.name, at: 1)
    cursor.bind(stream, at: 2)
    cursor.bind(update.sequence, at: 3)
    try cursor.run()
  }

  func setCheckpoint(_ value: JournalTransaction.Checkpoint, arrival: Int64) throws(CrossdockError) {
    checkpoint.bind(value.model, at: 1)
    checkpoint.bind(value.version, at: 2)
    checkpoint.bind(arrival, at: 3)
    try Self.run(checkpoint, blob: value.state, at: 4)
  }

  func insertReply(
    _ value: JournalTransaction.Reply, id: Int64, stream: Int64, sequence: UInt64
  ) throws(CrossdockError) {
    reply.bind(value.connection, at: 1)
    reply.bind(value.topic, at: 2)
    reply.bind(stream, at: 3)
    reply.bind(sequence, at: 4)
    reply.bind(id, at: 5)
    try reply.run()
  }

  func deleteReply(_ id: Int64) throws(CrossdockError) {
    confirmReply.bind(id, at: 1)
    try confirmReply.run()
  }

  /// Binds borrowed bytes and runs the statement while they stay where they are.
  private static func run(_ statement: SQLiteStatement, blob: [UInt8], at index: Int32) throws(CrossdockError) {
    let result: Result<Void, CrossdockError> = blob.withUnsafeBytes { bytes in
      statement.bind(borrowing: bytes, at: index)
      do throws(CrossdockError) {
        try statement.run()
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}

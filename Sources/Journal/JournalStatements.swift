internal import Records
internal import SQLite

/// The writer's prepared statements.
struct JournalStatements {
  let insertSource: SQLiteStatement
  let pageCount: SQLiteStatement
  let freePages: SQLiteStatement
  let pruneDelivery: SQLiteStatement
  let pruneRecentKeys: SQLiteStatement
  private let updateFeed: SQLiteStatement
  private let delivery: SQLiteStatement
  private let recentKeys: SQLiteStatement
  private let cursor: SQLiteStatement
  private let checkpoint: SQLiteStatement
  private let reply: SQLiteStatement
  private let confirmReply: SQLiteStatement

  init(_ database: SQLiteConnection) throws(CrossdockError) {
    insertSource = try database.prepare("INSERT OR IGNORE INTO source(id, name) VALUES(?1, ?2)")
    pageCount = try database.prepare("PRAGMA page_count")
    freePages = try database.prepare("PRAGMA freelist_count")
    pruneDelivery = try database.prepare("DELETE FROM delivery WHERE id <= ?1")
    pruneRecentKeys = try database.prepare("DELETE FROM recent_key WHERE id <= ?1")
    updateFeed = try database.prepare(
      """
      UPDATE feed SET received = received + ?2, stored = stored + ?3, quarantined = quarantined + ?4,
        dropped_redelivered = dropped_redelivered + ?5, dropped_duplicate = dropped_duplicate + ?6,
        dropped_oversize = dropped_oversize + ?7, records = records + ?8 WHERE id = ?1
      """)
    delivery = try database.prepare("INSERT INTO delivery(id, connection, entries) VALUES(?1, ?2, ?3)")
    recentKeys = try database.prepare("INSERT INTO recent_key(id, feed, hashes) VALUES(?1, ?2, ?3)")
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
  }

  func value(_ pragma: SQLiteStatement) throws(CrossdockError) -> Int64 {
    defer { pragma.reset() }
    return try pragma.step() ? pragma.integer(0) : 0
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

  func insertDelivery(id: Int64, connection: String, entries: [UInt8]) throws(CrossdockError) {
    delivery.bind(id, at: 1)
    delivery.bind(connection, at: 2)
    try Self.run(delivery, blob: entries, at: 3)
  }

  func insertRecentKeys(id: Int64, feedRow: Int64, hashes: [UInt8]) throws(CrossdockError) {
    recentKeys.bind(id, at: 1)
    recentKeys.bind(feedRow, at: 2)
    try Self.run(recentKeys, blob: hashes, at: 3)
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

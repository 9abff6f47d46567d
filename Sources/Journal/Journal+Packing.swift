// Packing: the oldest rows of `log` become segments. Records of one stream that came in many small commits lie in one block
// then, compressed together. A stream's last segment grows until it is full, so that a slow stream has no crumbs.
//
// One call packs at most `limits.packBytes` of blocks in a transaction of its own: it must not hold up the next batch for long.
internal import Records
internal import SQLite

extension Journal {
  /// Reads what `log` holds, at the start: the ends of the streams, counters, the next numbers.
  func takeUpLog() throws(CrossdockError) {
    var lastRows: [Int64: (first: UInt64, last: UInt64, id: Int64)] = [:]
    nextLogID = try database.integer("SELECT next_log FROM agent") ?? 1
    let rows = try database.prepare(
      "SELECT id, stream, first, last, length(block), length(meta), meta FROM log ORDER BY id")
    while try rows.step() {
      nextLogID = max(nextLogID, rows.integer(0) + 1)
      let stream = rows.integer(1)
      maintenance.logBytes += rows.integer(4) + rows.integer(5)
      maintenance.logSinceMs = .min
      if !rows.isNull(6) {
        guard let meta = CommitMeta(rows.bytes(6)) else { throw damage("the meta of commit \(rows.integer(0))") }
        for (feedRow, delta) in meta.counters {
          if let feed = feedRows.firstIndex(of: feedRow) { addToCounters(delta, feed: feed) }
        }
      }
      guard stream != 0 else { continue }
      guard let index = streams.indexes[stream] else { throw damage("a row of no stream") }
      let last = UInt64(clamping: rows.integer(3))
      streams.slots[index].next = last + 1
      streams.slots[index].logBytes += rows.integer(4)
      lastRows[stream] = (UInt64(clamping: rows.integer(2)), last, rows.integer(0))
    }
    nextArrival = try lastArrival(lastRows) + 1
  }

  private func lastArrival(
    _ lastRows: [Int64: (first: UInt64, last: UInt64, id: Int64)]
  ) throws(CrossdockError) -> Int64 {
    var arrival: Int64 = try database.integer("SELECT max(arrival) FROM checkpoint") ?? 0
    for slot in streams.slots {
      let newest = try database.integer(
        """
        SELECT last_arrival FROM segment WHERE key BETWEEN \(JournalSchema.key(slot.id, 0)) AND
          \(JournalSchema.key(slot.id, JournalSchema.maxSequence)) ORDER BY key DESC LIMIT 1
        """)
      arrival = max(arrival, newest ?? 0)
    }
    let block = try database.prepare("SELECT block FROM log WHERE id = ?1")
    for (stream, row) in lastRows {
      block.bind(row.id, at: 1)
      guard try block.step() else { continue }
      // A damaged block is cut out when it is read: here only the number is wanted.
      _ = try codec.decode(block.bytes(0), stream: stream, first: row.first, last: row.last) {
        record throws(CrossdockError) in
        arrival = max(arrival, record.arrival)
        return true
      }
      block.reset()
    }
    return arrival
  }

  func damage(_ what: String) -> CrossdockError {
    var error = CrossdockError("open the journal", at: path, reason: "\(what) is damaged", exitCode: .badInput)
    error.fault = .damaged
    return error
  }

  /// Packs the oldest rows of `log`, in a transaction of its own.
  func packOldest(now: ClockReading) throws(CrossdockError) {
    try changing { () throws(CrossdockError) in try pack(atMost: limits.packBytes, now: now) }
  }

  /// Packs all rows of `log` inside the present transaction, a part at a time: each frees the pages that the next one needs.
  func packEverything(now: ClockReading) throws(CrossdockError) {
    while try pack(atMost: limits.packBytes, now: now) {}
  }

  /// Packs rows of `log` inside the present transaction, the oldest first, until so many bytes are done. False when there was
  /// nothing to do.
  @discardableResult
  func pack(atMost limit: Int64, now: ClockReading) throws(CrossdockError) -> Bool {
    var packing = Packing(self)
    defer { statements.logRows.reset() }
    var lastID: Int64 = 0
    while packing.bytes < limit, try statements.logRows.step() {
      lastID = statements.logRows.integer(0)
      try packing.take(statements.logRows)
    }
    statements.logRows.reset()
    guard lastID > 0 else {
      maintenance.logSinceMs = nil
      return false
    }
    statements.deleteLog.bind(lastID, at: 1)
    try statements.deleteLog.run()
    try database.execute("UPDATE agent SET next_log = \(nextLogID)")
    try packing.finish()
    for tombstone in packing.tombstones { try appendTombstone(tombstone, at: now) }
    return true
  }
}

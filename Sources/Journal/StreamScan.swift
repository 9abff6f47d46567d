internal import Records
internal import SQLite

/// Walks over a stream's blocks, first those in segments, then those in `log`, a part in each read transaction. Where a page of the file
/// cannot be read it goes on behind it. The writer may pack, evict and cut out meanwhile: a block that has grown is given again, with
/// the sequence up to which it was seen.
struct StreamScan {
  /// A block as it is stored; whether it is valid is for the visitor to find out.
  struct Row {
    var first: UInt64
    var last: UInt64
    /// Of a segment's row; nil in `log`.
    var lastArrival: Int64?
    var bodyBytes: Int64?
    /// Borrowed until the visitor returns.
    var block: UnsafeRawBufferPointer
  }

  let database: SQLiteConnection
  let stream: Int64
  /// Segments of one read transaction: some 4 MiB.
  static let pageRows = 32

  /// - Parameters:
  ///   - begin: called at the begin of each read transaction.
  ///   - visit: gets a row and the sequence up to which valid blocks were seen. Returns whether the row's block is valid.
  /// - Returns: the sequence up to which valid blocks were seen.
  func forEach(
    after start: UInt64, begin: () -> Void = {}, _ visit: (Row, _ after: UInt64) throws(CrossdockError) -> Bool
  ) throws(CrossdockError) -> UInt64 {
    var after = start
    var nextKey = JournalSchema.key(stream, 0)
    var grownAfter: UInt64?
    var isMore = true
    while isMore {
      isMore = try database.reading { () throws(CrossdockError) in
        begin()
        var key = max(nextKey, JournalSchema.key(stream, after + 1))
        // A segment that was seen may have grown since; not looked at twice, so that a damaged one ends here too.
        if grownAfter != after, let open = segment(with: after + 1) {
          grownAfter = after
          key = open
        }
        let rows = try segments(from: key, &after, &nextKey, visit)
        if rows >= Self.pageRows { return true }
        try log(&after, visit)
        return false
      }
    }
    return after
  }

  /// The key of the segment that has a sequence and one before it.
  private func segment(with sequence: UInt64) -> Int64? {
    guard
      let row = try? database.prepare(
        "SELECT key, last FROM segment WHERE key < ?1 AND key >= ?2 ORDER BY key DESC LIMIT 1")
    else { return nil }
    row.bind(JournalSchema.key(stream, sequence), at: 1)
    row.bind(JournalSchema.key(stream, 0), at: 2)
    guard (try? row.step()) == true, UInt64(clamping: row.integer(1)) >= sequence else { return nil }
    return row.integer(0)
  }

  /// Returns how many rows there were.
  private func segments(
    from key: Int64, _ after: inout UInt64, _ nextKey: inout Int64,
    _ visit: (Row, UInt64) throws(CrossdockError) -> Bool
  ) throws(CrossdockError) -> Int {
    var (rows, reached, next) = (0, after, nextKey)
    let scan = SalvageScan(
      database,
      """
      SELECT key, last, block, last_arrival, body_bytes FROM segment WHERE key >= ?1 AND key < ?2 ORDER BY key
      LIMIT \(Self.pageRows)
      """)
    try scan.forEach(from: key, before: JournalSchema.key(stream + 1, 0)) { (row) throws(CrossdockError) in
      rows += 1
      next = max(next, row.integer(0) + 1)
      let last = UInt64(clamping: row.integer(1))
      let found = Row(
        first: JournalSchema.sequence(ofKey: row.integer(0)), last: last, lastArrival: row.integer(3),
        bodyBytes: row.integer(4), block: row.bytes(2))
      if try visit(found, reached) { reached = max(reached, last) }
    }
    (after, nextKey) = (reached, next)
    return rows
  }

  private func log(
    _ after: inout UInt64, _ visit: (Row, UInt64) throws(CrossdockError) -> Bool
  ) throws(CrossdockError) {
    var reached = after
    let scan = SalvageScan(
      database, "SELECT id, last, block, first, stream FROM log WHERE id >= ?1 AND id < ?2 ORDER BY id")
    try scan.forEach(from: 1, before: .max) { (row) throws(CrossdockError) in
      guard row.integer(4) == stream else { return }
      let (first, last) = (UInt64(clamping: row.integer(3)), UInt64(clamping: row.integer(1)))
      let isValid = try visit(
        Row(first: first, last: last, lastArrival: nil, bodyBytes: nil, block: row.bytes(2)), reached)
      if isValid { reached = max(reached, last) }
    }
    after = reached
  }
}

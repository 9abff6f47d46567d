// Looking for damage: a little of the segments' blocks with every call, over and over, so that a bit that has flipped on the disk
// is found while the record is still at hand elsewhere. A damaged block is cut out and named by a tombstone; readers go on
// behind it. Damage of the file's structure shows itself as an error of SQLite: the next start salvages.
internal import Records
internal import SQLite

extension Journal {
  static var scrubIntervalMs: Int64 { 1000 }
  /// Blocks of one call: some 64 MiB an hour of a packed journal.
  static var scrubRows: Int { 1 }
  /// Blocks that are looked at where a reader met damage: its own, and what it would read next.
  static var suspectRows: Int { 32 }

  func scrub(now: ClockReading) throws(CrossdockError) {
    if let suspect = maintenance.suspects.popFirst(), let index = streams.index(named: suspect.key) {
      // Rows of `log` are verified when they are packed.
      try changing { () throws(CrossdockError) in try packEverything(now: now) }
      let id = streams.slots[index].id
      try writeAnew(stream: index, after: suspect.value)
      let key = JournalSchema.key(id, min(suspect.value, JournalSchema.maxSequence - 1) + 1)
      let begin = try database.integer(
        "SELECT key FROM segment WHERE key <= \(key) AND key >= \(JournalSchema.key(id, 0)) ORDER BY key DESC LIMIT 1")
      try cutOut(
        from: begin ?? key, before: JournalSchema.key(id + 1, 0), atMost: Self.suspectRows, now: now)
    }
    guard now.monotonicMs >= maintenance.scrubDueMs else { return }
    maintenance.scrubDueMs = now.monotonicMs + Self.scrubIntervalMs
    let next = try cutOut(from: maintenance.scrubKey, before: .max, atMost: Self.scrubRows, now: now)
    maintenance.scrubKey = next ?? 0
  }

  /// The block that a reader met may be whole in this connection's cache. Written anew it is whole in the file too, and nothing is lost.
  private func writeAnew(stream index: Int, after sequence: UInt64) throws(CrossdockError) {
    let id = streams.slots[index].id
    let find = try database.prepare(
      """
      SELECT key, last, last_arrival, body_bytes, block FROM segment WHERE key >= (SELECT coalesce(max(key), ?1) FROM segment
        WHERE key >= ?1 AND key <= ?2) AND key < ?3 AND last > ?4 ORDER BY key LIMIT 1
      """)
    find.bind(JournalSchema.key(id, 0), at: 1)
    find.bind(JournalSchema.key(id, min(sequence, JournalSchema.maxSequence - 1) + 1), at: 2)
    find.bind(JournalSchema.key(id + 1, 0), at: 3)
    find.bind(sequence, at: 4)
    guard try find.step() else { return }
    let (key, last, arrival, bodyBytes) = (
      find.integer(0), UInt64(clamping: find.integer(1)), find.integer(2), find.integer(3)
    )
    guard BlockCodec.isIntact(find.bytes(4), stream: id, first: JournalSchema.sequence(ofKey: key), last: last) else {
      return
    }
    let block = Array(find.bytes(4))
    find.reset()
    try changing { () throws(CrossdockError) in
      // Not one statement: SQLite would leave pages alone that it believes to be the same.
      statements.deleteSegment.bind(key, at: 1)
      try statements.deleteSegment.run()
      var failure: CrossdockError?
      block.withUnsafeBytes { bytes in
        do throws(CrossdockError) {
          try statements.insertSegment.insert(
            key: key, last: last, lastArrival: arrival, bodyBytes: bodyBytes, block: bytes)
        } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  /// Verifies segments and cuts out those that are damaged. Returns where to go on, nil at the end.
  @discardableResult
  func cutOut(
    from key: Int64, before end: Int64, atMost limit: Int, now: ClockReading
  ) throws(CrossdockError) -> Int64? {
    var damaged: [SegmentRow] = []
    let rows = try database.prepare(
      "SELECT key, last, last_arrival, body_bytes, block FROM segment WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3"
    )
    rows.bind(key, at: 1)
    rows.bind(end, at: 2)
    rows.bind(Int64(limit == .max ? -1 : limit), at: 3)
    var last: Int64?
    while try rows.step() {
      let (key, block) = (rows.integer(0), rows.bytes(4))
      let row = SegmentRow(
        key: key, first: JournalSchema.sequence(ofKey: key), last: UInt64(clamping: rows.integer(1)),
        lastArrival: rows.integer(2), bodyBytes: rows.integer(3), blockBytes: Int64(block.count))
      if !BlockCodec.isIntact(block, stream: JournalSchema.stream(ofKey: key), first: row.first, last: row.last) {
        damaged.append(row)
      }
      last = key
    }
    rows.reset()
    if !damaged.isEmpty {
      try changing { () throws(CrossdockError) in
        for row in damaged { try cutOut(row, now: now) }
      }
      adoptSequences()
    }
    return last.map { $0 + 1 }
  }

  private func cutOut(_ row: SegmentRow, now: ClockReading) throws(CrossdockError) {
    guard let index = streams.indexes[JournalSchema.stream(ofKey: row.key)] else {
      throw damage("a segment of no stream")
    }
    statements.deleteSegment.bind(row.key, at: 1)
    try statements.deleteSegment.run()
    let slot = streams.slots[index]
    // Where the row's own numbers are damaged, its neighbours say what is missing.
    let next = try firstSequence(after: row.key, in: index)
    let first = max(slot.evictedThrough + 1, row.first)
    let last = max(first, next - 1)
    streams.slots[index].missing += last + 1 - first
    streams.slots[index].packedBytes = max(0, slot.packedBytes - row.blockBytes)
    streams.slots[index].packedBodyBytes = max(0, slot.packedBodyBytes - row.bodyBytes)
    try statements.update(streams.slots[index])
    try appendTombstone(
      Tombstone(
        stream: slot.definition.name, first: first, last: last, count: last + 1 - first, reason: "damaged",
        confirmedThrough: try statements.confirmed(stream: slot.id)), at: now)
  }

  /// The first sequence behind a segment.
  private func firstSequence(after key: Int64, in index: Int) throws(CrossdockError) -> UInt64 {
    let slot = streams.slots[index]
    if let next = try database.integer(
      "SELECT key FROM segment WHERE key > \(key) AND key < \(JournalSchema.key(slot.id + 1, 0)) ORDER BY key LIMIT 1")
    {
      return JournalSchema.sequence(ofKey: next)
    }
    return try database.integer("SELECT first FROM log WHERE stream = \(slot.id) ORDER BY id LIMIT 1").map {
      UInt64($0)
    } ?? slot.next
  }
}

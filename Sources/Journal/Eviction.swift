// Keeping the journal within its cap: before a batch is inserted, the lowest class that still has records gives up its oldest
// ones, until the batch fits and a little more. Alerts go last. What goes is named by one tombstone a stream and transaction.
internal import Records
internal import SQLite

extension Journal {
  /// Rows deleted by one statement: small enough that the pages they free are counted before the next.
  private static let evictionRows: UInt64 = 256

  /// Evicts inside the present transaction so that the batch fits.
  func makeRoom(for batch: RecordBatch) throws(CrossdockError) -> [Tombstone] {
    // Measured: a record costs its body and about 60 bytes; B-tree pages are full but for their last.
    let needed = Int64(batch.bodyBytes + 96 * batch.count) / JournalLimits.pageBytes + Int64(streams.slots.count) + 8
    var used = try pagesInUse()
    guard used + needed > limits.databasePages else { return [] }
    var gone: [Int: Tombstone] = [:]
    while used + needed > limits.lowWaterPages, let victim = try victim() {
      let slot = streams.slots[victim]
      let first = slot.evictedThrough + 1
      let last = min(slot.evictedThrough + Self.evictionRows, slot.next - 1)
      try database.execute("DELETE FROM record_\(slot.id) WHERE sequence <= \(last)")
      streams.slots[victim].evictedThrough = last
      countEvicted(last - first + 1)
      gone[
        victim,
        default: Tombstone(stream: slot.definition.name, first: first, last: last, count: 0, reason: "journal_full")
      ]
      .last = last
      gone[victim]?.count += last - first + 1
      used = try pagesInUse()
    }
    var tombstones: [Tombstone] = []
    for (victim, var tombstone) in gone.sorted(by: { $0.key < $1.key }) {
      let id = streams.slots[victim].id
      try database.execute(
        """
        UPDATE stream SET evicted_through = \(tombstone.last), evicted_records = evicted_records + \(tombstone.count)
        WHERE id = \(id)
        """)
      let confirmed = try database.integer(
        "SELECT min(sequence) FROM cursor WHERE stream = \(id) AND name GLOB 'uplink:*' HAVING count(*) > 0")
      tombstone.confirmedThrough = confirmed.map { UInt64($0) }
      tombstones.append(tombstone)
    }
    return tombstones
  }

  func pagesInUse() throws(CrossdockError) -> Int64 {
    try statements.value(statements.pageCount) - statements.value(statements.freePages)
  }

  /// The stream to evict from: lowest class, then the one with the oldest record; tombstones only when nothing else is left.
  private func victim() throws(CrossdockError) -> Int? {
    var best: (stream: Int, isTombstones: Bool, streamClass: StreamClass, arrival: Int64)?
    for (index, slot) in streams.slots.enumerated() where slot.records > 0 {
      let isTombstones = index == tombstoneStream
      let arrival =
        try database.integer("SELECT arrival FROM record_\(slot.id) WHERE sequence > \(slot.evictedThrough) LIMIT 1")
        ?? 0
      let candidate = (index, isTombstones, slot.definition.streamClass, arrival)
      guard let current = best else {
        best = candidate
        continue
      }
      if isTombstones != current.isTombstones {
        if !isTombstones { best = candidate }
      } else if candidate.2 != current.streamClass {
        if candidate.2 < current.streamClass { best = candidate }
      } else if arrival < current.arrival {
        best = candidate
      }
    }
    return best?.stream
  }
}

// The journal's writer: the only connection that writes, owned by the writer thread.
//
// A batch goes: `assignSequences` (numbers, still in memory) → models → `commit` (one transaction: eviction, records, cursors,
// checkpoints, counters, delivery windows) → COMMIT with synchronous=FULL. Only then may acknowledgements leave.
//
// Invariants:
//   - A failed commit changes nothing, in the file and here: the same batch can be committed again.
//   - Numbers given by `assignSequences` are exactly those that the commit writes.
//   - The files together stay within `limits.maxBytes`; what eviction removes is named by a tombstone in the same transaction.
//
// Format: see JournalSchema.
internal import Platform
package import Records
internal import SQLite

package final class Journal {
  package let path: String
  package let limits: JournalLimits
  package let epoch: Epoch
  /// Why this epoch began, when it began with this start: "created", or the damaged file that was set aside.
  package let newEpochReason: String?
  package private(set) var sources = SourceTable()
  package private(set) var counters: [FeedCounters]
  package private(set) var commits: UInt64 = 0
  package private(set) var lastCommitUs: Int64 = 0
  package private(set) var evictedRecords: UInt64 = 0

  let database: SQLiteConnection
  var streams: StreamTable
  let tombstoneStream: Int
  let statements: JournalStatements
  let boot: UInt32
  /// By stream: the number that the next record assigned gets; equal to `streams` between batches.
  private var provisionalNext: [UInt64]
  private var nextArrival: Int64
  /// Never given twice in a process: who published up to a number must see what comes after it, also when the table was empty.
  private var nextReply: Int64
  private var durableSources: Int
  let feedRows: [Int64]
  private var deliveries: RowWindow
  private var recentKeys: RowWindow

  /// Opens or creates `<folder>/journal.db`. A damaged file is set aside and a new journal with a new epoch begun.
  /// - Parameters:
  ///   - streams: the configured streams; `_quarantine` and `_tombstones` are added.
  ///   - bootName: the name of this boot; nil: the kernel's.
  package init(
    folder: String, agent: String, streams definitions: [StreamDefinition], feeds: [String], limits: JournalLimits,
    now: ClockReading, boot bootName: String? = nil
  ) throws(CrossdockError) {
    let opened = try JournalOpening.open(folder: folder, agent: agent, limits: limits, now: now)
    path = opened.database.path
    self.limits = limits
    epoch = opened.epoch
    newEpochReason = opened.newEpochReason
    database = opened.database
    let all = definitions + [.quarantine, .tombstones]
    streams = try StreamTable(all, in: database)
    tombstoneStream = all.count - 1
    provisionalNext = streams.slots.map(\.next)
    statements = try JournalStatements(database)
    boot = try Self.register(boot: bootName ?? BootID.current(), in: database)
    nextArrival = try Self.lastArrival(streams, in: database) + 1
    nextReply = (try database.integer("SELECT max(id) FROM reply") ?? 0) + 1
    evictedRecords = UInt64(try database.integer("SELECT total(evicted_records) FROM stream") ?? 0)
    feedRows = try Self.register(feeds: feeds, in: database)
    counters = try Self.readCounters(feedRows, in: database)
    deliveries = try RowWindow(table: "delivery", bytesPerEntry: 10, limit: limits.deliveryWindow, in: database)
    recentKeys = try RowWindow(table: "recent_key", bytesPerEntry: 8, limit: limits.deliveryWindow, in: database)
    durableSources = 0
    let names = try database.prepare("SELECT name FROM source ORDER BY id")
    while try names.step() { _ = sources.add(names.bytes(0)) }
    durableSources = sources.count
    if let reason = newEpochReason, reason != JournalOpening.created {
      try database.transaction { () throws(CrossdockError) in
        try appendTombstone(Tombstone(stream: "*", first: 0, last: 0, count: 0, reason: reason), at: now)
      }
      adoptSequences()
    }
  }

  /// Leaves word for the next opening that the file must not be used any more: it is set aside then.
  package static func markDamaged(_ path: String, reason: String) {
    JournalOpening.markDamaged(path, reason: reason)
  }

  // MARK: streams and sources

  /// Number of a configured stream: its place in the configuration.
  package func streamNumber(_ name: String) -> UInt16? {
    streams.slots.firstIndex { $0.definition.name == name }.map(UInt16.init)
  }

  package var streamStates: [StreamState] {
    streams.slots.map { StreamState(definition: $0.definition, first: $0.evictedThrough + 1, last: $0.next - 1) }
  }

  /// The number of a source, given to a new one; nil when there are `maxSources` already.
  package func intern(_ name: UnsafeRawBufferPointer) -> UInt32? {
    if let known = sources.find(name) { return known }
    return sources.count < JournalLimits.maxSources ? sources.add(name) : nil
  }

  /// Gives sequences to the records from `start` on.
  package func assignSequences(_ batch: RecordBatch, from start: Int) {
    for index in start..<batch.count {
      let stream = Int(batch.streams[index])
      batch.setSequence(provisionalNext[stream], of: index)
      provisionalNext[stream] += 1
    }
  }

  /// Takes back numbers given since the last commit: for a batch that is thrown away.
  package func abandonSequences() {
    adoptSequences()
  }

  private func adoptSequences() {
    provisionalNext = streams.slots.map(\.next)
  }

  // MARK: commit

  /// Makes a batch and everything that belongs to it durable.
  /// - Throws: nothing has changed then, and the same call may be made again.
  package func commit(
    _ batch: RecordBatch, _ transaction: JournalTransaction, now: ClockReading
  ) throws(CrossdockError) {
    let started = SystemClock.monotonicNs()
    let before = CommitMark(
      streams: streams.slots.map { ($0.next, $0.evictedThrough) }, evictedRecords: evictedRecords,
      nextArrival: nextArrival, nextReply: nextReply, deliveries: deliveries.mark(), recentKeys: recentKeys.mark())
    do {
      try database.transaction { () throws(CrossdockError) in
        let tombstones = try makeRoom(for: batch)
        try insertSources()
        try insert(batch)
        // After the batch, whose numbers were given before anyone knew of these.
        for tombstone in tombstones + transaction.tombstones { try appendTombstone(tombstone, at: now) }
        try write(transaction, batch)
      }
    } catch {
      rollBack(to: before)
      throw error
    }
    durableSources = sources.count
    deliveries.settle()
    recentKeys.settle()
    adoptSequences()
    for (feed, delta) in transaction.counters { counters[feed] += delta }
    commits += 1
    lastCommitUs = (SystemClock.monotonicNs() - started) / 1000
  }

  /// What a failed commit goes back to. The numbers that `assignSequences` gave stay: the batch is committed again.
  private struct CommitMark {
    var streams: [(next: UInt64, evictedThrough: UInt64)]
    var evictedRecords: UInt64
    var nextArrival: Int64
    var nextReply: Int64
    var deliveries: RowWindow.Mark
    var recentKeys: RowWindow.Mark
  }

  private func rollBack(to mark: CommitMark) {
    for (index, values) in mark.streams.enumerated() {
      (streams.slots[index].next, streams.slots[index].evictedThrough) = values
    }
    (evictedRecords, nextArrival, nextReply) = (mark.evictedRecords, mark.nextArrival, mark.nextReply)
    deliveries.rollBack(to: mark.deliveries)
    recentKeys.rollBack(to: mark.recentKeys)
  }

  private func insertSources() throws(CrossdockError) {
    for number in durableSources..<sources.count {
      statements.insertSource.bind(number + 1, at: 1)
      statements.insertSource.bind(sources.name(UInt32(number)), at: 2)
      try statements.insertSource.run()
    }
  }

  private func insert(_ batch: RecordBatch) throws(CrossdockError) {
    guard !batch.isEmpty else { return }
    var failure: CrossdockError?
    batch.bodies.withUnsafeBytes { bodies in
      do throws(CrossdockError) {
        for index in 0..<batch.count { try insertRecord(batch, index, bodies) }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private func insertRecord(_ batch: RecordBatch, _ index: Int, _ bodies: UnsafeRawBufferPointer) throws(CrossdockError)
  {
    let stream = Int(batch.streams[index])
    let insert = streams.slots[stream].insert
    let sequence = batch.sequences[index]
    precondition(sequence == streams.slots[stream].next, "Journal: a record without its number")
    insert.bind(sequence, at: 1)
    insert.bind(nextArrival, at: 2)
    insert.bind(Int64(batch.sources[index]) + 1, at: 3)
    insert.bind(batch.feeds[index] == 0 ? 0 : feedRows[Int(batch.feeds[index]) - 1], at: 4)
    insert.bind(batch.eventTimesNs[index], at: 5)
    insert.bind(batch.ingestTimesNs[index], at: 6)
    insert.bind(batch.monotonicTimesNs[index], at: 7)
    insert.bind(Int(boot), at: 8)
    insert.bind(Int(batch.flags[index]), at: 9)
    let body = bodies[Int(batch.bodyOffsets[index])..<Int(batch.bodyOffsets[index + 1])]
    insert.bind(borrowing: UnsafeRawBufferPointer(rebasing: body), at: 10)
    try insert.run()
    streams.slots[stream].next = sequence + 1
    nextArrival += 1
  }

  private func write(_ transaction: JournalTransaction, _ batch: RecordBatch) throws(CrossdockError) {
    for (feed, delta) in transaction.counters { try statements.addCounters(delta, feedRow: feedRows[feed]) }
    for (connection, entries) in transaction.deliveries {
      try deliveries.append(entries) { (id) throws(CrossdockError) in
        try statements.insertDelivery(id: id, connection: connection, entries: entries)
      }
    }
    try deliveries.prune(with: statements.pruneDelivery)
    for (feed, hashes) in transaction.recentKeys {
      try recentKeys.append(hashes) { (id) throws(CrossdockError) in
        try statements.insertRecentKeys(id: id, feedRow: feedRows[feed], hashes: hashes)
      }
    }
    try recentKeys.prune(with: statements.pruneRecentKeys)
    for cursor in transaction.cursors {
      guard let slot = streams.slots.first(where: { $0.definition.name == cursor.stream }) else { continue }
      try statements.setCursor(cursor, stream: slot.id)
    }
    for checkpoint in transaction.checkpoints {
      try statements.setCheckpoint(checkpoint, arrival: nextArrival - 1)
    }
    for reply in transaction.replies {
      let stream = streams.slots[Int(batch.streams[reply.recordIndex])]
      try statements.insertReply(reply, id: nextReply, stream: stream.id, sequence: batch.sequences[reply.recordIndex])
      nextReply += 1
    }
    for id in transaction.confirmedReplies { try statements.deleteReply(id) }
  }

  // MARK: used by Eviction

  /// Appends a record of the agent itself inside the present transaction.
  func appendTombstone(_ tombstone: Tombstone, at now: ClockReading) throws(CrossdockError) {
    let source = Array("crossdock".utf8).withUnsafeBytes { intern($0) ?? 0 }
    try insertSources()
    let body = tombstone.json()
    let slot = streams.slots[tombstoneStream]
    let insert = slot.insert
    insert.bind(slot.next, at: 1)
    insert.bind(nextArrival, at: 2)
    insert.bind(Int64(source) + 1, at: 3)
    insert.bind(0, at: 4)
    insert.bind(now.wallNs, at: 5)
    insert.bind(now.wallNs, at: 6)
    insert.bind(now.monotonicNs, at: 7)
    insert.bind(Int(boot), at: 8)
    insert.bind(Int(RecordFlags.derived.rawValue | (now.isSynchronised ? 0 : 1)), at: 9)
    try body.withUnsafeBytes { (bytes) -> Result<Void, CrossdockError> in
      insert.bind(borrowing: bytes, at: 10)
      do throws(CrossdockError) {
        try insert.run()
        return .success(())
      } catch {
        return .failure(error)
      }
    }.get()
    streams.slots[tombstoneStream].next += 1
    nextArrival += 1
  }

  func countEvicted(_ count: UInt64) {
    evictedRecords += count
  }
}

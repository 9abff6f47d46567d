// The journal's writer: the only connection that writes, owned by the writer thread.
//
// A batch goes: `assignSequences` (numbers, still in memory) → models → `commit` (one transaction: a block for each stream of the
// batch, counters, delivery windows, cursors, checkpoints, replies) → COMMIT with synchronous=FULL. Only then may acknowledgements
// leave. `maintain`, after they have left, packs what was committed into segments, keeps to the retention rules and moves the
// write-ahead log into the database.
//
// Invariants:
//   - A failed commit changes nothing, in the file and here: the same batch can be committed again.
//   - Numbers given by `assignSequences` are exactly those that the commit writes, but for the agent's own tombstones.
//   - The files together stay within `limits.maxBytes`; what goes is named by a tombstone in the same transaction.
//   - Packing changes no record: a reader sees the same before and after.
//
// Format: JournalSchema.swift, BlockCodec.swift, CommitMeta.swift.
internal import Platform
package import Records
internal import SQLite

package final class Journal {
  package let path: String
  package let limits: JournalLimits
  package let epoch: Epoch
  /// Why this epoch began, when it began with this start: "created", or what was found damaged.
  package let newEpochReason: String?
  package private(set) var sources = SourceTable()
  package internal(set) var counters: [FeedCounters]
  package private(set) var commits: UInt64 = 0
  package private(set) var lastCommitUs: Int64 = 0
  /// By stream and reason: records that tombstones have named since the start.
  private var droppedRecords: [Int64: [String: UInt64]] = [:]
  /// Whether any stream or class has a bound of its own, or rejects.
  let hasRules: Bool
  /// Why nothing more may be read from the brokers now: a stream or the journal that rejects is full. Nil: all is well.
  package var rejectReason: String?
  /// The models' states after everything that was committed, and after the batch that is being committed. Asked for in a
  /// transaction that evicts, and written with it: what goes might be what a model needs to catch up after a restart.
  package var checkpoints: (() -> [JournalTransaction.Checkpoint])?
  /// Whether the present transaction evicts.
  var isEvicting = false
  /// Makes the records that stand for thinned ones; without it, thinning drops.
  package var thinner: Thinner?

  let database: SQLiteConnection
  var streams: StreamTable
  let tombstoneStream: Int
  /// Nil where no stream is thinned.
  let thinnedStream: Int?
  let statements: JournalStatements
  let blocks: StoredBlocks
  let codec = BlockCodec()
  let boot: UInt32
  var nextArrival: Int64
  /// Of the newest record, whether it is still there or not.
  package var lastArrival: Int64 { nextArrival - 1 }
  /// Never given twice in a process: who published up to a number must see what comes after it, also when the table was empty.
  private var nextReply: Int64
  private var durableSources: Int
  /// Sources that the present transaction has written.
  private var insertedSources = 0
  let feedRows: [Int64]
  var deliveryWindows: [String: RowWindow]
  var keyWindows: [Int64: RowWindow]
  var nextLogID: Int64
  var maintenance = MaintenanceState()
  /// By stream: the number that the next record assigned gets; equal to `streams` between batches.
  private var provisionalNext: [UInt64]
  private var columns = BlockColumns()
  /// Emptied, with their capacity: packing needs some again soon.
  var spareColumns: [BlockColumns] = []
  private var meta: [UInt8] = []

  /// Opens or creates `<folder>/journal.db`. What of a damaged file can be read goes into a new journal with a new epoch.
  /// - Parameters:
  ///   - streams: the configured streams; `_quarantine` and `_tombstones` are added, and `_thinned` where one is thinned.
  ///   - bootName: the name of this boot; nil: the kernel's.
  ///   - isThorough: the file is checked from end to end, however large it is.
  package init(
    folder: String, agent: String, streams definitions: [StreamDefinition], feeds: [String], limits: JournalLimits,
    now: ClockReading, boot bootName: String? = nil, isThorough: Bool = false
  ) throws(CrossdockError) {
    let opened = try JournalOpening.open(
      folder: folder, agent: agent, limits: limits, now: now, isThorough: isThorough)
    path = opened.database.path
    self.limits = limits
    epoch = opened.epoch
    newEpochReason = opened.newEpochReason
    database = opened.database
    let isThinning = definitions.contains { $0.retention.whenFull == .thin }
    let all = definitions + [.quarantine, .tombstones] + (isThinning ? [.thinned] : [])
    streams = try StreamTable(all, in: database)
    tombstoneStream = definitions.count + 1
    thinnedStream = isThinning ? definitions.count + 2 : nil
    hasRules =
      !limits.classMaxBytes.isEmpty
      || definitions.contains { $0.retention.maxBytes != nil || $0.retention.whenFull == .reject }
    statements = try JournalStatements(database)
    blocks = try StoredBlocks(database)
    boot = try Self.register(boot: bootName ?? BootID.current(), in: database)
    nextReply = (try database.integer("SELECT max(id) FROM reply") ?? 0) + 1
    feedRows = try Self.register(feeds: feeds, in: database)
    counters = try Self.readCounters(feedRows, in: database)
    deliveryWindows = try RowWindow.deliveries(limit: limits.deliveryWindow, in: database)
    keyWindows = try RowWindow.keys(limit: limits.keyWindow, in: database)
    durableSources = 0
    (provisionalNext, nextArrival, nextLogID) = ([], 1, 1)
    try takeUpSources()
    durableSources = sources.count
    try takeUpLog()
    try changing { () throws(CrossdockError) in
      for tombstone in opened.tombstones { try appendTombstone(tombstone, at: now) }
    }
    try opened.work?.finish()
    if opened.isSmall { try cutOut(from: 0, before: .max, atMost: .max, now: now) }
    adoptSequences()
  }

  /// Leaves word for the next opening that the file must not be used any more: it is salvaged then.
  package static func markDamaged(_ path: String, reason: String) {
    JournalOpening.markDamaged(path, reason: reason)
  }

  // MARK: streams and sources

  /// Number of a configured stream: its place in the configuration.
  package func streamNumber(_ name: String) -> UInt16? { streams.index(named: name).map(UInt16.init) }

  package var streamStates: [StreamState] {
    streams.slots.map {
      StreamState(
        definition: $0.definition, first: $0.evictedThrough + 1, last: $0.next - 1, storedBytes: $0.storedBytes,
        evictedRecords: $0.evictedRecords, missingRecords: $0.missing, dropped: droppedRecords[$0.id] ?? [:])
    }
  }

  package var evictedRecords: UInt64 { streams.slots.reduce(0) { $0 + $1.evictedRecords } }

  /// The number of a source, given to a new one; nil when there are `maxSources` already, or as many as their part of the cap holds:
  /// names are never given up.
  package func intern(_ name: UnsafeRawBufferPointer) -> UInt32? {
    if let known = sources.find(name) { return known }
    let bytes = sources.bytes + name.count + JournalLimits.sourceRowBytes * (sources.count + 1)
    return sources.count < JournalLimits.maxSources && bytes <= limits.maxSourceBytes ? sources.add(name) : nil
  }

  /// The number of a source that a plugin names: a new one only while the plugin has something left of its share, and half of the room
  /// is left, so that plugins do not take it all from the feeds.
  package func internForPlugin(_ name: UnsafeRawBufferPointer, share: inout SourceShare) -> SourceShare.Answer {
    if let known = sources.find(name) { return .number(known) }
    guard name.count <= JournalLimits.maxPluginSourceBytes else { return .tooLong }
    let size = name.count + JournalLimits.sourceRowBytes
    guard share.hasRoom(for: size, in: limits) else { return .isUsed }
    let bytes = sources.bytes + JournalLimits.sourceRowBytes * sources.count
    guard sources.count < JournalLimits.maxSources / 2, bytes < limits.maxSourceBytes / 2, let number = intern(name)
    else { return .noRoom }
    share.use(size)
    return .number(number)
  }

  package func streamName(_ number: UInt16) -> String { streams.slots[Int(number)].definition.name }

  package func bodyFormat(ofStream number: UInt16) -> BodyFormat { streams.slots[Int(number)].definition.bodyFormat }

  /// The agent itself as a source: always there, however many others there are.
  package func internOwn(_ name: String = "crossdock") -> UInt32 {
    var name = name
    return name.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      return sources.find(bytes) ?? sources.add(bytes)
    }
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

  func adoptSequences() {
    if provisionalNext.count != streams.slots.count { provisionalNext = streams.slots.map(\.next) }
    for index in streams.slots.indices { provisionalNext[index] = streams.slots[index].next }
  }

  // MARK: commit

  /// Makes a batch and everything that belongs to it durable.
  /// - Throws: nothing has changed then, and the same call may be made again.
  package func commit(
    _ batch: RecordBatch, _ transaction: JournalTransaction, now: ClockReading
  ) throws(CrossdockError) {
    let started = SystemClock.monotonicNs()
    if maintenance.logSinceMs == nil { maintenance.logSinceMs = now.monotonicMs }
    try boundLogs(now: now)
    try changing { () throws(CrossdockError) in
      var tombstones: [Tombstone] = []
      // First: what they confirm may go, where a stream rejects.
      try write(transaction.cursors)
      if !batch.isEmpty { tombstones = try makeRoom(forBytes: Self.upperBound(of: batch), now: now) }
      try insertSources()
      CommitMeta.write(transaction, feedRows: feedRows, to: &meta)
      try insert(batch, hasMeta: !transaction.hasNoMeta)
      // After the batch, whose numbers were given before anyone knew of these.
      for tombstone in tombstones + transaction.tombstones { try appendTombstone(tombstone, at: now) }
      try write(transaction, batch)
    }
    adoptSequences()
    for (feed, delta) in transaction.counters { counters[feed] += delta }
    commits += 1
    if hasRules, isBeyondARule { maintenance.retentionDueMs = .min }
    lastCommitUs = (SystemClock.monotonicNs() - started) / 1000
  }

  private static func upperBound(of batch: RecordBatch) -> Int { batch.bodyBytes + 48 * batch.count + 256 }

  /// Runs a transaction; what it changed here is as before when it fails. Numbers that `assignSequences` gave stay: the batch
  /// is committed again.
  func changing(_ body: () throws(CrossdockError) -> Void) throws(CrossdockError) {
    let (slots, arrival, reply, logID) = (streams.slots, nextArrival, nextReply, nextLogID)
    insertedSources = durableSources
    let (windows, keys) = (deliveryWindows, keyWindows)
    let (logBytes, logSinceMs, dropped) = (maintenance.logBytes, maintenance.logSinceMs, droppedRecords)
    do throws(CrossdockError) {
      try database.transaction { () throws(CrossdockError) in
        isEvicting = false
        try body()
        guard isEvicting, let checkpoints else { return }
        for checkpoint in checkpoints() { try statements.setCheckpoint(checkpoint, arrival: nextArrival - 1) }
      }
    } catch {
      streams.slots = slots
      (nextArrival, nextReply, nextLogID) = (arrival, reply, logID)
      (deliveryWindows, keyWindows) = (windows, keys)
      (maintenance.logBytes, maintenance.logSinceMs, droppedRecords) = (logBytes, logSinceMs, dropped)
      throw error
    }
    durableSources = insertedSources
  }

  private func takeUpSources() throws(CrossdockError) {
    let names = try database.prepare("SELECT id, name, crc FROM source ORDER BY id")
    while try names.step() {
      guard names.integer(0) == Int64(sources.count) + 1, names.integer(2) == JournalSchema.crc(names.text(1)) else {
        throw damage("the name of source \(sources.count + 1)")
      }
      _ = sources.add(names.bytes(1))
    }
  }

  func addToCounters(_ delta: FeedCounters, feed: Int) {
    counters[feed] += delta
  }

  func insertSources() throws(CrossdockError) {
    for number in insertedSources..<sources.count {
      statements.insertSource.bind(number + 1, at: 1)
      let name = sources.name(UInt32(number))
      statements.insertSource.bind(name, at: 2)
      statements.insertSource.bind(JournalSchema.crc(name), at: 3)
      try statements.insertSource.run()
    }
    insertedSources = sources.count
  }

  /// A row in `log` for each stream of the batch; the first has the meta.
  private func insert(_ batch: RecordBatch, hasMeta: Bool) throws(CrossdockError) {
    var isMetaDue = hasMeta
    if !batch.isEmpty {
      let numbers = batch.streams
      // A batch is of a few streams: as many passes over it are cheaper than sorting it.
      for index in streams.slots.indices where numbers.contains(UInt16(index)) {
        try insertBlock(of: batch, stream: index, isMetaDue ? meta : nil)
        isMetaDue = false
      }
      nextArrival += Int64(batch.count)
    }
    if isMetaDue { try statements.insertLog(id: nextLogID, stream: 0, first: 0, last: 0, meta: meta, block: nil) }
    if isMetaDue {
      nextLogID += 1
      maintenance.logBytes += Int64(meta.count)
    }
  }

  /// What this commit found damaged while it packed is named before the batch's own tombstones. No model has seen their numbers:
  /// the stream is the agent's own.
  private func renumberTombstones(of batch: RecordBatch) {
    var next = streams.slots[tombstoneStream].next
    for index in 0..<batch.count where Int(batch.streams[index]) == tombstoneStream {
      batch.setSequence(next, of: index)
      next += 1
    }
  }

  private func insertBlock(of batch: RecordBatch, stream: Int, _ meta: [UInt8]?) throws(CrossdockError) {
    columns.removeAll()
    if stream == tombstoneStream { renumberTombstones(of: batch) }
    columns.take(batch, stream: UInt16(stream), arrival: nextArrival, boot: boot, feedRows: feedRows)
    precondition(columns.first == streams.slots[stream].next, "Journal: a record without its number")
    try insertColumns(columns, stream: stream, meta)
  }

  private func insertColumns(_ columns: BlockColumns, stream: Int, _ meta: [UInt8]?) throws(CrossdockError) {
    let id = streams.slots[stream].id
    let (first, end) = (columns.first, columns.end)
    let logID = nextLogID
    let bytes = try codec.encode(columns, stream: id, level: BlockCodec.hotLevel) {
      [statements] (block) throws(CrossdockError) in
      try statements.insertLog(id: logID, stream: id, first: first, last: end - 1, meta: meta, block: block)
      return block.count
    }
    nextLogID += 1
    streams.slots[stream].next = end
    streams.slots[stream].logBytes += Int64(bytes)
    maintenance.logBytes += Int64(bytes + (meta?.count ?? 0))
  }

  private func write(_ cursors: [CursorUpdate]) throws(CrossdockError) {
    for cursor in cursors {
      guard let index = streams.index(named: cursor.stream) else { continue }
      try statements.setCursor(cursor, stream: streams.slots[index].id)
    }
  }

  private func write(_ transaction: JournalTransaction, _ batch: RecordBatch) throws(CrossdockError) {
    for checkpoint in transaction.checkpoints {
      try statements.setCheckpoint(checkpoint, arrival: checkpoint.arrival ?? nextArrival - 1)
    }
    for reply in transaction.replies {
      let stream = streams.slots[Int(batch.streams[reply.recordIndex])]
      try statements.insertReply(reply, id: nextReply, stream: stream.id, sequence: batch.sequences[reply.recordIndex])
      nextReply += 1
    }
    for id in transaction.confirmedReplies { try statements.deleteReply(id) }
  }

  // MARK: records of the agent itself

  func appendTombstone(_ tombstone: Tombstone, at now: ClockReading) throws(CrossdockError) {
    if let reason = tombstone.dropReason, let index = streams.index(named: tombstone.stream) {
      droppedRecords[streams.slots[index].id, default: [:]][reason, default: 0] += tombstone.count
    }
    try appendOwn(tombstone.json(), stream: tombstoneStream, eventTimeNs: now.wallNs, at: now)
  }

  /// Appends a record of the agent itself inside the present transaction.
  func appendOwn(
    _ body: [UInt8], stream: Int, source: String = "crossdock", eventTimeNs: Int64, at now: ClockReading
  ) throws(CrossdockError) {
    let number = internOwn(source)
    try insertSources()
    var own = BlockColumns()
    body.withUnsafeBytes { bytes in
      own.append(
        BlockRecord(
          sequence: streams.slots[stream].next, source: number, feed: 0, arrival: nextArrival, eventTimeNs: eventTimeNs,
          ingestTimeNs: now.wallNs, monotonicNs: now.monotonicNs, boot: boot,
          flags: RecordFlags.derived.rawValue | (now.isSynchronised ? 0 : RecordFlags.clockUnsynchronised.rawValue),
          body: bytes))
    }
    try insertColumns(own, stream: stream, nil)
    nextArrival += 1
  }
}

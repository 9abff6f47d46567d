// Making room. The unit that goes is a segment: the oldest of the victim. Victims go by class, the lowest first, and within a
// class by age; tombstones go when nothing else is left. What goes is named by one tombstone a stream and transaction.
package import Records
internal import SQLite

/// Makes the records that stand for thinned ones: bodies for the stream `_thinned`, with source and event time.
package typealias Thinner = (
  _ stream: StreamDefinition, _ records: [ThinnedRecord]
) -> [(body: [UInt8], source: String, eventTimeNs: Int64)]

/// A record that is about to be thinned.
package struct ThinnedRecord {
  package var sequence: UInt64
  /// As in `RecordBatch.feeds`.
  package var feed: UInt16
  package var source: String
  package var eventTimeNs: Int64
  package var body: [UInt8]
}

extension Journal {
  /// What goes in one transaction: by stream, a tombstone for each run of sequences that went for one reason.
  struct Going {
    private(set) var tombstones: [Int: [Tombstone]] = [:]
    private(set) var segments = 0

    mutating func add(_ fresh: Tombstone, stream index: Int) {
      segments += 1
      var all = tombstones[index] ?? []
      if let last = all.last, last.reason == fresh.reason, last.last + 1 == fresh.first {
        all[all.count - 1].last = fresh.last
        all[all.count - 1].count += fresh.count
      } else {
        all.append(fresh)
      }
      tombstones[index] = all
    }
  }

  /// Segments that one call of `maintain` evicts or thins at most: the next batch waits for it.
  static var maxSegmentsAtOnce: Int { 8 }

  /// Evicts inside the present transaction so that the bytes fit into the journal.
  func makeRoom(forBytes bytes: Int, now: ClockReading) throws(CrossdockError) -> [Tombstone] {
    let needed = Int64(bytes) / (JournalLimits.pageBytes - 256) + Int64(streams.slots.count) / 8 + 8
    // The database never shrinks: while all its pages are within the bound, there is nothing to count.
    guard try statements.value(statements.pageCount) + needed > limits.databasePages else { return [] }
    guard try pagesInUse() + needed > limits.databasePages else { return [] }
    var gone = Going()
    // A journal that rejected late has no pages left to pack with: what may go meanwhile goes first.
    let first = max(limits.databasePages, try pagesInUse() - needed - JournalLimits.maxPagesFreedAtOnce)
    while try pagesInUse() > first, let victim = try victim(among: streams.slots.indices) {
      try evictOldest(of: victim, reason: "journal_full", now: now, &gone)
    }
    // What was committed last takes less when it is packed, and only segments can be evicted.
    try packEverything(now: now)
    // A cap that was lowered is reached step by step: each transaction frees more than it needs, and none takes for ever.
    let target = max(limits.lowWaterPages - needed, try pagesInUse() - needed - JournalLimits.maxPagesFreedAtOnce)
    while try pagesInUse() > target {
      guard let victim = try victim(among: streams.slots.indices) else { break }
      try evictOldest(of: victim, reason: "journal_full", now: now, &gone)
    }
    return try tombstones(gone)
  }

  func pagesInUse() throws(CrossdockError) -> Int64 {
    try statements.value(statements.pageCount) - statements.value(statements.freePages)
  }

  /// The stream to evict from: the lowest class, then the one with the oldest record; tombstones only when nothing else is left,
  /// or when there are so many that they would take the room of what they are about.
  func victim(among indices: some Sequence<Int>) throws(CrossdockError) -> Int? {
    var best: (index: Int, rank: Int, arrival: Int64)?
    for index in indices where streams.slots[index].packedThrough > streams.slots[index].evictedThrough {
      guard let oldest = try oldestSegment(of: index), try mayGo(oldest, of: index) else { continue }
      let rank =
        index != tombstoneStream
        ? Int(streams.slots[index].definition.streamClass.rawValue)
        : streams.slots[index].packedBytes > limits.tombstoneBytes ? -1 : Int.max
      if let best, (best.rank, best.arrival) <= (rank, oldest.lastArrival) { continue }
      best = (index, rank, oldest.lastArrival)
    }
    return best?.index
  }

  struct SegmentRow {
    var key: Int64
    var first: UInt64
    var last: UInt64
    var lastArrival: Int64
    var bodyBytes: Int64
    var blockBytes: Int64
  }

  func oldestSegment(of index: Int) throws(CrossdockError) -> SegmentRow? {
    let find = statements.oldestSegmentHead
    defer { find.reset() }
    find.bind(JournalSchema.key(streams.slots[index].id, 0), at: 1)
    find.bind(JournalSchema.key(streams.slots[index].id + 1, 0), at: 2)
    guard try find.step() else { return nil }
    return SegmentRow(
      key: find.integer(0), first: JournalSchema.sequence(ofKey: find.integer(0)),
      last: UInt64(clamping: find.integer(1)),
      lastArrival: find.integer(2), bodyBytes: find.integer(3), blockBytes: find.integer(4))
  }

  /// A stream that rejects gives up only what every uplink has confirmed.
  func mayGo(_ segment: SegmentRow, of index: Int) throws(CrossdockError) -> Bool {
    guard streams.slots[index].definition.retention.whenFull == .reject else { return true }
    guard let confirmed = try statements.confirmed(stream: streams.slots[index].id) else { return false }
    return segment.last <= confirmed
  }

  /// Deletes the stream's oldest segment inside the present transaction.
  func evictOldest(
    of index: Int, reason: String, now: ClockReading, _ gone: inout Going
  ) throws(CrossdockError) {
    guard let segment = try oldestSegment(of: index) else { return }
    isEvicting = true
    let isThinned = try thin(segment, of: index, now: now)
    let (name, before) = (streams.slots[index].definition.name, streams.slots[index].evictedThrough)
    statements.deleteSegment.bind(segment.key, at: 1)
    try statements.deleteSegment.run()
    streams.slots[index].evictedThrough = segment.last
    // What lies before a segment's first record was cut out as damaged, and has its own tombstone.
    streams.slots[index].evictedRecords += segment.last + 1 - segment.first
    streams.slots[index].missing -= min(streams.slots[index].missing, segment.first - before - 1)
    streams.slots[index].packedBytes = max(0, streams.slots[index].packedBytes - segment.blockBytes)
    streams.slots[index].packedBodyBytes = max(0, streams.slots[index].packedBodyBytes - segment.bodyBytes)
    if streams.slots[index].packedThrough < segment.last { streams.slots[index].packedThrough = segment.last }
    gone.add(
      Tombstone(
        stream: name, first: segment.first, last: segment.last, count: segment.last + 1 - segment.first,
        reason: isThinned ? "thinned" : reason), stream: index)
  }

  /// The records' tombstones, and the streams as they are now.
  func tombstones(_ gone: Going) throws(CrossdockError) -> [Tombstone] {
    var all: [Tombstone] = []
    for (index, tombstones) in gone.tombstones.sorted(by: { $0.key < $1.key }) {
      try statements.update(streams.slots[index])
      let confirmed = try statements.confirmed(stream: streams.slots[index].id)
      for var tombstone in tombstones {
        tombstone.confirmedThrough = confirmed
        all.append(tombstone)
      }
    }
    return all
  }

  /// Appends what stands for a segment's records to `_thinned`, where the stream's rule says so.
  private func thin(_ segment: SegmentRow, of index: Int, now: ClockReading) throws(CrossdockError) -> Bool {
    let slot = streams.slots[index]
    guard slot.definition.retention.whenFull == .thin, let thinner, let thinnedStream else { return false }
    var records: [ThinnedRecord] = []
    let find = statements.oldestSegment
    find.bind(JournalSchema.key(slot.id, 0), at: 1)
    find.bind(JournalSchema.key(slot.id + 1, 0), at: 2)
    defer { find.reset() }
    guard try find.step() else { return false }
    let isIntact = try codec.decode(find.bytes(4), stream: slot.id, first: segment.first, last: segment.last) {
      [sources, feedRows] record throws(CrossdockError) in
      records.append(
        ThinnedRecord(
          sequence: record.sequence, feed: feedRows.firstIndex(of: record.feed).map { UInt16($0 + 1) } ?? 0,
          source: sources.name(record.source), eventTimeNs: record.eventTimeNs,
          body: Array(record.body)))
      return true
    }
    guard isIntact else { return false }
    find.reset()
    for summary in thinner(slot.definition, records) {
      try appendOwn(
        summary.body, stream: thinnedStream, source: summary.source, eventTimeNs: summary.eventTimeNs, at: now)
    }
    return true
  }
}

internal import Records
internal import SQLite

/// Rows of `log` on their way into segments, within one transaction.
struct Packing {
  private let journal: Journal
  private var open: [Int: OpenSegment] = [:]
  private var counters: [Int64: FeedCounters] = [:]
  private var deliveries: [String: [UInt8]] = [:]
  private var keys: [Int64: [UInt8]] = [:]
  /// Bytes of the rows that were taken.
  private(set) var bytes: Int64 = 0
  private(set) var tombstones: [Tombstone] = []

  /// Bytes of segments that were taken to be written anew, longer: not more than is packed, so that a packing of many slow streams
  /// writes little. The others begin a new segment, which grows by the next.
  private var replacedBytes: Int64 = 0

  private struct OpenSegment {
    var columns: BlockColumns
    /// What the segment that it goes on from took: replaced when this one is written.
    var replacedBytes: Int64 = 0
    var replacedBodyBytes: Int64 = 0
    /// Records of two boots, or of a longer time than that.
    func spans(longerThanMs limit: Int64?) -> Bool {
      guard let limit, let begin = columns.monotonicTimesNs.first, let end = columns.monotonicTimesNs.last else {
        return false
      }
      return columns.boots.first != columns.boots.last || (end &- begin) / 1_000_000 > limit
    }
    var isFull: Bool {
      Int64(columns.bodies.count) >= JournalLimits.segmentBytes || columns.count >= Int(JournalLimits.segmentRecords)
    }
  }

  /// A segment goes as a whole, when its youngest record is too old: where records expire, it must not gather them for long.
  private func maxSpanMs(of index: Int) -> Int64? {
    journal.streams.slots[index].definition.retention.maxAgeMs.map { $0 / 8 }
  }

  init(_ journal: Journal) {
    self.journal = journal
  }

  /// Takes a row: id, stream, first, last, meta, block.
  mutating func take(_ row: SQLiteStatement) throws(CrossdockError) {
    if !row.isNull(4) {
      let stored = row.bytes(4)
      bytes += Int64(stored.count)
      guard let meta = CommitMeta(stored) else { throw journal.damage("the meta of commit \(row.integer(0))") }
      take(meta)
    }
    let stream = row.integer(1)
    guard stream != 0 else { return }
    guard let index = journal.streams.indexes[stream] else { throw journal.damage("a row of no stream") }
    let block = row.bytes(5)
    bytes += Int64(block.count)
    journal.streams.slots[index].logBytes -= Int64(block.count)
    try take(block, stream: index, first: UInt64(clamping: row.integer(2)), last: UInt64(clamping: row.integer(3)))
  }

  private mutating func take(_ meta: CommitMeta) {
    for (feed, delta) in meta.counters { counters[feed, default: FeedCounters()] += delta }
    for (connection, entries) in meta.deliveries { deliveries[connection, default: []] += entries }
    for (feed, hashes) in meta.recentKeys { keys[feed, default: []] += hashes }
  }

  private mutating func take(
    _ block: UnsafeRawBufferPointer, stream index: Int, first: UInt64, last: UInt64
  ) throws(CrossdockError) {
    let id = journal.streams.slots[index].id
    guard BlockCodec.isIntact(block, stream: id, first: first, last: last) else {
      journal.streams.slots[index].missing += last + 1 - first
      let name = journal.streams.slots[index].definition.name
      tombstones.append(Tombstone(stream: name, first: first, last: last, count: last + 1 - first, reason: "damaged"))
      try write(index)
      // Its numbers were given and may be known elsewhere: they are not given again.
      journal.streams.slots[index].packedThrough = last
      return
    }
    if open[index] == nil { open[index] = try goOn(stream: index, with: first) }
    let isOld = open[index]!.spans(longerThanMs: maxSpanMs(of: index))
    if isOld || open[index]!.isFull || (!open[index]!.columns.isEmpty && open[index]!.columns.end != first) {
      try write(index)
      open[index] = fresh()
    }
    var segment = open.removeValue(forKey: index)!
    let isValid = try journal.codec.decode(block, stream: id, first: first, last: last) {
      record throws(CrossdockError) in
      segment.columns.append(record)
      return true
    }
    guard isValid else { throw journal.damage("a block of \(journal.streams.slots[index].definition.name)") }
    open[index] = segment
  }

  private func fresh() -> OpenSegment { OpenSegment(columns: journal.spareColumns.popLast() ?? BlockColumns()) }

  /// The stream's last segment, if the record follows it and it is not full.
  private mutating func goOn(stream index: Int, with first: UInt64) throws(CrossdockError) -> OpenSegment {
    let id = journal.streams.slots[index].id
    let find = journal.statements.segmentAtOrBefore
    defer { find.reset() }
    find.bind(JournalSchema.key(id, JournalSchema.maxSequence), at: 1)
    find.bind(JournalSchema.key(id, 0), at: 2)
    guard try find.step(), UInt64(clamping: find.integer(1)) + 1 == first else { return fresh() }
    let begin = JournalSchema.sequence(ofKey: find.integer(0))
    guard replacedBytes + Int64(find.bytes(3).count) <= journal.limits.packBytes,
      find.integer(2) < JournalLimits.segmentBytes / 2, first - begin < JournalLimits.segmentRecords / 2
    else {
      return fresh()
    }
    var segment = fresh()
    let block = find.bytes(3)
    (segment.replacedBytes, segment.replacedBodyBytes) = (Int64(block.count), find.integer(2))
    let isValid = try journal.codec.decode(block, stream: id, first: begin, last: first - 1) {
      record throws(CrossdockError) in
      segment.columns.append(record)
      return true
    }
    // A damaged one stays as it is: the look at segments finds it.
    guard isValid, !segment.spans(longerThanMs: maxSpanMs(of: index)) else { return fresh() }
    replacedBytes += segment.replacedBytes
    return segment
  }

  private mutating func write(_ index: Int) throws(CrossdockError) {
    guard var segment = open.removeValue(forKey: index) else { return }
    defer {
      segment.columns.removeAll()
      if journal.spareColumns.count < JournalLimits.maxSpareColumns,
        segment.columns.bodies.capacity <= JournalLimits.maxSpareBytes
      {
        journal.spareColumns.append(segment.columns)
      }
    }
    guard !segment.columns.isEmpty else { return }
    try write(segment, index)
  }

  private func write(_ segment: OpenSegment, _ index: Int) throws(CrossdockError) {
    let columns = segment.columns
    let id = journal.streams.slots[index].id
    let size = try journal.statements.insertSegment.insert(columns, stream: id, with: journal.codec)
    journal.streams.slots[index].packedThrough = columns.end - 1
    journal.streams.slots[index].packedBytes += Int64(size) - segment.replacedBytes
    journal.streams.slots[index].packedBodyBytes += Int64(columns.bodies.count) - segment.replacedBodyBytes
  }

  /// Writes what is still open, and adds up what the commits said beside their records.
  mutating func finish() throws(CrossdockError) {
    for index in open.keys.sorted() { try write(index) }
    for slot in journal.streams.slots { try journal.statements.update(slot) }
    for (feed, delta) in counters { try journal.statements.addCounters(delta, feedRow: feed) }
    for (connection, entries) in deliveries {
      let kept = Array(entries.suffix(journal.limits.deliveryWindow * RowWindow.deliveryBytes))
      let row = try journal.statements.insertDelivery(connection: connection, entries: kept)
      try journal.deliveryWindows[connection, default: RowWindow(limit: journal.limits.deliveryWindow)].added(
        id: row, entries: kept.count / RowWindow.deliveryBytes, delete: journal.statements.deleteDelivery)
    }
    for (feed, hashes) in keys {
      let kept = Array(hashes.suffix(journal.limits.keyWindow * RowWindow.keyBytes))
      let row = try journal.statements.insertRecentKeys(feedRow: feed, hashes: kept)
      try journal.keyWindows[feed, default: RowWindow(limit: journal.limits.keyWindow)].added(
        id: row, entries: kept.count / RowWindow.keyBytes, delete: journal.statements.deleteRecentKeys)
    }
    journal.maintenance.logBytes = max(0, journal.maintenance.logBytes - bytes)
  }
}

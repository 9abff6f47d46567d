internal import Records
internal import SQLite

/// Every block and record of one stream.
struct StreamCheck {
  private let file: JournalFile
  private let codec: BlockCodec
  private let id: Int64
  private let name: String
  private var slot: StreamSlot
  /// What may be missing; the most that was seen, since eviction takes from it.
  private var known: UInt64
  private var gaps: [ClosedRange<UInt64>] = []
  /// As the rows of damaged blocks state them.
  private var damaged: [ClosedRange<UInt64>] = []
  private var lastArrival: Int64 = -1
  private var limits = References()
  private(set) var problems: [JournalProblem] = []
  private(set) var blocks: UInt64 = 0
  private(set) var records: UInt64 = 0

  /// The highest numbers that a record may refer to.
  private struct References {
    var sources: Int64 = 0
    var boots: Int64 = 0
    var feeds: Int64 = 0
  }

  init(_ slot: StreamSlot, _ file: JournalFile, _ codec: BlockCodec) {
    (self.slot, self.file, self.codec) = (slot, file, codec)
    (id, name, known) = (slot.id, slot.definition.name, slot.missing)
  }

  mutating func run() throws(CrossdockError) {
    let scan = StreamScan(database: file.database, stream: id)
    var check = self
    let last = try scan.forEach(after: slot.evictedThrough, begin: { check.refresh() }) {
      (row, after) throws(CrossdockError) in
      try check.take(row, after: after)
    }
    self = check
    let end = max(slot.packedThrough, last)
    if end > last { gaps.append((last + 1)...end) }
    judgeGaps()
  }

  /// What the writer may have changed since the last transaction.
  private mutating func refresh() {
    let database = file.database
    func number(_ sql: String) -> Int64 { ((try? database.integer(sql)) ?? nil) ?? 0 }
    limits = References(
      sources: number("SELECT max(id) FROM source"), boots: number("SELECT max(id) FROM boot"),
      feeds: number("SELECT max(id) FROM feed"))
    if let now = file.slots.first(where: { $0.id == id }) {
      slot = now
      known = max(known, now.missing)
    }
  }

  private mutating func take(_ row: StreamScan.Row, after seen: UInt64) throws(CrossdockError) -> Bool {
    let after = max(seen, slot.evictedThrough)
    guard BlockCodec.isIntact(row.block, stream: id, first: row.first, last: row.last) else {
      report(row, "the block's checksum does not match")
      if row.last >= row.first { damaged.append(row.first...row.last) }
      return false
    }
    if row.first > after + 1 { gaps.append((after + 1)...(row.first - 1)) }
    let isNew = row.first > seen
    if row.last <= seen { report(row, "the block repeats sequences through \(seen)") }
    if !isNew, row.first <= slot.evictedThrough {
      report(row, "the block begins before what was evicted, through \(slot.evictedThrough)")
    }
    var found = Found()
    let (limits, before) = (limits, isNew ? lastArrival : -1)
    found.arrival = before
    let isValid = try codec.decode(row.block, stream: id, first: row.first, last: row.last) {
      record throws(CrossdockError) in
      found.take(record, limits)
      return true
    }
    guard isValid else {
      report(row, "the block has its checksum, and is not what a block must be")
      return false
    }
    blocks += 1
    // None where a page of the file turned up twice.
    if row.last > seen { records += row.last - max(seen, max(row.first, 1) - 1) }
    lastArrival = max(lastArrival, found.arrival)
    for problem in found.problems { report(row, problem) }
    if let stated = row.lastArrival, stated != found.arrival {
      report(row, "the row states arrival \(stated), not \(found.arrival)")
    }
    if let stated = row.bodyBytes, stated != found.bodyBytes {
      report(row, "the row states \(stated) bytes, not \(found.bodyBytes)")
    }
    return true
  }

  /// What one block's records say.
  private struct Found {
    var arrival: Int64 = -1
    var bodyBytes: Int64 = 0
    var problems: Set<String> = []

    mutating func take(_ record: BlockRecord, _ limits: References) {
      if record.arrival <= arrival { problems.insert("arrival numbers do not ascend") }
      arrival = record.arrival
      bodyBytes += Int64(record.body.count)
      if Int64(record.source) >= limits.sources { problems.insert("source \(record.source + 1) is not there") }
      if Int64(record.boot) > limits.boots { problems.insert("boot \(record.boot) is not there") }
      if record.feed > limits.feeds { problems.insert("feed \(record.feed) is not there") }
    }
  }

  private mutating func report(_ row: StreamScan.Row, _ text: String) {
    problems.append(JournalProblem(stream: name, first: row.first, last: row.last, text))
  }

  // Where the numbers of a damaged row say so, a range is longer than any count.

  private static func length(_ range: ClosedRange<UInt64>) -> UInt64 {
    sum(range.upperBound - range.lowerBound, 1)
  }

  private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (sum, isTooLarge) = a.addingReportingOverflow(b)
    return isTooLarge ? .max : sum
  }

  /// Ranges that were cut out as damaged are counted in the stream's row; what is beyond that nobody knows of.
  private mutating func judgeGaps() {
    let gaps = gaps.filter { gap in
      // Damaged blocks have their own lines.
      let named = damaged.reduce(UInt64(0)) {
        $1.overlaps(gap) ? Self.sum($0, Self.length($1.clamped(to: gap))) : $0
      }
      return named < Self.length(gap)
    }
    let total = gaps.reduce(UInt64(0)) { Self.sum($0, Self.length($1)) }
    guard total > known else { return }
    for gap in gaps {
      problems.append(
        JournalProblem(
          stream: name, first: gap.lowerBound, last: gap.upperBound,
          "the records are missing; \(known) of this stream are known to be"))
    }
  }
}

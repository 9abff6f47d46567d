// A journal's records as segments, one after the other: what an uplink would send, for USB and air gap. The segments of a stream say
// what they follow, so that whoever takes them knows what is not in them: what was evicted before the first, what was cut out as
// damaged, and what of a damaged file cannot be read.
package import Records
internal import SQLite
internal import Segments

package struct JournalExport {
  package struct Stream: Sendable, Equatable {
    package var name: String
    package var records: UInt64 = 0
    package var segments: UInt64 = 0
    package var bytes: UInt64 = 0
    /// Sequences that the segments declare as not there.
    package var gaps: [ClosedRange<UInt64>] = []
    /// Blocks that are in the file and cannot be read, as their rows state them.
    package var damaged: [ClosedRange<UInt64>] = []
    /// Whether everything that should be in the file was read.
    package var isWhole = true
  }

  /// Where a stream's export begins.
  package enum Start: Sendable {
    case oldest
    case sequence(UInt64)
    /// The first record that came in then or later.
    case ingestTimeNs(Int64)
  }

  /// Bounds of one segment: bodies, and records.
  static let segmentBytes = 1 << 20
  static let segmentRecords = 8192

  private let file: JournalFile
  private let epoch: Epoch
  private let codec = BlockCodec()

  /// - Throws: when the file does not say its agent or epoch: a record without them has no identity.
  package init(_ file: JournalFile) throws(CrossdockError) {
    guard let epoch = file.epoch, !file.agent.isEmpty else {
      throw CrossdockError(
        "export the journal", at: file.path, reason: "its agent and epoch cannot be read",
        hint: "`crossdock journal repair` saves what can be read", exitCode: .badInput)
    }
    (self.file, self.epoch) = (file, epoch)
  }

  /// Hands over the segments of one stream, in order.
  package func stream(
    _ name: String, from start: Start, _ write: ([UInt8]) throws(CrossdockError) -> Void
  ) throws(CrossdockError) -> Stream {
    guard let slot = file.slots.first(where: { $0.definition.name == name }) else {
      throw CrossdockError(
        "export the stream \"\(name)\"", at: file.path, reason: "the journal has no such stream",
        hint: "the streams are: \(file.streamNames.joined(separator: ", "))", exitCode: .badInput)
    }
    let last = max(slot.packedThrough, file.lastInLog(slot.id) ?? 0)
    var follows: UInt64 = 0
    if case .sequence(let sequence) = start { follows = min(max(sequence, 1) - 1, last) }
    if case .ingestTimeNs(let time) = start {
      // Looked for in what there is: a record before it is not given, whatever its number.
      follows = try firstSequence(of: slot, ingestedAtOrAfter: time).map { $0 - 1 } ?? last
    }
    var pending = Pending(name: name, agent: file.agent, epoch: epoch, slot: slot, follows: follows)
    var out = Stream(name: name)
    let scan = StreamScan(database: file.database, stream: slot.id)
    let reached = try scan.forEach(after: max(follows, slot.evictedThrough)) { (row, after) throws(CrossdockError) in
      let isValid = try codec.decode(
        row.block, stream: slot.id, first: row.first, last: row.last, after: max(after, follows)
      ) { record throws(CrossdockError) in
        if !pending.fits(record) { try pending.flush(&out, write) }
        pending.take(record, source: file.sourceName(record.source))
        return true
      }
      if !isValid, row.last >= row.first { out.damaged.append(row.first...row.last) }
      return isValid
    }
    try pending.flush(&out, write)
    let end = max(last, reached)
    // At least one segment a stream: who takes them knows that it is there.
    if end > pending.follows || out.segments == 0 {
      try pending.declare(through: max(end, pending.follows), &out, write)
    }
    // Read again: the writer may have cut out more meanwhile, and evicted.
    let now = file.slots.first { $0.id == slot.id } ?? slot
    let lost = out.gaps.reduce(UInt64(0)) { sum, gap in
      let first = max(gap.lowerBound, now.evictedThrough + 1)
      return gap.upperBound < first ? sum : sum + (gap.upperBound - first + 1)
    }
    out.isWhole = out.damaged.isEmpty && lost <= max(slot.missing, now.missing)
    return out
  }

  private func firstSequence(of slot: StreamSlot, ingestedAtOrAfter time: Int64) throws(CrossdockError) -> UInt64? {
    var found: UInt64?
    _ = try StreamScan(database: file.database, stream: slot.id).forEach(after: slot.evictedThrough) {
      (row, after) throws(CrossdockError) in
      guard found == nil else { return true }
      return try codec.decode(row.block, stream: slot.id, first: row.first, last: row.last, after: after) {
        record throws(CrossdockError) in
        if record.ingestTimeNs >= time { found = record.sequence }
        return found == nil
      }
    }
    return found
  }
}

/// Records on their way into one segment.
private struct Pending {
  let name: String
  let agent: String
  let epoch: Epoch
  let slot: StreamSlot
  var follows: UInt64
  private var records: [StoredRecord] = []
  private var bytes = 0

  init(name: String, agent: String, epoch: Epoch, slot: StreamSlot, follows: UInt64) {
    (self.name, self.agent, self.epoch, self.slot, self.follows) = (name, agent, epoch, slot, follows)
  }

  func fits(_ record: BlockRecord) -> Bool {
    guard let last = records.last else { return true }
    return record.sequence == last.sequence + 1 && records.count < JournalExport.segmentRecords
      && bytes + record.body.count <= JournalExport.segmentBytes
  }

  mutating func take(_ record: BlockRecord, source: String) {
    bytes += record.body.count
    records.append(
      StoredRecord(
        sequence: record.sequence, source: source, eventTimeNs: record.eventTimeNs, ingestTimeNs: record.ingestTimeNs,
        monotonicNs: record.monotonicNs, boot: record.boot, flags: RecordFlags(rawValue: record.flags),
        body: Array(record.body)))
  }

  mutating func flush(
    _ out: inout JournalExport.Stream, _ write: ([UInt8]) throws(CrossdockError) -> Void
  ) throws(CrossdockError) {
    guard let first = records.first, let last = records.last else { return }
    try encode(first: first.sequence, last: last.sequence, &out, write)
    records.removeAll(keepingCapacity: true)
    bytes = 0
  }

  /// A segment without records, which says that there are none up to a sequence.
  mutating func declare(
    through end: UInt64, _ out: inout JournalExport.Stream, _ write: ([UInt8]) throws(CrossdockError) -> Void
  ) throws(CrossdockError) {
    try encode(first: end + 1, last: end, &out, write)
  }

  private mutating func encode(
    first: UInt64, last: UInt64, _ out: inout JournalExport.Stream,
    _ write: ([UInt8]) throws(CrossdockError) -> Void
  ) throws(CrossdockError) {
    let segment = try SegmentEncoder.encode(
      records, agent: agent, epoch: epoch, stream: name, streamClass: slot.definition.streamClass,
      bodyFormat: slot.definition.bodyFormat, follows: follows, first: first)
    try write(segment)
    if first > follows + 1 { out.gaps.append((follows + 1)...(first - 1)) }
    out.records += UInt64(records.count)
    out.segments += 1
    out.bytes += UInt64(segment.count)
    follows = last
  }
}

internal import Records
internal import SQLite

/// Reads a stream's records where they are: first its segments, then its rows in `log`. For one connection, used by one thread.
/// The caller sees to one snapshot: a read transaction, or being the writer.
final class StoredBlocks {
  private let database: SQLiteConnection
  private let codec = BlockCodec()
  private let segmentAt: SQLiteStatement
  private let segmentsAfter: SQLiteStatement
  private let logRows: SQLiteStatement
  private let logHeads: SQLiteStatement
  /// By stream: a row of `log` whose records and all before it are read already, and its last sequence. Saves a reader that
  /// follows the end from walking over the whole table.
  private var positions: [Int64: (id: Int64, last: UInt64)] = [:]
  private var headID: Int64 = 0
  private var heads: [Int64: UInt64] = [:]

  init(_ database: SQLiteConnection) throws(CrossdockError) {
    self.database = database
    segmentAt = try database.prepare(
      "SELECT key, last, block FROM segment WHERE key <= ?1 AND key >= ?2 ORDER BY key DESC LIMIT 1")
    segmentsAfter = try database.prepare(
      "SELECT key, last, block FROM segment WHERE key > ?1 AND key < ?2 ORDER BY key")
    logRows = try database.prepare(
      "SELECT id, first, last, block FROM log WHERE id > ?1 AND stream = ?2 AND last > ?3 ORDER BY id")
    logHeads = try database.prepare("SELECT id, stream, last FROM log WHERE id > ?1 ORDER BY id")
  }

  /// Hands over the stream's records after a sequence, in order, until the visitor has enough.
  /// - Throws: damaged, when a block is not what was written.
  func forEach(
    stream: Int64, after: UInt64, _ visit: (BlockRecord) throws(CrossdockError) -> Bool
  ) throws(CrossdockError) {
    defer {
      segmentAt.reset()
      segmentsAfter.reset()
      logRows.reset()
    }
    var wantsMore = true
    let counting = { (record: BlockRecord) throws(CrossdockError) -> Bool in
      wantsMore = try visit(record)
      return wantsMore
    }
    segmentAt.bind(JournalSchema.key(stream, after + 1), at: 1)
    segmentAt.bind(JournalSchema.key(stream, 0), at: 2)
    var key = JournalSchema.key(stream, 0)
    if try segmentAt.step() {
      key = segmentAt.integer(0)
      if UInt64(clamping: segmentAt.integer(1)) > after { try decodeSegment(segmentAt, stream, after, counting) }
    }
    guard wantsMore else { return }
    segmentsAfter.bind(key, at: 1)
    segmentsAfter.bind(JournalSchema.key(stream + 1, 0), at: 2)
    while try segmentsAfter.step() {
      try decodeSegment(segmentsAfter, stream, after, counting)
      guard wantsMore else { return }
    }
    try forEachInLog(stream, after, counting) { wantsMore }
  }

  private func decodeSegment(
    _ row: SQLiteStatement, _ stream: Int64, _ after: UInt64, _ visit: (BlockRecord) throws(CrossdockError) -> Bool
  ) throws(CrossdockError) {
    let (first, last) = (JournalSchema.sequence(ofKey: row.integer(0)), UInt64(clamping: row.integer(1)))
    guard try codec.decode(row.bytes(2), stream: stream, first: first, last: last, after: after, visit) else {
      throw damaged(stream, first, last)
    }
  }

  private func forEachInLog(
    _ stream: Int64, _ after: UInt64, _ visit: (BlockRecord) throws(CrossdockError) -> Bool, wantsMore: () -> Bool
  ) throws(CrossdockError) {
    let known = positions[stream].flatMap { $0.last <= after ? $0.id : nil } ?? 0
    logRows.bind(known, at: 1)
    logRows.bind(stream, at: 2)
    logRows.bind(after, at: 3)
    var before: (id: Int64, last: UInt64)?
    while try logRows.step() {
      let (id, first, last) = (
        logRows.integer(0), UInt64(clamping: logRows.integer(1)), UInt64(clamping: logRows.integer(2))
      )
      guard try codec.decode(logRows.bytes(3), stream: stream, first: first, last: last, after: after, visit) else {
        throw damaged(stream, first, last)
      }
      guard wantsMore() else { break }
      before = (id, last)
    }
    if let before { positions[stream] = before }
  }

  /// The highest sequence of each stream in `log`. Rows that an earlier call has seen are not walked over again.
  func logEnds() throws(CrossdockError) -> [Int64: UInt64] {
    defer { logHeads.reset() }
    logHeads.bind(headID, at: 1)
    while try logHeads.step() {
      headID = logHeads.integer(0)
      heads[logHeads.integer(1)] = UInt64(clamping: logHeads.integer(2))
    }
    return heads
  }

  func releaseMemory() { codec.releaseMemory() }

  private func damaged(_ stream: Int64, _ first: UInt64, _ last: UInt64) -> CrossdockError {
    var error = CrossdockError(
      "read the journal", at: database.path, reason: "records \(first) to \(last) of stream \(stream) are damaged",
      hint: "the agent cuts them out and says so in _tombstones", exitCode: .badInput)
    error.fault = .damaged
    return error
  }
}

// A reader's view of a journal: one read-only connection, used by the thread that made it. Readers work beside the writer
// (WAL) and in other processes, and never hold a transaction between two calls, so that the log can be moved.
package import Records
internal import SQLite

package final class JournalReader {
  package let path: String
  package let epoch: Epoch
  package let agent: String
  let database: SQLiteConnection
  let blocks: StoredBlocks
  private let sourceName: SQLiteStatement
  private let streamID: SQLiteStatement
  private var names: [Int64: String] = [:]
  /// Source names kept at hand.
  private static let maxCachedNames = 4096

  /// - Parameter path: the journal's file.
  /// - Throws: when there is no such file, or it is no journal.
  package init(path: String) throws(CrossdockError) {
    self.path = path
    database = try SQLiteConnection(path: path, mode: .readOnly)
    database.setBusyTimeout(ms: 5000)
    try database.execute("PRAGMA cache_size = -256")
    guard try database.integer("PRAGMA application_id") == JournalSchema.applicationID else {
      throw CrossdockError(
        "read the journal", at: path, reason: "not a Crossdock journal", hint: "check data_dir", exitCode: .badInput)
    }
    guard try database.integer("PRAGMA user_version") == JournalSchema.version else {
      throw CrossdockError(
        "read the journal", at: path, reason: "it was written by another version",
        hint: "use the version that runs the agent", exitCode: .badInput)
    }
    guard let epoch = try JournalOpening.presentEpoch(database) else {
      throw CrossdockError("read the journal", at: path, reason: "it has no epoch yet", isRetryable: true)
    }
    self.epoch = epoch
    agent = try database.text("SELECT id FROM agent") ?? ""
    sourceName = try database.prepare("SELECT name FROM source WHERE id = ?1")
    streamID = try database.prepare("SELECT id FROM stream WHERE name = ?1")
    blocks = try StoredBlocks(database)
  }

  package func streams() throws(CrossdockError) -> [StreamState] {
    try database.reading { () throws(CrossdockError) in
      let ends = try blocks.logEnds()
      return try StreamTable.read(database).map { row in
        StreamState(
          definition: row.definition, first: row.evictedThrough + 1, last: max(ends[row.id] ?? 0, row.packedThrough),
          storedBytes: row.packedBytes, evictedRecords: row.evictedRecords, missingRecords: row.missing)
      }
    }
  }

  /// Records after a sequence, in order: at most `maxRecords`, and no more than `maxBytes` of bodies beyond the first record. What
  /// it gives is contiguous: where records were cut out as damaged, it ends, and the next call begins behind them.
  /// - Throws: when there is no such stream, or what comes first is damaged.
  package func read(
    stream: String, after: UInt64, maxRecords: Int, maxBytes: Int
  ) throws(CrossdockError) -> [StoredRecord] {
    try database.reading { () throws(CrossdockError) in
      let id = try id(of: stream)
      var records: [StoredRecord] = []
      var bytes = 0
      do throws(CrossdockError) {
        try blocks.forEach(stream: id, after: after) { record throws(CrossdockError) in
          if let last = records.last, record.sequence != last.sequence + 1 { return false }
          bytes += record.body.count
          if !records.isEmpty, bytes > maxBytes { return false }
          records.append(try stored(record))
          return records.count < maxRecords
        }
      } catch {
        // What lies before the damage is given first.
        guard !records.isEmpty else { throw error }
      }
      blocks.releaseMemory()
      return records
    }
  }

  func stored(_ record: BlockRecord) throws(CrossdockError) -> StoredRecord {
    StoredRecord(
      sequence: record.sequence, source: try name(of: Int64(record.source) + 1), eventTimeNs: record.eventTimeNs,
      ingestTimeNs: record.ingestTimeNs, monotonicNs: record.monotonicNs, boot: record.boot,
      flags: RecordFlags(rawValue: record.flags), body: Array(record.body))
  }

  /// A reader's durable position; 0 before its first move.
  package func cursor(named name: String, stream: String) throws(CrossdockError) -> UInt64 {
    let statement = try database.prepare(
      "SELECT sequence FROM cursor JOIN stream ON stream.id = cursor.stream WHERE cursor.name = ?1 AND stream.name = ?2"
    )
    statement.bind(name, at: 1)
    statement.bind(stream, at: 2)
    return try statement.step() ? UInt64(clamping: statement.integer(0)) : 0
  }

  /// The first sequence whose ingest time is at or after a time; one past the end when there is none. Ingest times ascend but
  /// for clock steps, so this looks at every record.
  package func firstSequence(of stream: String, ingestedAtOrAfter timeNs: Int64) throws(CrossdockError) -> UInt64 {
    try database.reading { () throws(CrossdockError) in
      var found: UInt64?
      var last: UInt64 = 0
      try blocks.forEach(stream: try id(of: stream), after: 0) { record throws(CrossdockError) in
        last = record.sequence
        if record.ingestTimeNs >= timeNs { found = record.sequence }
        return found == nil
      }
      return found ?? last + 1
    }
  }

  func id(of stream: String) throws(CrossdockError) -> Int64 {
    streamID.bind(stream, at: 1)
    defer { streamID.reset() }
    guard try streamID.step() else {
      throw CrossdockError(
        "read the stream \"\(stream)\"", at: path, reason: "the journal has no such stream",
        hint: "the streams are: \(try StreamTable.read(database).map(\.definition.name).joined(separator: ", "))",
        exitCode: .badInput)
    }
    return streamID.integer(0)
  }

  func name(of source: Int64) throws(CrossdockError) -> String {
    if let known = names[source] { return known }
    sourceName.bind(source, at: 1)
    defer { sourceName.reset() }
    guard try sourceName.step() else { return "" }
    if names.count >= Self.maxCachedNames { names.removeAll(keepingCapacity: true) }
    let name = sourceName.text(0)
    names[source] = name
    return name
  }
}

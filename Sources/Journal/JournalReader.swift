// A reader's view of a journal: one read-only connection, used by the thread that made it. Readers work beside the writer
// (WAL) and in other processes, and never hold a transaction between two calls, so that the log can be moved.
package import Records
internal import SQLite

package final class JournalReader {
  package let path: String
  package let epoch: Epoch
  package let agent: String
  private let database: SQLiteConnection
  private let sourceName: SQLiteStatement
  private var statements: [Int64: SQLiteStatement] = [:]
  private var names: [Int64: String] = [:]
  /// Source names kept at hand.
  private static let maxCachedNames = 4096

  /// - Parameter path: the journal's file.
  /// - Throws: when there is no such file, or it is no journal.
  package init(path: String) throws(CrossdockError) {
    self.path = path
    database = try SQLiteConnection(path: path, mode: .readOnly)
    database.setBusyTimeout(ms: 5000)
    try database.execute("PRAGMA cache_size = -512")
    guard try database.integer("PRAGMA application_id") == JournalSchema.applicationID else {
      throw CrossdockError(
        "read the journal", at: path, reason: "not a Crossdock journal", hint: "check data_dir", exitCode: .badInput)
    }
    guard let epoch = try JournalOpening.presentEpoch(database) else {
      throw CrossdockError("read the journal", at: path, reason: "it has no epoch yet", isRetryable: true)
    }
    self.epoch = epoch
    agent = try database.text("SELECT id FROM agent") ?? ""
    sourceName = try database.prepare("SELECT name FROM source WHERE id = ?1")
  }

  package func streams() throws(CrossdockError) -> [StreamState] {
    var states: [StreamState] = []
    for row in try StreamTable.read(database) {
      let last = try database.integer("SELECT max(sequence) FROM record_\(row.id)") ?? 0
      states.append(
        StreamState(
          definition: row.definition, first: row.evictedThrough + 1, last: max(UInt64(last), row.evictedThrough)))
    }
    return states
  }

  /// Records after a sequence, in order: at most `maxRecords`, and no more than `maxBytes` of bodies beyond the first record.
  /// - Throws: when there is no such stream, or its sequences do not ascend: the file is damaged.
  package func read(
    stream: String, after: UInt64, maxRecords: Int, maxBytes: Int
  ) throws(CrossdockError) -> [StoredRecord] {
    let statement = try recordStatement(of: try id(of: stream))
    defer { statement.reset() }
    statement.bind(after, at: 1)
    statement.bind(maxRecords, at: 2)
    var records: [StoredRecord] = []
    var bytes = 0
    var last = Int64(after)
    while try statement.step() {
      // A damaged page can give any number: a reader that goes on from the last one would turn for ever.
      guard statement.integer(0) > last else { throw damaged(stream, after: last) }
      last = statement.integer(0)
      let body = statement.bytes(7)
      bytes += body.count
      if !records.isEmpty, bytes > maxBytes { break }
      records.append(
        StoredRecord(
          sequence: UInt64(last), source: try name(of: statement.integer(1)),
          eventTimeNs: statement.integer(2), ingestTimeNs: statement.integer(3), monotonicNs: statement.integer(4),
          boot: UInt32(clamping: statement.integer(5)),
          flags: RecordFlags(rawValue: UInt32(clamping: statement.integer(6))),
          body: Array(body)))
    }
    return records
  }

  /// A reader's durable position; 0 before its first move.
  package func cursor(named name: String, stream: String) throws(CrossdockError) -> UInt64 {
    let statement = try database.prepare(
      "SELECT sequence FROM cursor JOIN stream ON stream.id = cursor.stream WHERE cursor.name = ?1 AND stream.name = ?2"
    )
    statement.bind(name, at: 1)
    statement.bind(stream, at: 2)
    return try statement.step() ? UInt64(statement.integer(0)) : 0
  }

  /// The first sequence whose ingest time is at or after a time; one past the end when there is none. Ingest times ascend but
  /// for clock steps, so this walks from the front only over the index of sequences.
  package func firstSequence(of stream: String, ingestedAtOrAfter timeNs: Int64) throws(CrossdockError) -> UInt64 {
    let id = try id(of: stream)
    let statement = try database.prepare("SELECT min(sequence) FROM record_\(id) WHERE ingest_ns >= ?1")
    statement.bind(timeNs, at: 1)
    if try statement.step(), !statement.isNull(0) { return UInt64(statement.integer(0)) }
    return UInt64(try database.integer("SELECT max(sequence) FROM record_\(id)") ?? 0) + 1
  }

  private func damaged(_ stream: String, after sequence: Int64) -> CrossdockError {
    var error = CrossdockError(
      "read the stream \"\(stream)\"", at: path, reason: "damaged after sequence \(sequence)",
      hint: "restart the agent: it sets a damaged journal aside", exitCode: .badInput)
    error.fault = .damaged
    return error
  }

  private func id(of stream: String) throws(CrossdockError) -> Int64 {
    let statement = try database.prepare("SELECT id FROM stream WHERE name = ?1")
    statement.bind(stream, at: 1)
    guard try statement.step() else {
      throw CrossdockError(
        "read the stream \"\(stream)\"", at: path, reason: "the journal has no such stream",
        hint: "the streams are: \(try StreamTable.read(database).map(\.definition.name).joined(separator: ", "))",
        exitCode: .badInput)
    }
    return statement.integer(0)
  }

  private func recordStatement(of stream: Int64) throws(CrossdockError) -> SQLiteStatement {
    if let known = statements[stream] { return known }
    let made = try database.prepare(
      """
      SELECT sequence, source, event_ns, ingest_ns, monotonic_ns, boot, flags, body FROM record_\(stream)
      WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
      """)
    statements[stream] = made
    return made
  }

  private func name(of source: Int64) throws(CrossdockError) -> String {
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

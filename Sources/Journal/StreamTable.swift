internal import Records
internal import SQLite

/// A stream as the writer holds it.
struct StreamSlot {
  let id: Int64
  var definition: StreamDefinition
  /// The sequence that the next committed record gets.
  var next: UInt64
  /// Everything up to here was evicted.
  var evictedThrough: UInt64
  let insert: SQLiteStatement

  var records: UInt64 { next - 1 - evictedThrough }
}

/// The streams of a journal: first those of the configuration, in its order, then those that only the file knows. A stream
/// that left the configuration keeps its records, and its readers go on.
struct StreamTable {
  var slots: [StreamSlot] = []

  init(_ definitions: [StreamDefinition], in database: SQLiteConnection) throws(CrossdockError) {
    let upsert = try database.prepare(
      """
      INSERT INTO stream(name, class, format, columns) VALUES(?1, ?2, ?3, ?4)
      ON CONFLICT(name) DO UPDATE SET class = ?2, format = ?3, columns = ?4
        WHERE class <> ?2 OR format <> ?3 OR columns <> ?4
      """)
    for definition in definitions {
      upsert.bind(definition.name, at: 1)
      upsert.bind(Int(definition.streamClass.rawValue), at: 2)
      upsert.bind(Int(definition.bodyFormat.rawValue), at: 3)
      upsert.bind(definition.columns.joined(separator: ","), at: 4)
      try upsert.run()
    }
    var found = try Self.read(database)
    for definition in definitions {
      let index = found.firstIndex { $0.definition.name == definition.name }
      guard let index else { preconditionFailure("stream \(definition.name) was just written") }
      slots.append(try Self.slot(found.remove(at: index), in: database))
    }
    for rest in found { slots.append(try Self.slot(rest, in: database)) }
    guard slots.count <= JournalLimits.maxStreams else {
      throw CrossdockError(
        "open the journal", at: database.path, reason: "\(slots.count) streams; at most \(JournalLimits.maxStreams)",
        exitCode: .badConfiguration)
    }
  }

  struct Row {
    var id: Int64
    var definition: StreamDefinition
    var evictedThrough: UInt64
  }

  static func read(_ database: SQLiteConnection) throws(CrossdockError) -> [Row] {
    let statement = try database.prepare(
      "SELECT id, name, class, format, columns, evicted_through FROM stream ORDER BY id")
    var rows: [Row] = []
    while try statement.step() {
      let columns = statement.text(4)
      rows.append(
        Row(
          id: statement.integer(0),
          definition: StreamDefinition(
            name: statement.text(1),
            streamClass: StreamClass(rawValue: UInt8(clamping: statement.integer(2))) ?? .telemetry,
            bodyFormat: BodyFormat(rawValue: UInt8(clamping: statement.integer(3))) ?? .bytes,
            columns: columns.isEmpty ? [] : columns.split(separator: ",").map(String.init)),
          evictedThrough: UInt64(statement.integer(5))))
    }
    return rows
  }

  private static func slot(_ row: Row, in database: SQLiteConnection) throws(CrossdockError) -> StreamSlot {
    try database.execute(JournalSchema.recordTable(row.id))
    let last = UInt64(try database.integer("SELECT max(sequence) FROM record_\(row.id)") ?? 0)
    let insert = try database.prepare(
      """
      INSERT INTO record_\(row.id)(sequence, arrival, source, feed, event_ns, ingest_ns, monotonic_ns, boot, flags, body)
      VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """)
    return StreamSlot(
      id: row.id, definition: row.definition, next: max(last, row.evictedThrough) + 1,
      evictedThrough: row.evictedThrough, insert: insert)
  }
}

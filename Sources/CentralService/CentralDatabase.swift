package import Records
package import SQLite

// central.db, SQLite with a write-ahead log and synchronous=FULL: what is answered is on the disk.
//
//   streams   one row for each (agent, epoch, stream): head (how far the agent's stream goes, as far as is known), watermark
//             (every sequence up to it is stored or declared dropped), counters
//   records   the records, by (stream, sequence): a sequence is stored once or not at all
//   segments  one row for each accepted segment with news in it; its number is the arrival number, the order of pulling
//   gaps      sequences that the agent has declared dropped
//   sources   names of devices and assets
//   commands  for agents that ask for them (CommandTable.swift)
//   identity  one random number: the life of this database, in cursors
//
// Invariants, kept by one transaction a segment: per stream, records and gaps together are exactly 1…watermark, without
// overlap; the segments' ranges are exactly the records; head ≥ watermark.

/// Opening and the schema.
package enum CentralDatabase {
  package static let fileName = "central.db"
  private static let schemaVersion: Int64 = 1
  private static let applicationID: Int64 = 0x5844_434E

  /// Opens for writing; creates the file when it is not there.
  package static func open(_ path: String) throws(CrossdockError) -> SQLiteConnection {
    let connection = try SQLiteConnection(path: path, mode: .createReadWrite)
    connection.setBusyTimeout(ms: 5000)
    try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384")
    switch try connection.integer("PRAGMA user_version") ?? 0 {
    case 0: try connection.transaction { () throws(CrossdockError) in try connection.execute(schema) }
    case schemaVersion: break
    case let version: throw newer(path, version)
    }
    // Came later; a program of before that does not know it is not disturbed.
    try connection.execute(CommandTable.schema)
    return connection
  }

  /// Opens for reading beside a running central.
  package static func openReadOnly(_ path: String) throws(CrossdockError) -> SQLiteConnection {
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    connection.setBusyTimeout(ms: 5000)
    let version = try connection.integer("PRAGMA user_version") ?? 0
    guard version == schemaVersion else { throw newer(path, version) }
    return connection
  }

  private static func newer(_ path: String, _ version: Int64) -> CrossdockError {
    CrossdockError(
      "open the database", at: path, reason: "its schema is version \(version), this program's is \(schemaVersion)",
      hint: "use the program that wrote it, or a newer one", exitCode: .badInput)
  }

  private static let schema = """
    CREATE TABLE streams(
      id INTEGER PRIMARY KEY, agent TEXT NOT NULL, epoch TEXT NOT NULL, name TEXT NOT NULL,
      class INTEGER, format INTEGER, head INTEGER NOT NULL DEFAULT 0, watermark INTEGER NOT NULL DEFAULT 0,
      records INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
      seen_ns INTEGER NOT NULL DEFAULT 0, UNIQUE(agent, epoch, name));
    CREATE TABLE sources(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE records(
      stream INTEGER NOT NULL, sequence INTEGER NOT NULL, source INTEGER NOT NULL, event_ns INTEGER NOT NULL,
      ingest_ns INTEGER NOT NULL, monotonic_ns INTEGER NOT NULL, boot INTEGER NOT NULL, flags INTEGER NOT NULL,
      body BLOB NOT NULL, PRIMARY KEY(stream, sequence)) WITHOUT ROWID;
    CREATE TABLE segments(
      arrival INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER NOT NULL, name TEXT NOT NULL, first INTEGER NOT NULL,
      last INTEGER NOT NULL, received_ns INTEGER NOT NULL);
    CREATE INDEX segments_by_name ON segments(name, arrival);
    CREATE TABLE gaps(
      stream INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, declared_ns INTEGER NOT NULL,
      PRIMARY KEY(stream, first)) WITHOUT ROWID;
    CREATE TABLE identity(number INTEGER NOT NULL);
    INSERT INTO identity VALUES (random());
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(schemaVersion);
    """
}

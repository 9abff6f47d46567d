// The journal's file: one SQLite database in WAL mode, `synchronous=FULL`.
//
//   pragma application_id   0x58444A31 ("XDJ1"); another id: not a journal, refused
//   pragma user_version     the schema version; a newer one than this program knows is refused, older ones are migrated
//
//   agent         (one row) the agent's id: a journal belongs to one agent
//   epoch         one row a life of this journal, the highest counter is the present one
//   boot          kernel boot ids seen, numbered: monotonic times are comparable only within one
//   source        interned source names
//   stream        name, class, body format, columns; evicted_through: the highest sequence ever evicted
//   record_<id>   one table a stream, so that every append is at the right end of a B-tree and every eviction at the left:
//                 sequence (the rowid), arrival, source, feed, event_ns, ingest_ns, monotonic_ns, boot, flags, body
//   feed          counters of each feed: received = stored + quarantined + dropped_… in every committed state
//   cursor        name, stream, sequence: a reader's durable position
//   checkpoint    a model's state after the record with that arrival
//   delivery      packet id (2 bytes LE) and hash (8 bytes LE) of the last messages of each connection
//   recent_key    hashes (8 bytes LE each) of the last dedupe keys of each feed
//   reply         replies whose PUBACK has not come yet
//
// A file is a valid journal if and only if the ids above match and `PRAGMA integrity_check` says ok. Invariants: sequences of
// a stream are gap-free from evicted_through + 1; arrival numbers are unique over all streams and ascend with sequences.
internal import Records
internal import SQLite

enum JournalSchema {
  static let applicationID: Int64 = 0x5844_4A31

  /// Element i brings a file from version i to version i + 1.
  static let migrations: [String] = [
    """
    CREATE TABLE agent(id TEXT NOT NULL) STRICT;
    CREATE TABLE epoch(counter INTEGER PRIMARY KEY, high INTEGER NOT NULL, low INTEGER NOT NULL, began_ns INTEGER NOT NULL,
      reason TEXT NOT NULL) STRICT;
    CREATE TABLE boot(id INTEGER PRIMARY KEY, kernel_id TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE stream(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, class INTEGER NOT NULL, format INTEGER NOT NULL,
      columns TEXT NOT NULL, evicted_through INTEGER NOT NULL DEFAULT 0, evicted_records INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE feed(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, received INTEGER NOT NULL DEFAULT 0,
      stored INTEGER NOT NULL DEFAULT 0, quarantined INTEGER NOT NULL DEFAULT 0,
      dropped_redelivered INTEGER NOT NULL DEFAULT 0, dropped_duplicate INTEGER NOT NULL DEFAULT 0,
      dropped_oversize INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE cursor(name TEXT NOT NULL, stream INTEGER NOT NULL, sequence INTEGER NOT NULL,
      PRIMARY KEY(name, stream)) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoint(model TEXT PRIMARY KEY, version TEXT NOT NULL, arrival INTEGER NOT NULL, state BLOB NOT NULL)
      STRICT;
    CREATE TABLE delivery(id INTEGER PRIMARY KEY, connection TEXT NOT NULL, entries BLOB NOT NULL) STRICT;
    CREATE TABLE recent_key(id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, hashes BLOB NOT NULL) STRICT;
    CREATE TABLE reply(id INTEGER PRIMARY KEY, connection TEXT NOT NULL, topic TEXT NOT NULL, stream INTEGER NOT NULL,
      sequence INTEGER NOT NULL) STRICT;
    """
  ]

  static func recordTable(_ stream: Int64) -> String {
    """
    CREATE TABLE IF NOT EXISTS record_\(stream)(sequence INTEGER PRIMARY KEY, arrival INTEGER NOT NULL,
      source INTEGER NOT NULL, feed INTEGER NOT NULL, event_ns INTEGER NOT NULL, ingest_ns INTEGER NOT NULL,
      monotonic_ns INTEGER NOT NULL, boot INTEGER NOT NULL, flags INTEGER NOT NULL, body BLOB NOT NULL) STRICT
    """
  }

  /// Refuses what is no journal, before anything is changed. Returns whether the file is empty.
  static func recognise(_ database: SQLiteConnection) throws(CrossdockError) -> Bool {
    let version = try database.integer("PRAGMA user_version") ?? 0
    let application = try database.integer("PRAGMA application_id") ?? 0
    let isNew = version == 0 && application == 0
    let tables = try database.integer("SELECT count(*) FROM sqlite_schema") ?? 0
    guard isNew ? tables == 0 : application == applicationID else {
      throw CrossdockError(
        "open the journal", at: database.path, reason: "a SQLite database, but not a Crossdock journal",
        hint: "choose another data_dir, or move this file away", exitCode: .badInput)
    }
    guard version <= migrations.count else {
      throw CrossdockError(
        "open the journal", at: database.path,
        reason: "written by a newer version (schema \(version), this program knows \(migrations.count))",
        hint: "install the newer version again; nothing was changed", exitCode: .badInput)
    }
    return isNew
  }

  /// Makes or migrates the tables.
  static func prepare(_ database: SQLiteConnection) throws(CrossdockError) {
    let version = try database.integer("PRAGMA user_version") ?? 0
    guard version < migrations.count else { return }
    try database.transaction { () throws(CrossdockError) in
      for step in migrations[Int(version)...] { try database.execute(step) }
      try database.execute("PRAGMA application_id = \(applicationID)")
      try database.execute("PRAGMA user_version = \(migrations.count)")
    }
  }
}

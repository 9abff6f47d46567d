// The journal's file: one SQLite database in WAL mode, `synchronous=FULL`, pages of 4096 bytes.
//
//   pragma application_id   0x58444A31 ("XDJ1"); another id: not a journal, refused
//   pragma user_version     the schema version; another one than this program knows is refused, nothing is changed
//
//   agent         (one row) the agent's id, which a flipped bit must not turn into another agent's; next_log: ids in `log` are never given twice
//   epoch         one row a life of this journal, the highest counter is the present one
//   boot          kernel boot ids seen, numbered: monotonic times are comparable only within one
//   source        interned source names, numbered from 1
//   stream        name, class, body format, columns; evicted_through: the highest sequence ever evicted; packed_through: the
//                 highest sequence in `segment`; what the segments take
//   log           what was committed last: a row for each stream of a commit, in the order of commits. Every commit appends at
//                 the right end of this one B-tree and touches no other, so that a small commit writes one or two pages.
//                 meta is CommitMeta.swift (in the first row of a commit; stream 0: a commit without records), block is BlockCodec.swift
//   segment       packed records: key = stream << 48 | first sequence; last; last_arrival; body_bytes (of the bodies, unpacked); block.
//                 The last segment of a stream grows until it is full: packing writes it anew
//   feed          counters of each feed, without what `log` adds
//   cursor        name, stream, sequence: a reader's durable position
//   checkpoint    a model's state after the record with that arrival
//   delivery      packet id (2 bytes LE) and hash (8 bytes LE) of the last messages of each connection, before those in `log`
//   recent_key    hashes (8 bytes LE each) of the last dedupe keys of each feed, before those in `log`
//   reply         replies whose PUBACK has not come yet
//
// No index but the tables' own keys, so that nothing can disagree with its table. crc: CRC-32C of what must not change by itself.
//
// A file is a valid journal if and only if the ids above match, `PRAGMA integrity_check` says ok and every block and meta has
// its checksum. Invariants:
//   - the sequences of a stream are those of its segments, by key, then those of its rows in `log`, by id: ascending, gap-free from
//     evicted_through + 1 but for ranges that a tombstone with the reason `damaged` names
//   - arrival numbers are unique over all streams and ascend with sequences
//   - received = stored + quarantined + dropped for each feed, in every committed state
internal import CLinux
internal import Records
internal import SQLite

enum JournalSchema {
  static let applicationID: Int64 = 0x5844_4A31
  static let version: Int64 = 3

  /// Always made in this order in a new file, so that every journal has its tables' roots on the same pages: a destroyed
  /// first page can be written anew (see Salvage).
  static let tables = """
    CREATE TABLE agent(id TEXT NOT NULL, crc INTEGER NOT NULL, next_log INTEGER NOT NULL DEFAULT 1) STRICT;
    CREATE TABLE epoch(counter INTEGER PRIMARY KEY, high INTEGER NOT NULL, low INTEGER NOT NULL, began_ns INTEGER NOT NULL,
      reason TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
    CREATE TABLE boot(id INTEGER PRIMARY KEY, kernel_id TEXT NOT NULL) STRICT;
    CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
    CREATE TABLE stream(id INTEGER PRIMARY KEY, name TEXT NOT NULL, class INTEGER NOT NULL, format INTEGER NOT NULL,
      columns TEXT NOT NULL, crc INTEGER NOT NULL, evicted_through INTEGER NOT NULL DEFAULT 0,
      evicted_records INTEGER NOT NULL DEFAULT 0, packed_through INTEGER NOT NULL DEFAULT 0,
      packed_bytes INTEGER NOT NULL DEFAULT 0, packed_body_bytes INTEGER NOT NULL DEFAULT 0,
      missing_records INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE log(id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, meta BLOB,
      block BLOB) STRICT;
    CREATE TABLE segment(key INTEGER PRIMARY KEY, last INTEGER NOT NULL, last_arrival INTEGER NOT NULL,
      body_bytes INTEGER NOT NULL, block BLOB NOT NULL) STRICT;
    CREATE TABLE feed(id INTEGER PRIMARY KEY, name TEXT NOT NULL, received INTEGER NOT NULL DEFAULT 0,
      stored INTEGER NOT NULL DEFAULT 0, quarantined INTEGER NOT NULL DEFAULT 0,
      dropped_redelivered INTEGER NOT NULL DEFAULT 0, dropped_duplicate INTEGER NOT NULL DEFAULT 0,
      dropped_oversize INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE cursor(name TEXT NOT NULL, stream INTEGER NOT NULL, sequence INTEGER NOT NULL,
      PRIMARY KEY(name, stream)) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoint(model TEXT NOT NULL, version TEXT NOT NULL, arrival INTEGER NOT NULL, state BLOB NOT NULL,
      PRIMARY KEY(model)) STRICT, WITHOUT ROWID;
    CREATE TABLE delivery(id INTEGER PRIMARY KEY, connection TEXT NOT NULL, entries BLOB NOT NULL) STRICT;
    CREATE TABLE recent_key(id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, hashes BLOB NOT NULL) STRICT;
    CREATE TABLE reply(id INTEGER PRIMARY KEY, connection TEXT NOT NULL, topic TEXT NOT NULL, stream INTEGER NOT NULL,
      sequence INTEGER NOT NULL) STRICT;
    """

  /// CRC-32C of a name and its number, of an epoch, or of an agent's id.
  static func crc(_ text: String) -> Int64 {
    var text = text
    return Int64(text.withUTF8 { crossdock_crc32c(0, $0.baseAddress, $0.count) })
  }

  /// A stream's part of the keys of `segment`.
  static func key(_ stream: Int64, _ sequence: UInt64) -> Int64 { stream << 48 | Int64(min(sequence, maxSequence)) }
  static func sequence(ofKey key: Int64) -> UInt64 { UInt64(key & ((1 << 48) - 1)) }
  static func stream(ofKey key: Int64) -> Int64 { key >> 48 }
  /// At a million records a second: in nine years.
  static let maxSequence: UInt64 = 1 << 48 - 1

  /// Refuses what is no journal, before anything is changed. Returns whether the file is empty.
  static func recognise(_ database: SQLiteConnection) throws(CrossdockError) -> Bool {
    let found = try database.integer("PRAGMA user_version") ?? 0
    let application = try database.integer("PRAGMA application_id") ?? 0
    let isNew = found == 0 && application == 0
    let tables = try database.integer("SELECT count(*) FROM sqlite_schema") ?? 0
    guard isNew ? tables == 0 : application == applicationID else {
      throw CrossdockError(
        "open the journal", at: database.path, reason: "a SQLite database, but not a Crossdock journal",
        hint: "choose another data_dir, or move this file away", exitCode: .badInput)
    }
    guard isNew || found == version else {
      throw CrossdockError(
        "open the journal", at: database.path,
        reason:
          "written by \(found > version ? "a newer" : "a pre-release") version (schema \(found), this program knows \(version))",
        hint:
          "\(found > version ? "install the newer version again" : "drain it with the version that wrote it, then move it away"); nothing was changed",
        exitCode: .badInput)
    }
    return isNew
  }

  /// Makes the tables of a new file.
  static func create(_ database: SQLiteConnection) throws(CrossdockError) {
    try database.transaction { () throws(CrossdockError) in
      try database.execute(tables)
      try database.execute("PRAGMA application_id = \(applicationID)")
      try database.execute("PRAGMA user_version = \(version)")
    }
  }
}

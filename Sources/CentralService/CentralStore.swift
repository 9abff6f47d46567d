import Platform
import Records
import SQLite

/// The database with everything prepared, and the lock that keeps other processes away. Used by one thread at a time (`CentralRoutes` locks it).
final class CentralStore {
  let connection: SQLiteConnection
  private let lock: FileLock
  let ingest: SegmentIngest
  let heads: HeadsTable
  let changes: ChangesQuery
  let commands: CommandTable
  var counters = CentralCounters()

  /// - Throws: when another process has the folder (the reason names it), or the database does not open.
  init(folder: String) throws(CrossdockError) {
    lock = try FileLock(path: "\(folder)/\(CentralService.lockFileName)")
    connection = try CentralDatabase.open("\(folder)/\(CentralDatabase.fileName)")
    ingest = try SegmentIngest(connection)
    heads = try HeadsTable(connection)
    changes = try ChangesQuery(connection)
    commands = try CommandTable(connection)
  }
}

/// Since the start of the process.
struct CentralCounters {
  var segmentsAccepted: UInt64 = 0
  var segmentsConflicting: UInt64 = 0
  var segmentsContradicting: UInt64 = 0
  var segmentsMalformed: UInt64 = 0
  var segmentsFailed: UInt64 = 0
  var segmentBytes: UInt64 = 0
  var recordsWritten: UInt64 = 0
  var recordsRepeated: UInt64 = 0
  var recordsPulled: UInt64 = 0
}

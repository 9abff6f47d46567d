// A thin typed layer over the C interface of SQLite: what Journal and central share. One connection is used by one thread;
// it is not Sendable. Statements are prepared once and kept by their owner. Errors carry the result code, the file and a
// hint; bound values never appear in them.
internal import CSQLite
package import Records

package final class SQLiteConnection {
  package enum Mode: Sendable {
    case createReadWrite
    case readWrite
    case readOnly
  }

  package let path: String
  let handle: OpaquePointer
  /// Pages of the write-ahead log after the last commit of this connection; see `countLogPages`.
  private let logPagesCount = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  // Prepared at first use: parsing them anew costs as much as inserting a row. Unowned statements: `SQLiteStatement` would keep
  // this connection alive for ever.
  private var begin: OpaquePointer?
  private var commit: OpaquePointer?
  private var beginRead: OpaquePointer?
  private var busyTimeoutMs: Int32 = 0

  /// Opens a database file. Nothing is read yet: a file that is no database is found out by the first statement.
  package init(path: String, mode: Mode) throws(CrossdockError) {
    var handle: OpaquePointer?
    let flags =
      switch mode {
      case .createReadWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .readWrite: SQLITE_OPEN_READWRITE
      case .readOnly: SQLITE_OPEN_READONLY
      }
    let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle else {
      let error = SQLiteFailure(code: code, message: handle.map { String(cString: sqlite3_errmsg($0)) })
      sqlite3_close_v2(handle)
      throw error.crossdockError("open the database", path)
    }
    self.path = path
    self.handle = handle
    logPagesCount.initialize(to: 0)
  }

  deinit {
    sqlite3_finalize(begin)
    sqlite3_finalize(commit)
    sqlite3_finalize(beginRead)
    logPagesCount.deallocate()
    // With every statement finalised before (they hold the connection), this closes at once.
    sqlite3_close_v2(handle)
  }

  /// Runs statements that give no rows.
  package func execute(_ sql: String) throws(CrossdockError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code, sql) }
  }

  package func prepare(_ sql: String) throws(CrossdockError) -> SQLiteStatement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code, sql) }
    return SQLiteStatement(statement, of: self, sql: sql)
  }

  /// The first column of the first row as an integer; nil when there is no row.
  package func integer(_ sql: String) throws(CrossdockError) -> Int64? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : nil
  }

  /// The first column of the first row as text; nil when there is no row.
  package func text(_ sql: String) throws(CrossdockError) -> String? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.text(0) : nil
  }

  /// Begins an immediate transaction, runs the body, commits. Whatever throws inside rolls everything back.
  package func transaction<Result>(_ body: () throws(CrossdockError) -> Result) throws(CrossdockError) -> Result {
    try step(&begin, "BEGIN IMMEDIATE")
    do throws(CrossdockError) {
      let result = try body()
      try step(&commit, "COMMIT")
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  /// Runs reads on one snapshot. It ends with the body, whatever happens.
  package func reading<Result>(_ body: () throws(CrossdockError) -> Result) throws(CrossdockError) -> Result {
    try step(&beginRead, "BEGIN")
    defer { rollBack() }
    return try body()
  }

  private func step(_ statement: inout OpaquePointer?, _ sql: String) throws(CrossdockError) {
    if statement == nil {
      let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
      guard code == SQLITE_OK else { throw failure(code, sql) }
    }
    let code = sqlite3_step(statement)
    guard code == SQLITE_DONE else {
      let error = failure(code, sql)
      sqlite3_reset(statement)
      throw error
    }
    sqlite3_reset(statement)
  }

  /// Counts the pages of the write-ahead log with each commit, instead of moving them: the owner says when.
  package func countLogPages() {
    sqlite3_wal_hook(
      handle,
      { count, _, _, pages in
        count?.assumingMemoryBound(to: Int32.self).pointee = pages
        return SQLITE_OK
      }, logPagesCount)
  }

  package var logPages: Int64 { Int64(logPagesCount.pointee) }

  /// Ends a transaction without its effects. After some errors SQLite has done so itself: that is no error here.
  package func rollBack() {
    if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
  }

  package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
  /// Rows changed by the last INSERT, UPDATE or DELETE.
  package var changes: Int { Int(sqlite3_changes64(handle)) }
  package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

  /// How long a statement waits for another connection's lock.
  package func setBusyTimeout(ms: Int32) {
    busyTimeoutMs = ms
    sqlite3_busy_timeout(handle, ms)
  }

  /// Pages of the write-ahead log after a passive checkpoint, and how many of them are in the database now.
  @discardableResult
  package func checkpointPassively() throws(CrossdockError) -> (logPages: Int, checkpointedPages: Int) {
    var log: Int32 = 0
    var done: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &log, &done)
    guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else { throw failure(code, "checkpoint") }
    // All of it moved: the next transaction begins at the front of the file.
    if log == done { logPagesCount.pointee = 0 }
    return (Int(log), Int(done))
  }

  /// Moves all of the write-ahead log into the database and makes it empty. False: a reader is in the way.
  package func checkpointAll() throws(CrossdockError) -> Bool {
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else { throw failure(code, "checkpoint") }
    if code == SQLITE_OK { logPagesCount.pointee = 0 }
    return code == SQLITE_OK
  }

  /// Moves the whole write-ahead log into the database and sees to it that the next transaction begins at its front. False when a
  /// reader is in the way for longer than that.
  package func restartLog(waitMs: Int32) throws(CrossdockError) -> Bool {
    sqlite3_busy_timeout(handle, waitMs)
    defer { sqlite3_busy_timeout(handle, busyTimeoutMs) }
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_RESTART, nil, nil)
    guard code & 0xFF != SQLITE_BUSY else { return false }
    guard code == SQLITE_OK else { throw failure(code, "checkpoint") }
    logPagesCount.pointee = 0
    return true
  }

  /// Gives cached memory back to the system.
  package func releaseMemory() {
    sqlite3_db_release_memory(handle)
  }

  func failure(_ code: Int32, _ sql: String) -> CrossdockError {
    let message = String(cString: sqlite3_errmsg(handle))
    let verb = String(sql.split(whereSeparator: { $0 == " " || $0 == "\n" }).prefix(3).joined(separator: " "))
    return SQLiteFailure(code: code, message: message).crossdockError("run \(verb) …", path)
  }
}

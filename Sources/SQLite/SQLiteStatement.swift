internal import CSQLite
package import Records

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite. Bound bytes and text are borrowed: they must
/// stay where they are until `step` has returned (`run` sees to it by stepping at once).
package final class SQLiteStatement {
  private let handle: OpaquePointer
  private let connection: SQLiteConnection
  private let sql: String

  init(_ handle: OpaquePointer, of connection: SQLiteConnection, sql: String) {
    self.handle = handle
    self.connection = connection
    self.sql = sql
  }

  deinit {
    sqlite3_finalize(handle)
  }

  package func bind(_ value: Int64, at index: Int32) {
    check(sqlite3_bind_int64(handle, index, value))
  }
  package func bind(_ value: UInt64, at index: Int32) {
    bind(Int64(value), at: index)
  }
  package func bind(_ value: Int, at index: Int32) {
    bind(Int64(value), at: index)
  }
  package func bindNull(at index: Int32) {
    check(sqlite3_bind_null(handle, index))
  }
  package func bind(_ value: Double, at index: Int32) {
    check(sqlite3_bind_double(handle, index, value))
  }
  /// Copies the text.
  package func bind(_ value: String, at index: Int32) {
    var value = value
    value.withUTF8 { text in
      text.withMemoryRebound(to: CChar.self) {
        check(crossdock_sqlite3_bind_text_copy(handle, index, $0.baseAddress, Int32($0.count)))
      }
    }
  }
  /// Borrows the bytes until the statement is stepped and reset.
  package func bind(borrowing bytes: UnsafeRawBufferPointer, at index: Int32) {
    check(crossdock_sqlite3_bind_blob_static(handle, index, bytes.baseAddress, Int32(bytes.count)))
  }
  /// Borrows the bytes as text.
  package func bind(borrowingText bytes: UnsafeRawBufferPointer, at index: Int32) {
    let text = bytes.bindMemory(to: CChar.self)
    check(crossdock_sqlite3_bind_text_static(handle, index, text.baseAddress, Int32(text.count)))
  }

  /// Binds the present row of another statement, column by column, to the parameters from 1 on. Copies text and blobs.
  package func copyRow(of other: SQLiteStatement) {
    for column in 0..<sqlite3_column_count(other.handle) {
      check(sqlite3_bind_value(handle, column + 1, sqlite3_column_value(other.handle, column)))
    }
  }

  /// True with a row, false at the end.
  package func step() throws(CrossdockError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let error = connection.failure(code, sql)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Steps to the end of a statement that gives no rows, and resets it.
  package func run() throws(CrossdockError) {
    _ = try step()
    reset()
  }

  package func reset() {
    sqlite3_reset(handle)
  }

  package func clearBindings() {
    sqlite3_clear_bindings(handle)
  }

  package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  package func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
  package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  package func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

  /// Text or blob, borrowed until the next step or reset.
  package func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    guard let start = sqlite3_column_blob(handle, column) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  /// A wrong index or a statement in mid-row: a bug of the caller.
  private func check(_ code: Int32) {
    precondition(code == SQLITE_OK || code == SQLITE_NOMEM, "bind: SQLite \(code) for \(sql)")
  }
}

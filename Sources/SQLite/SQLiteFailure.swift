internal import CSQLite
internal import Records

/// A result code of SQLite, turned into what an operator can act on.
struct SQLiteFailure {
  var code: Int32
  var message: String?

  func crossdockError(_ operation: String, _ path: String) -> CrossdockError {
    let reason = "\(message ?? String(cString: sqlite3_errstr(code))) (SQLite \(code))"
    let (hint, isRetryable, exitCode) = advice
    var error = CrossdockError(
      operation, at: path, reason: reason, hint: hint, isRetryable: isRetryable, exitCode: exitCode)
    error.fault = fault
    return error
  }

  private var fault: CrossdockError.Fault {
    switch code & 0xFF {
    case SQLITE_FULL: .full
    case SQLITE_IOERR, SQLITE_READONLY: .notWritable
    // A constraint that fails: the rows are not those that were read before.
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT: .damaged
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    default: .other
    }
  }

  private var advice: (hint: String, isRetryable: Bool, exitCode: ExitCode) {
    switch code & 0xFF {
    case SQLITE_FULL: ("free space on this file system, or lower the size cap", true, .cannotWrite)
    case SQLITE_IOERR: ("check the disk and the kernel log (dmesg)", true, .cannotWrite)
    case SQLITE_READONLY, SQLITE_PERM:
      ("give this user write permission on the file and its folder, or remount it writable", true, .cannotWrite)
    case SQLITE_CANTOPEN: ("check that the folder exists and that this user may use it", false, .cannotWrite)
    case SQLITE_BUSY, SQLITE_LOCKED: ("another process holds the database; it is tried again", true, .failure)
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT:
      ("the file is damaged or no database; move it away to begin a new one", false, .badInput)
    default: ("", false, .failure)
    }
  }
}

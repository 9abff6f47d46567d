internal import Records
internal import SQLite

/// A table of blobs of which only the last `limit` entries matter: rows are appended, and the oldest deleted once the rest
/// holds the limit by itself.
struct RowWindow {
  private struct Row {
    var id: Int64
    var entries: Int
  }

  private let bytesPerEntry: Int
  private let limit: Int
  private var rows: [Row] = []
  /// Rows before this one are deleted already.
  private var head = 0
  private var entries = 0
  private var nextID: Int64 = 1

  init(table: String, bytesPerEntry: Int, limit: Int, in database: SQLiteConnection) throws(CrossdockError) {
    self.bytesPerEntry = bytesPerEntry
    self.limit = limit
    let column = table == "delivery" ? "entries" : "hashes"
    let statement = try database.prepare("SELECT id, length(\(column)) FROM \(table) ORDER BY id")
    while try statement.step() {
      let row = Row(id: statement.integer(0), entries: Int(statement.integer(1)) / bytesPerEntry)
      rows.append(row)
      entries += row.entries
      nextID = row.id + 1
    }
  }

  /// What a failed transaction goes back to.
  struct Mark {
    fileprivate var count: Int
    fileprivate var head: Int
    fileprivate var entries: Int
    fileprivate var nextID: Int64
  }

  func mark() -> Mark { Mark(count: rows.count, head: head, entries: entries, nextID: nextID) }

  mutating func rollBack(to mark: Mark) {
    rows.removeLast(rows.count - mark.count)
    (head, entries, nextID) = (mark.head, mark.entries, mark.nextID)
  }

  mutating func append(_ blob: [UInt8], insert: (Int64) throws(CrossdockError) -> Void) throws(CrossdockError) {
    try insert(nextID)
    rows.append(Row(id: nextID, entries: blob.count / bytesPerEntry))
    entries += blob.count / bytesPerEntry
    nextID += 1
  }

  /// Deletes what lies beyond the limit, an eighth of the limit at a time: a commit that appends one row does not also
  /// delete one.
  mutating func prune(with delete: SQLiteStatement) throws(CrossdockError) {
    guard entries >= limit + limit / 8 else { return }
    var last: Int64?
    while head < rows.count, entries - rows[head].entries >= limit {
      entries -= rows[head].entries
      last = rows[head].id
      head += 1
    }
    guard let last else { return }
    delete.bind(last, at: 1)
    try delete.run()
  }

  /// The transaction is durable: forgets the rows that are gone.
  mutating func settle() {
    if head > 1024, head * 2 > rows.count {
      rows.removeFirst(head)
      head = 0
    }
  }
}

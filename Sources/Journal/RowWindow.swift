internal import Records
internal import SQLite

/// Rows of blobs of one connection or feed, of which only the last `limit` entries matter: a row is added with each packing, and
/// the oldest deleted once the rest holds the limit by itself.
struct RowWindow {
  private let limit: Int
  private var rows: [(id: Int64, entries: Int)] = []

  init(limit: Int) {
    self.limit = limit
  }

  static let deliveryBytes = 10
  static let keyBytes = 8

  static func deliveries(limit: Int, in database: SQLiteConnection) throws(CrossdockError) -> [String: RowWindow] {
    var windows: [String: RowWindow] = [:]
    let statement = try database.prepare("SELECT id, length(entries), connection FROM delivery ORDER BY id")
    while try statement.step() {
      windows[statement.text(2), default: RowWindow(limit: limit)].rows
        .append((statement.integer(0), Int(statement.integer(1)) / deliveryBytes))
    }
    return windows
  }

  static func keys(limit: Int, in database: SQLiteConnection) throws(CrossdockError) -> [Int64: RowWindow] {
    var windows: [Int64: RowWindow] = [:]
    let statement = try database.prepare("SELECT id, length(hashes), feed FROM recent_key ORDER BY id")
    while try statement.step() {
      windows[statement.integer(2), default: RowWindow(limit: limit)].rows
        .append((statement.integer(0), Int(statement.integer(1)) / keyBytes))
    }
    return windows
  }

  /// A row was added. Deletes what lies beyond the limit.
  mutating func added(id: Int64, entries: Int, delete: SQLiteStatement) throws(CrossdockError) {
    rows.append((id, entries))
    var kept = rows.reduce(0) { $0 + $1.entries }
    while let oldest = rows.first, kept - oldest.entries >= limit {
      delete.bind(oldest.id, at: 1)
      try delete.run()
      kept -= oldest.entries
      rows.removeFirst()
    }
  }
}

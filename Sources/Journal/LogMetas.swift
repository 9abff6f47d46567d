internal import Records
internal import SQLite

/// What the commits in `log` say beside their records, added up.
struct LogMetas {
  /// By row of the table `feed`.
  private(set) var counters: [Int64: FeedCounters] = [:]
  /// Messages by connection.
  private(set) var deliveryEntries: [String: Int64] = [:]
  /// Rows of `log` whose meta is damaged.
  private(set) var damaged: [Int64] = []

  init(_ database: SQLiteConnection) throws(CrossdockError) {
    let rows = try database.prepare("SELECT id, meta FROM log WHERE meta IS NOT NULL ORDER BY id")
    while try rows.step() {
      guard let meta = CommitMeta(rows.bytes(1)) else {
        damaged.append(rows.integer(0))
        continue
      }
      for (feed, delta) in meta.counters { counters[feed, default: FeedCounters()] += delta }
      for window in meta.deliveries {
        deliveryEntries[window.connection, default: 0] += Int64(window.entries.count / RowWindow.deliveryBytes)
      }
    }
  }
}

internal import Records
internal import SQLite

/// The counters in the table `feed`, without what `log` adds.
struct FeedTable {
  struct Row {
    var row: Int64
    var name: String
    var counters: FeedCounters
  }

  static func read(_ database: SQLiteConnection) throws(CrossdockError) -> [Row] {
    let rows = try database.prepare(
      """
      SELECT id, name, received, stored, quarantined, dropped_redelivered, dropped_duplicate, dropped_oversize, records
      FROM feed ORDER BY id
      """)
    var all: [Row] = []
    while try rows.step() {
      func count(_ column: Int32) -> UInt64 { UInt64(clamping: rows.integer(column)) }
      var counters = FeedCounters()
      (counters.received, counters.stored, counters.quarantined) = (count(2), count(3), count(4))
      (counters.redelivered, counters.duplicate, counters.oversize) = (count(5), count(6), count(7))
      counters.records = count(8)
      all.append(Row(row: rows.integer(0), name: rows.text(1), counters: counters))
    }
    return all
  }
}

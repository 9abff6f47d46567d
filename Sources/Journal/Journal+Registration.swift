internal import Records
internal import SQLite

// What the writer looks up or writes once, at its start.
extension Journal {
  static func register(boot: String, in database: SQLiteConnection) throws(CrossdockError) -> UInt32 {
    let find = try database.prepare("SELECT id FROM boot WHERE kernel_id = ?1")
    find.bind(boot, at: 1)
    if try find.step() { return UInt32(clamping: find.integer(0)) }
    let insert = try database.prepare("INSERT INTO boot(kernel_id) VALUES(?1)")
    insert.bind(boot, at: 1)
    try insert.run()
    return UInt32(clamping: database.lastInsertedRow)
  }

  static func register(feeds: [String], in database: SQLiteConnection) throws(CrossdockError) -> [Int64] {
    let insert = try database.prepare("INSERT INTO feed(name) VALUES(?1)")
    let find = try database.prepare("SELECT id FROM feed WHERE name = ?1")
    var rows: [Int64] = []
    for feed in feeds {
      find.bind(feed, at: 1)
      if try find.step() {
        rows.append(find.integer(0))
      } else {
        insert.bind(feed, at: 1)
        try insert.run()
        rows.append(database.lastInsertedRow)
      }
      find.reset()
    }
    return rows
  }

  static func readCounters(_ rows: [Int64], in database: SQLiteConnection) throws(CrossdockError) -> [FeedCounters] {
    let statement = try database.prepare(
      """
      SELECT received, stored, quarantined, dropped_redelivered, dropped_duplicate, dropped_oversize, records FROM feed
      WHERE id = ?1
      """)
    var all: [FeedCounters] = []
    for row in rows {
      statement.bind(row, at: 1)
      var counters = FeedCounters()
      if try statement.step() {
        counters.received = UInt64(clamping: statement.integer(0))
        counters.stored = UInt64(clamping: statement.integer(1))
        counters.quarantined = UInt64(clamping: statement.integer(2))
        counters.redelivered = UInt64(clamping: statement.integer(3))
        counters.duplicate = UInt64(clamping: statement.integer(4))
        counters.oversize = UInt64(clamping: statement.integer(5))
        counters.records = UInt64(clamping: statement.integer(6))
      }
      statement.reset()
      guard counters.isBalanced else {
        var error = CrossdockError(
          "open the journal", at: database.path, reason: "the counters of feed \(row) do not add up",
          exitCode: .badInput)
        error.fault = .damaged
        throw error
      }
      all.append(counters)
    }
    return all
  }
}

internal import Records
internal import SQLite

// What the writer looks up or writes once, at its start.
extension Journal {
  static func register(boot: String, in database: SQLiteConnection) throws(CrossdockError) -> UInt32 {
    let insert = try database.prepare("INSERT OR IGNORE INTO boot(kernel_id) VALUES(?1)")
    insert.bind(boot, at: 1)
    try insert.run()
    let find = try database.prepare("SELECT id FROM boot WHERE kernel_id = ?1")
    find.bind(boot, at: 1)
    return try find.step() ? UInt32(clamping: find.integer(0)) : 0
  }

  static func register(feeds: [String], in database: SQLiteConnection) throws(CrossdockError) -> [Int64] {
    let insert = try database.prepare("INSERT OR IGNORE INTO feed(name) VALUES(?1)")
    let find = try database.prepare("SELECT id FROM feed WHERE name = ?1")
    var rows: [Int64] = []
    for feed in feeds {
      insert.bind(feed, at: 1)
      try insert.run()
      find.bind(feed, at: 1)
      guard try find.step() else { preconditionFailure("feed \(feed) was just written") }
      rows.append(find.integer(0))
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
        counters.received = UInt64(statement.integer(0))
        counters.stored = UInt64(statement.integer(1))
        counters.quarantined = UInt64(statement.integer(2))
        counters.redelivered = UInt64(statement.integer(3))
        counters.duplicate = UInt64(statement.integer(4))
        counters.oversize = UInt64(statement.integer(5))
        counters.records = UInt64(statement.integer(6))
      }
      statement.reset()
      all.append(counters)
    }
    return all
  }

  static func lastArrival(_ streams: StreamTable, in database: SQLiteConnection) throws(CrossdockError) -> Int64 {
    var last: Int64 = try database.integer("SELECT max(arrival) FROM checkpoint") ?? 0
    for slot in streams.slots where slot.records > 0 {
      last = max(
        last, try database.integer("SELECT arrival FROM record_\(slot.id) WHERE sequence = \(slot.next - 1)") ?? 0)
    }
    return last
  }
}

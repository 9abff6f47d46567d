internal import Records
internal import SQLite

/// The tables of a journal's file against the invariants of JournalSchema.swift. Whatever cannot be read is a problem, and no end.
struct VerificationRows {
  private let file: JournalFile
  private var database: SQLiteConnection { file.database }
  private let codec = BlockCodec()
  private(set) var problems: [JournalProblem] = []
  private(set) var blocks: UInt64 = 0
  private(set) var records: UInt64 = 0

  init(_ file: JournalFile) {
    self.file = file
  }

  private mutating func trying(_ body: (inout VerificationRows) throws(CrossdockError) -> Void) {
    do throws(CrossdockError) {
      try body(&self)
    } catch {
      problems.append(JournalProblem(error.reason))
    }
  }

  // MARK: what is not records

  mutating func checkTables() {
    trying { (all) throws(CrossdockError) in try all.checkSources() }
    trying { (all) throws(CrossdockError) in try all.checkStreams() }
    trying { (all) throws(CrossdockError) in
      // One snapshot: packing moves counters from the one table to the other.
      let database = all.database
      try database.reading { () throws(CrossdockError) in try all.checkCounters() }
    }
    trying { (all) throws(CrossdockError) in
      let database = all.database
      try database.reading { () throws(CrossdockError) in try all.checkPositions() }
    }
  }

  private mutating func checkSources() throws(CrossdockError) {
    let rows = try database.prepare("SELECT id, name, crc FROM source ORDER BY id")
    var expected: Int64 = 1
    while try rows.step() {
      if rows.integer(0) != expected { problems.append(JournalProblem("source \(expected) is missing")) }
      if JournalSchema.crc(rows.text(1)) != rows.integer(2) {
        problems.append(JournalProblem("the name of source \(rows.integer(0)) is damaged"))
      }
      expected = rows.integer(0) + 1
    }
  }

  private mutating func checkStreams() throws(CrossdockError) {
    let rows = try database.prepare("SELECT id, name, crc FROM stream ORDER BY id")
    while try rows.step() {
      guard JournalSchema.crc(rows.text(1)) != rows.integer(2) else { continue }
      problems.append(JournalProblem("the name of stream \(rows.integer(0)) is damaged"))
    }
    // A row of no stream would be in no stream's walk.
    let strays = try database.integer(
      """
      SELECT count(*) FROM log WHERE stream <> 0 AND stream NOT IN (SELECT id FROM stream)
      """)
    if let strays, strays > 0 { problems.append(JournalProblem("\(strays) rows of log are of no stream")) }
    let last = try database.integer("SELECT max(id) FROM stream") ?? 0
    let beyond = try database.integer(
      "SELECT count(*) FROM segment WHERE key >= \(JournalSchema.key(last + 1, 0)) OR key < \(JournalSchema.key(1, 0))")
    if let beyond, beyond > 0 { problems.append(JournalProblem("\(beyond) segments are of no stream")) }
  }

  private mutating func checkCounters() throws(CrossdockError) {
    let metas = try LogMetas(database)
    for id in metas.damaged { problems.append(JournalProblem("the meta of commit \(id) is damaged")) }
    var known: Set<Int64> = []
    for feed in try FeedTable.read(database) {
      known.insert(feed.row)
      var counters = feed.counters
      if let delta = metas.counters[feed.row] { counters += delta }
      if !counters.isBalanced {
        problems.append(
          JournalProblem(
            "the counters of feed \(feed.name) do not add up: \(counters.received) received, \(counters.stored) stored, \(counters.quarantined) quarantined, \(counters.dropped) dropped"
          ))
      }
    }
    for row in metas.counters.keys.sorted() where !known.contains(row) {
      problems.append(JournalProblem("commits count for feed \(row), which is not there"))
    }
  }

  /// Cursors, replies and windows.
  private mutating func checkPositions() throws(CrossdockError) {
    var ends: [Int64: (name: String, last: UInt64)] = [:]
    for slot in file.slots {
      ends[slot.id] = (slot.definition.name, max(slot.packedThrough, file.lastInLog(slot.id) ?? 0))
    }
    let cursors = try database.prepare("SELECT name, stream, sequence FROM cursor")
    while try cursors.step() {
      let (name, sequence) = (cursors.text(0), UInt64(clamping: cursors.integer(2)))
      guard let end = ends[cursors.integer(1)] else {
        problems.append(JournalProblem("cursor \(name) is in no stream"))
        continue
      }
      if sequence > end.last || cursors.integer(2) < 0 {
        problems.append(
          JournalProblem(
            stream: end.name, "cursor \(name) stands at \(cursors.integer(2)), the stream ends at \(end.last)"))
      }
    }
    let replies = try database.prepare("SELECT id, stream, sequence FROM reply")
    while try replies.step() {
      guard let end = ends[replies.integer(1)], UInt64(clamping: replies.integer(2)) <= end.last else {
        problems.append(JournalProblem("reply \(replies.integer(0)) is of no record"))
        continue
      }
    }
    for (table, column, size) in [
      ("delivery", "entries", RowWindow.deliveryBytes), ("recent_key", "hashes", RowWindow.keyBytes),
    ] {
      let torn = try database.integer("SELECT count(*) FROM \(table) WHERE length(\(column)) % \(size) <> 0") ?? 0
      if torn > 0 { problems.append(JournalProblem("\(torn) rows of \(table) are no whole entries")) }
    }
  }

  // MARK: records

  mutating func checkRecords(of slot: StreamSlot) {
    trying { (all) throws(CrossdockError) in
      var check = StreamCheck(slot, all.file, all.codec)
      defer {
        all.problems += check.problems
        all.blocks += check.blocks
        all.records += check.records
      }
      try check.run()
    }
  }
}

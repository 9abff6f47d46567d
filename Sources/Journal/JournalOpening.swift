// Opening `<folder>/journal.db`: settings, schema, agent, epoch. A file that is damaged never blocks the start: it is set
// aside under a name that says so, with its log, and a new journal with a new epoch begins.
internal import Platform
internal import Records
internal import SQLite

enum JournalOpening {
  static let fileName = "journal.db"
  static let created = "created"

  struct Opened {
    var database: SQLiteConnection
    var epoch: Epoch
    var newEpochReason: String?
  }

  static func open(
    folder: String, agent: String, limits: JournalLimits, now: ClockReading
  ) throws(CrossdockError) -> Opened {
    let path = "\(folder)/\(fileName)"
    do throws(CrossdockError) {
      try refuseDamaged(path)
      return try openFile(path, agent: agent, limits: limits, now: now, after: nil)
    } catch {
      guard error.fault == .damaged else { throw error }
      let aside = try setAside(path)
      Files.remove(markPath(path))
      return try openFile(
        path, agent: agent, limits: limits, now: now, after: "damaged journal set aside as \(aside): \(error.reason)")
    }
  }

  /// Leaves word for the next start that this file must not be used any more.
  static func markDamaged(_ path: String, reason: String) {
    // Where not even this can be written, the next start meets the damage again and tries again.
    try? Files.replace(markPath(path), with: Array(reason.utf8))
  }

  private static func markPath(_ path: String) -> String { "\(path).damaged" }

  /// What SQLite would not see by itself: a mark, and a last page that is cut off, which it reads as if zeros followed.
  /// While there is a log, the database may end anywhere: the log completes it.
  private static func refuseDamaged(_ path: String) throws(CrossdockError) {
    guard let size = Files.size(path) else { return }
    var reason: String?
    if let mark = try? Files.read(markPath(path), limit: 4096) {
      reason = String(decoding: mark, as: UTF8.self)
    } else if size % JournalLimits.pageBytes != 0, Files.size(path + "-wal") ?? 0 == 0 {
      reason = "\(size) bytes are no whole pages: the file was cut off"
    }
    guard let reason else { return }
    var error = CrossdockError("open the journal", at: path, reason: reason, exitCode: .badInput)
    error.fault = .damaged
    throw error
  }

  private static func openFile(
    _ path: String, agent: String, limits: JournalLimits, now: ClockReading, after damage: String?
  ) throws(CrossdockError) -> Opened {
    let database = try SQLiteConnection(path: path, mode: .createReadWrite)
    database.setBusyTimeout(ms: 5000)
    let isNew = try JournalSchema.recognise(database)
    // The page size must come first: it holds only for a file that is still empty.
    try database.execute("PRAGMA page_size = \(JournalLimits.pageBytes)")
    try database.execute("PRAGMA journal_mode = WAL")
    try database.execute("PRAGMA synchronous = FULL")
    try database.execute("PRAGMA wal_autocheckpoint = \(limits.logPages)")
    try database.execute("PRAGMA journal_size_limit = \(limits.logPages * JournalLimits.pageBytes)")
    try database.execute("PRAGMA cache_size = -1024")
    try database.execute("PRAGMA temp_store = MEMORY")
    try JournalSchema.prepare(database)
    try checkAgent(agent, database, isNew: isNew)
    let pages = try database.integer("PRAGMA page_count") ?? 0
    // A cap below what is in the file already cannot shrink it at once: eviction frees pages, new records reuse them.
    try database.execute("PRAGMA max_page_count = \(max(pages, limits.databasePages + limits.logPages))")
    if !isNew, let epoch = try presentEpoch(database) {
      return Opened(database: database, epoch: epoch, newEpochReason: nil)
    }
    let reason = damage ?? created
    let epoch = try beginEpoch(reason, database, now)
    return Opened(database: database, epoch: epoch, newEpochReason: reason)
  }

  private static func checkAgent(
    _ agent: String, _ database: SQLiteConnection, isNew: Bool
  ) throws(CrossdockError) {
    if let owner = try database.text("SELECT id FROM agent") {
      guard owner == agent else {
        throw CrossdockError(
          "open the journal", at: database.path, reason: "it belongs to agent \"\(owner)\", this agent is \"\(agent)\"",
          hint: "set agent.id back, or give this agent a data_dir of its own", exitCode: .badConfiguration)
      }
      return
    }
    let insert = try database.prepare("INSERT INTO agent(id) VALUES(?1)")
    insert.bind(agent, at: 1)
    try insert.run()
  }

  static func presentEpoch(_ database: SQLiteConnection) throws(CrossdockError) -> Epoch? {
    let statement = try database.prepare("SELECT counter, high, low FROM epoch ORDER BY counter DESC LIMIT 1")
    guard try statement.step() else { return nil }
    return Epoch(
      counter: UInt32(clamping: statement.integer(0)), high: UInt64(bitPattern: statement.integer(1)),
      low: UInt64(bitPattern: statement.integer(2)))
  }

  private static func beginEpoch(
    _ reason: String, _ database: SQLiteConnection, _ now: ClockReading
  ) throws(CrossdockError) -> Epoch {
    let before = try database.integer("SELECT max(counter) FROM epoch") ?? 0
    let epoch = Epoch(counter: UInt32(clamping: before + 1), high: RandomBytes.word(), low: RandomBytes.word())
    let insert = try database.prepare(
      "INSERT INTO epoch(counter, high, low, began_ns, reason) VALUES(?1, ?2, ?3, ?4, ?5)")
    insert.bind(Int(epoch.counter), at: 1)
    insert.bind(Int64(bitPattern: epoch.high), at: 2)
    insert.bind(Int64(bitPattern: epoch.low), at: 3)
    insert.bind(now.wallNs, at: 4)
    insert.bind(reason, at: 5)
    try insert.run()
    return epoch
  }

  /// Renames the file and its log; the first free number is taken, nothing is overwritten.
  private static func setAside(_ path: String) throws(CrossdockError) -> String {
    var number = 1
    while Files.exists("\(path).damaged-\(number)") { number += 1 }
    let name = "\(path).damaged-\(number)"
    try Files.rename(path, to: name)
    for suffix in ["-wal", "-shm"] where Files.exists(path + suffix) {
      try Files.rename(path + suffix, to: name + suffix)
    }
    return name.split(separator: "/").last.map(String.init) ?? name
  }
}

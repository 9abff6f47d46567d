// Opening `<folder>/journal.db`: settings, schema, agent, epoch. A file that is damaged never blocks the start: it is set
// aside under a name that says so, with its write-ahead log, and what of it can be read and is not confirmed yet goes into a new
// journal with a new epoch. Tombstones say what is missing.
internal import Platform
internal import Records
internal import SQLite

enum JournalOpening {
  static let fileName = "journal.db"
  static let created = "created"
  /// Files up to this size are checked from end to end at each start; larger ones by and by (see Journal+Scrub).
  static let checkedBytes: Int64 = 24 << 20

  struct Opened {
    var database: SQLiteConnection
    var epoch: Epoch
    var newEpochReason: String?
    var tombstones: [Tombstone] = []
    /// Whether the file is checked from end to end.
    var isSmall = true
    /// A salvage that ends when the tombstones are in the file.
    var work: SalvageWork?
  }

  static func open(
    folder: String, agent: String, limits: JournalLimits, now: ClockReading, isThorough: Bool
  ) throws(CrossdockError) -> Opened {
    let path = "\(folder)/\(fileName)"
    if let work = try SalvageWork.unfinished(path) { return try salvage(work, agent: agent, limits: limits, now: now) }
    do throws(CrossdockError) {
      try refuseDamaged(path)
      let wasRepaired = try WriteAheadLog.repair(path + "-wal")
      var opened = try openFile(path, agent: agent, limits: limits)
      opened.isSmall = isThorough || (Files.size(path) ?? 0) <= checkedBytes
      if opened.newEpochReason == nil { try JournalCheck(opened.database).refuseDamage(isThorough: opened.isSmall) }
      if let wasRepaired {
        opened.tombstones.append(Tombstone(stream: "*", first: 0, last: 0, count: 0, reason: wasRepaired))
      }
      if opened.newEpochReason != nil {
        opened.epoch = try beginEpoch(created, after: 0, opened.database, now)
      }
      return opened
    } catch {
      guard error.fault == .damaged else { throw error }
      return try salvage(try SalvageWork.begin(path, reason: error.reason), agent: agent, limits: limits, now: now)
    }
  }

  /// Does what a salvage needs from its first step on, whatever an earlier try has left.
  private static func salvage(
    _ work: SalvageWork, agent: String, limits: JournalLimits, now: ClockReading
  ) throws(CrossdockError) -> Opened {
    try work.setAside()
    Files.remove(markPath(work.path))
    var opened = try openFile(work.path, agent: agent, limits: limits)
    let salvage = try Salvage(from: work.aside, into: opened.database, agent: agent, limits: limits)
    let reason = "damaged journal set aside as \(work.asideName): \(work.reason)"
    opened.epoch = try beginEpoch(reason, after: salvage.epochCounter, opened.database, now)
    opened.newEpochReason = "\(reason); \(salvage.records) records salvaged"
    opened.tombstones = [Tombstone(stream: "*", first: 0, last: 0, count: 0, reason: opened.newEpochReason ?? "")]
    opened.tombstones += salvage.tombstones
    opened.work = work
    return opened
  }

  /// Leaves word for the next start that this file must not be used any more.
  static func markDamaged(_ path: String, reason: String) {
    // Where not even this can be written, the next start meets the damage again and tries again.
    try? Files.replace(markPath(path), with: Array(reason.utf8))
  }

  private static func markPath(_ path: String) -> String { "\(path).damaged" }

  /// What SQLite would not see by itself: a mark, and a last page that is cut off, which it reads as if zeros followed.
  /// While there is a write-ahead log, the database may end anywhere: the log completes it.
  private static func refuseDamaged(_ path: String) throws(CrossdockError) {
    guard let size = Files.size(path) else { return }
    var reason: String?
    if let mark = try? Files.read(markPath(path), limit: 4096) {
      reason = String(decoding: mark, as: UTF8.self)
    } else if Files.size(path + "-wal") ?? 0 == 0, isCreationCutShort(path, size: size) {
      // What a power cut has left of the first page; nothing was ever in it.
      Files.remove(path)
    } else if size % JournalLimits.pageBytes != 0, Files.size(path + "-wal") ?? 0 == 0 {
      reason = "\(size) bytes are no whole pages: the file was cut off"
    } else if size == 0, Files.size(path + "-wal") ?? 0 == 0 {
      return
    }
    guard let reason else { return }
    throw damaged(path, reason)
  }

  /// Whether this is the part of a first page that reached the disk when the file was made: SQLite writes it, as a database of one
  /// page without a schema, before it begins the log. Of a journal that was cut off later the header counts more pages.
  private static func isCreationCutShort(_ path: String, size: Int64) -> Bool {
    guard (1..<JournalLimits.pageBytes).contains(size), let bytes = try? Files.read(path, limit: Int(size)) else {
      return false
    }
    // SQLite's file format, 1.3: the name of the format, and in bytes 28 to 31 the size in pages, big-endian.
    let format = Array("SQLite format 3\0".utf8)
    guard bytes.prefix(format.count).elementsEqual(format.prefix(bytes.count)) else { return false }
    let pages = bytes.dropFirst(28).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return bytes.count < 32 || pages <= 1
  }

  static func damaged(_ path: String, _ reason: String) -> CrossdockError {
    var error = CrossdockError("open the journal", at: path, reason: reason, exitCode: .badInput)
    error.fault = .damaged
    return error
  }

  /// `newEpochReason` is "created" when the file was empty; the epoch is then a placeholder that the caller replaces.
  static func openFile(
    _ path: String, agent: String, limits: JournalLimits
  ) throws(CrossdockError) -> Opened {
    let hadLog = Files.size(path + "-wal") ?? 0 > 0
    let database = try SQLiteConnection(path: path, mode: .createReadWrite)
    database.setBusyTimeout(ms: 5000)
    let isNew = try JournalSchema.recognise(database)
    // The page size must come first: it holds only for a file that is still empty.
    try database.execute("PRAGMA page_size = \(JournalLimits.pageBytes)")
    try database.execute("PRAGMA journal_mode = WAL")
    try database.execute("PRAGMA synchronous = FULL")
    try database.execute("PRAGMA wal_autocheckpoint = 0")
    try database.execute("PRAGMA journal_size_limit = \(limits.logPages * JournalLimits.pageBytes)")
    try database.execute("PRAGMA cache_size = -768")
    try database.execute("PRAGMA temp_store = MEMORY")
    // Debian builds SQLite so that deleted bytes are overwritten: that would write every page once more.
    try database.execute("PRAGMA secure_delete = OFF")
    database.countLogPages()
    if isNew { try JournalSchema.create(database) }
    try checkAgent(agent, database)
    let pages = try database.integer("PRAGMA page_count") ?? 0
    // A cap below what is in the file already cannot shrink it at once: eviction frees pages, new records reuse them.
    try database.execute("PRAGMA max_page_count = \(max(pages, limits.databasePages + limits.logPages))")
    // What SQLite takes up from a log may never have reached the disk: a process that was killed before its sync, or whose sync
    // failed, leaves it in the system's cache, where a power cut would take it back after central has seen it. Moved into the
    // database, with its sync, it is durable; and a commit begins the log anew, so that a part of the old one, which is all that
    // the disk may have of it, is never taken up on top of that.
    if !isNew, hadLog {
      try database.checkpointPassively()
      let version = try database.integer("PRAGMA user_version") ?? 0
      // The same as before: an UPDATE that changes nothing would write nothing.
      try database.execute("PRAGMA user_version = \(version)")
    }
    if !isNew, let epoch = try presentEpoch(database) {
      return Opened(database: database, epoch: epoch, newEpochReason: nil)
    }
    return Opened(database: database, epoch: Epoch(counter: 0, high: 0, low: 0), newEpochReason: created)
  }

  private static func checkAgent(_ agent: String, _ database: SQLiteConnection) throws(CrossdockError) {
    if let owner = try owner(database) {
      guard owner == agent else {
        throw CrossdockError(
          "open the journal", at: database.path, reason: "it belongs to agent \"\(owner)\", this agent is \"\(agent)\"",
          hint: "set agent.id back, or give this agent a data_dir of its own", exitCode: .badConfiguration)
      }
      return
    }
    let insert = try database.prepare("INSERT INTO agent(id, crc) VALUES(?1, ?2)")
    insert.bind(agent, at: 1)
    insert.bind(JournalSchema.crc(agent), at: 2)
    try insert.run()
  }

  /// The agent to which the journal belongs; nil in a new file.
  /// - Throws: `.damaged` when the id is not what was written.
  static func owner(_ database: SQLiteConnection) throws(CrossdockError) -> String? {
    let statement = try database.prepare("SELECT id, crc FROM agent")
    guard try statement.step() else { return nil }
    let id = statement.text(0)
    guard JournalSchema.crc(id) == statement.integer(1) else {
      throw damaged(database.path, "its agent's id is damaged")
    }
    return id
  }

  static func presentEpoch(_ database: SQLiteConnection) throws(CrossdockError) -> Epoch? {
    let statement = try database.prepare("SELECT counter, high, low, crc FROM epoch ORDER BY counter DESC LIMIT 1")
    guard try statement.step() else { return nil }
    let epoch = Epoch(
      counter: UInt32(clamping: statement.integer(0)), high: UInt64(bitPattern: statement.integer(1)),
      low: UInt64(bitPattern: statement.integer(2)))
    guard JournalSchema.crc(epoch.description) == statement.integer(3) else {
      throw damaged(database.path, "its epoch is damaged")
    }
    return epoch
  }

  static func beginEpoch(
    _ reason: String, after counter: UInt32, _ database: SQLiteConnection, _ now: ClockReading
  ) throws(CrossdockError) -> Epoch {
    let epoch = Epoch(counter: counter &+ 1, high: RandomBytes.word(), low: RandomBytes.word())
    let insert = try database.prepare(
      "INSERT INTO epoch(counter, high, low, began_ns, reason, crc) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
    insert.bind(Int(epoch.counter), at: 1)
    insert.bind(Int64(bitPattern: epoch.high), at: 2)
    insert.bind(Int64(bitPattern: epoch.low), at: 3)
    insert.bind(now.wallNs, at: 4)
    insert.bind(reason, at: 5)
    insert.bind(JournalSchema.crc(epoch.description), at: 6)
    try insert.run()
    return epoch
  }
}

internal import Platform
internal import Records
internal import SQLite

/// Whether a journal's file is what the invariants of JournalSchema.swift say.
struct JournalCheck {
  private let database: SQLiteConnection
  /// SQLITE_CORRUPT
  private static let corrupt = 11

  init(_ database: SQLiteConnection) {
    self.database = database
  }

  /// - Throws: damaged, with the first thing that is not as it should be. What can be cut out by itself (a segment's block) is not
  ///   looked at unless thorough.
  func refuseDamage(isThorough: Bool) throws(CrossdockError) {
    if isThorough, let problem = try database.text("PRAGMA quick_check(1)"), problem != "ok" {
      // SQLite lists a page that cannot be read among the damaged ones: that is the disk's fault, and may pass.
      // Of a page of a list it says only that it failed to get it: pages that cannot be are told before.
      let code = problem.split(separator: "=").last.flatMap { Int($0) }
      if problem.contains("failed to get page")
        || problem.contains("unable to get the page") && code.map({ $0 & 0xFF != Self.corrupt }) == true
      {
        // A sector that is gone for good: what lies on the others is salvaged.
        guard Files.isReadable(database.path) else { throw JournalOpening.damaged(database.path, problem) }
        throw CrossdockError(
          "open the journal", at: database.path, reason: problem, hint: "check the disk and the kernel log (dmesg)",
          isRetryable: true, exitCode: .cannotWrite)
      }
      throw JournalOpening.damaged(database.path, problem)
    }
    try checkLog()
    for stream in try StreamTable.read(database) { try checkSegments(of: stream) }
  }

  /// Every row of `log`: its block, its meta, and that its records follow those before.
  private func checkLog() throws(CrossdockError) {
    var ends: [Int64: UInt64] = [:]
    for stream in try StreamTable.read(database) { ends[stream.id] = stream.packedThrough }
    let rows = try database.prepare("SELECT id, stream, first, last, meta, block FROM log ORDER BY id")
    while try rows.step() {
      let (id, stream) = (rows.integer(0), rows.integer(1))
      if !rows.isNull(4), CommitMeta(rows.bytes(4)) == nil {
        throw JournalOpening.damaged(database.path, "the meta of commit \(id) is damaged")
      }
      guard stream != 0 else { continue }
      let (first, last) = (UInt64(clamping: rows.integer(2)), UInt64(clamping: rows.integer(3)))
      guard let end = ends[stream], end + 1 == first,
        BlockCodec.isIntact(rows.bytes(5), stream: stream, first: first, last: last)
      else { throw JournalOpening.damaged(database.path, "commit \(id) is damaged") }
      ends[stream] = last
    }
  }

  /// The ranges of a stream's segments, without their blocks.
  private func checkSegments(of stream: StreamSlot) throws(CrossdockError) {
    let rows = try database.prepare("SELECT key, last FROM segment WHERE key >= ?1 AND key < ?2 ORDER BY key")
    rows.bind(JournalSchema.key(stream.id, 0), at: 1)
    rows.bind(JournalSchema.key(stream.id + 1, 0), at: 2)
    var end = stream.evictedThrough
    var missing: UInt64 = 0
    while try rows.step() {
      let (first, last) = (JournalSchema.sequence(ofKey: rows.integer(0)), UInt64(clamping: rows.integer(1)))
      guard first > end, last >= first else {
        throw JournalOpening.damaged(database.path, "segments of \(stream.definition.name) overlap at \(first)")
      }
      missing += first - end - 1
      end = last
    }
    missing += stream.packedThrough >= end ? stream.packedThrough - end : 1
    guard stream.packedThrough >= end, missing <= stream.missing else {
      throw JournalOpening.damaged(
        database.path,
        "segments of \(stream.definition.name) are missing: \(missing) records, \(stream.missing) are known")
    }
  }
}

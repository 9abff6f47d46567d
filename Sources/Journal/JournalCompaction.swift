// Everything packed, and the file made as short as its contents: for a journal that is put away or copied. The new file is written
// beside the old one and renamed over it, so that a power cut leaves the one or the other.
internal import Platform
package import Records
internal import SQLite

package struct JournalCompaction: Sendable {
  package let bytesBefore: Int64
  package private(set) var bytesAfter: Int64 = 0
  package private(set) var recordsPacked: UInt64 = 0
  /// Why the file did not become shorter; nil: it did.
  package private(set) var skipped: String?

  /// - Throws: damaged, when the journal is: it is for `repair`.
  package init(folder: String, limits: JournalLimits, now: ClockReading) throws(CrossdockError) {
    let path = "\(folder)/\(JournalOpening.fileName)"
    bytesBefore = Self.bytes(path)
    let before = try JournalInspection(JournalFile(path: path))
    recordsPacked = before.hotRecords
    try Self.refuseDamage(path)
    do {
      let journal = try Journal(
        folder: folder, agent: before.agent, streams: [], feeds: before.feeds.map(\.name), limits: limits, now: now)
      try journal.packAll(now: now)
      skipped = try Self.rewrite(journal.database, path)
    }
    // The journal is closed now, and with it the log moved and removed.
    if skipped == nil {
      for suffix in ["-wal", "-shm"] { Files.remove(path + suffix) }
      try Files.rename(Self.temporary(path), to: path)
    }
    bytesAfter = Self.bytes(path)
  }

  private static func temporary(_ path: String) -> String { "\(path).compact" }

  private static func bytes(_ path: String) -> Int64 {
    ["", "-wal"].reduce(0) { $0 + (Files.size(path + $1) ?? 0) }
  }

  /// The start would salvage: that is for the operator to decide.
  private static func refuseDamage(_ path: String) throws(CrossdockError) {
    let verification = try JournalVerification(path: path)
    guard let problem = verification.problems.first else { return }
    throw CrossdockError(
      "compact the journal", at: path, reason: "it is damaged: \(problem.line)",
      hint: "`crossdock journal repair` first", exitCode: .badInput)
  }

  /// Returns why it was not done.
  private static func rewrite(_ database: SQLiteConnection, _ path: String) throws(CrossdockError) -> String? {
    let pages = try database.integer("PRAGMA page_count") ?? 0
    let free = try database.integer("PRAGMA freelist_count") ?? 0
    let needed = (pages - free + 16) * JournalLimits.pageBytes
    let available = Files.freeBytes(at: Files.folder(of: path)) ?? 0
    guard available > needed else { return "the shorter file needs \(needed) bytes of disk, \(available) are free" }
    guard try database.checkpointAll() else { return "another program reads the file" }
    Files.remove(temporary(path))
    let into = try database.prepare("VACUUM INTO ?1")
    into.bind(temporary(path), at: 1)
    do throws(CrossdockError) {
      try into.run()
      try check(temporary(path))
      try Files.sync(temporary(path))
    } catch {
      Files.remove(temporary(path))
      throw error
    }
    return nil
  }

  private static func check(_ path: String) throws(CrossdockError) {
    let copy = try SQLiteConnection(path: path, mode: .readOnly)
    let found = try copy.text("PRAGMA quick_check(1)") ?? ""
    guard found == "ok" else { throw JournalOpening.damaged(path, found) }
  }
}

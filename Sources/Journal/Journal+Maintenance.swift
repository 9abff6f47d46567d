// What the writer does between commits, when acknowledgements have left: pack, keep to the retention rules, move the write-ahead
// log, look for damage. Each call does a little of what is due, so that the next batch does not wait long.
//
// Ages are of the monotonic clock within a boot; across boots the wall clock counts only where it was disciplined at both ends.
// A record whose age cannot be known does not expire: the caps bound it.
package import Records
internal import SQLite

extension Journal {
  /// Whether a call of `maintain` has something to do. Cheap: asked after each commit.
  package func needsMaintenance(now: ClockReading) -> Bool {
    database.logPages >= limits.logPages
      || (maintenance.logBytes >= limits.packAtBytes && now.monotonicMs >= maintenance.pausedUntilMs)
      || now.monotonicMs >= maintenance.retentionDueMs || now.monotonicMs >= maintenance.scrubDueMs
      || !maintenance.suspects.isEmpty
  }

  /// Does a part of what is due.
  /// - Throws: only when the file is damaged beyond what can be cut out. A full disk makes it try again later.
  package func maintain(now: ClockReading) throws(CrossdockError) {
    do throws(CrossdockError) {
      guard try isLogBounded(waitMs: 0) else { return }
      if maintenance.logBytes >= limits.packAtBytes, now.monotonicMs >= maintenance.pausedUntilMs {
        try packOldest(now: now)
      }
      if now.monotonicMs >= maintenance.retentionDueMs {
        maintenance.retentionDueMs = now.monotonicMs + Self.retentionIntervalMs
        try keepToRules(now: now)
      }
      try scrub(now: now)
      if database.logPages >= limits.logPages { try database.checkpointPassively() }
    } catch {
      adoptSequences()
      guard error.fault != .damaged else { throw error }
      maintenance.pausedUntilMs = now.monotonicMs + Self.pauseMs
    }
    adoptSequences()
  }

  /// A reader met damage in a stream, in what comes after a sequence: the next `maintain` looks at it.
  package func suspect(stream: String, after sequence: UInt64) {
    guard streams.index(named: stream) != nil else { return }
    maintenance.suspects[stream] = min(sequence, maintenance.suspects[stream] ?? .max)
  }

  /// Packs everything and moves the write-ahead log: for a journal that is put away.
  package func packAll(now: ClockReading) throws(CrossdockError) {
    try changing { () throws(CrossdockError) in try packEverything(now: now) }
    adoptSequences()
    try database.checkpointPassively()
  }

  static var retentionIntervalMs: Int64 { 1000 }
  static var pauseMs: Int64 { 5000 }

  /// How long a commit waits for a reader that is in the way of a full write-ahead log.
  static var readerWaitMs: Int32 { 100 }

  /// Whether the write-ahead log may take another transaction. A log that was moved as a whole still grows while a reader looks
  /// at it: beyond the bound it must begin anew.
  private func isLogBounded(waitMs: Int32) throws(CrossdockError) -> Bool {
    let pages = database.logPages
    guard pages >= limits.logPages * 3 / 2 else { return true }
    try database.checkpointPassively()
    guard pages >= 2 * limits.logPages else { return true }
    return try database.restartLog(waitMs: waitMs)
  }

  /// Neither `log` nor the write-ahead log may outgrow its part of the cap, also when nobody calls `maintain`.
  func boundLogs(now: ClockReading) throws(CrossdockError) {
    while maintenance.logBytes >= 3 * limits.packAtBytes { try packOldest(now: now) }
    guard try !isLogBounded(waitMs: Self.readerWaitMs) else { return }
    var error = CrossdockError(
      "commit to the journal", at: path, reason: "its write-ahead log is full: a reader holds on to an old state",
      hint: "end the program that reads the file for so long", isRetryable: true, exitCode: .cannotWrite)
    error.fault = .busy
    throw error
  }
}

extension ClockReading {
  var monotonicMs: Int64 { monotonicNs / 1_000_000 }
}

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

  /// Neither `log` nor the write-ahead log may outgrow its part of the cap, also when nobody calls `maintain`.
  func boundLogs(now: ClockReading) throws(CrossdockError) {
    while maintenance.logBytes >= 3 * limits.packAtBytes { try packOldest(now: now) }
    guard database.logPages >= limits.logPages * 3 / 2 else { return }
    try database.checkpointPassively()
    guard database.logPages >= 2 * limits.logPages else { return }
    var error = CrossdockError(
      "commit to the journal", at: path, reason: "its write-ahead log is full: a reader holds on to an old state",
      hint: "end the program that reads the file for so long", isRetryable: true, exitCode: .cannotWrite)
    error.fault = .busy
    throw error
  }

  // MARK: rules

  private func keepToRules(now: ClockReading) throws(CrossdockError) {
    let isLimited = streams.slots.contains {
      $0.definition.retention.maxBytes != nil || $0.definition.retention.maxAgeMs != nil
    }
    if isLimited || !limits.classMaxBytes.isEmpty {
      try changing { () throws(CrossdockError) in
        var gone: [Int: Going] = [:]
        try packWhatIsBeyond(now: now)
        for index in streams.slots.indices {
          try expire(index, now: now, &gone)
          try shrink(
            [index], to: streams.slots[index].definition.retention.maxBytes, reason: "stream_full", now: now, &gone)
        }
        for (streamClass, bound) in limits.classMaxBytes {
          let members = streams.slots.indices.filter { streams.slots[$0].definition.streamClass == streamClass }
          try shrink(members, to: bound, reason: "class_full", now: now, &gone)
        }
        for tombstone in try tombstones(gone) { try appendTombstone(tombstone, at: now) }
      }
    }
    try updateRejection(now: now)
  }

  /// Only segments can go: rows of `log` that a rule concerns are packed first.
  private func packWhatIsBeyond(now: ClockReading) throws(CrossdockError) {
    let isBeyond = streams.slots.contains { slot in
      guard slot.logBytes > 0, let bound = slot.definition.retention.maxBytes else { return false }
      return slot.storedBytes > bound && slot.packedBytes < slot.logBytes
    }
    let youngest = streams.slots.compactMap(\.definition.retention.maxAgeMs).min()
    var isOld = false
    if let since = maintenance.logSinceMs, let youngest { isOld = now.monotonicMs - max(since, 0) > youngest / 2 }
    if isBeyond || isOld { try packEverything(now: now) }
  }

  private func shrink(
    _ members: [Int], to bound: Int64?, reason: String, now: ClockReading, _ gone: inout [Int: Going]
  ) throws(CrossdockError) {
    guard let bound else { return }
    func stored() -> Int64 { members.reduce(0) { $0 + streams.slots[$1].storedBytes } }
    guard stored() > bound else { return }
    while stored() > bound - bound / 16, let victim = try victim(among: members) {
      try evictOldest(of: victim, reason: reason, now: now, &gone)
    }
  }

  private func expire(_ index: Int, now: ClockReading, _ gone: inout [Int: Going]) throws(CrossdockError) {
    guard let maxAgeMs = streams.slots[index].definition.retention.maxAgeMs else { return }
    while let segment = try oldestSegment(of: index), try mayGo(segment, of: index),
      let age = try ageMs(of: segment, in: index, now: now), age > maxAgeMs
    {
      try evictOldest(of: index, reason: "expired", now: now, &gone)
    }
  }

  /// The least age of a segment's records; nil when it cannot be known.
  private func ageMs(of segment: SegmentRow, in index: Int, now: ClockReading) throws(CrossdockError) -> Int64? {
    let find = statements.oldestSegment
    find.bind(segment.key, at: 1)
    find.bind(segment.key + 1, at: 2)
    defer { find.reset() }
    guard try find.step() else { return nil }
    var age: Int64? = .max
    let boot = boot
    let isIntact = try codec.decode(
      find.bytes(4), stream: streams.slots[index].id, first: segment.first, last: segment.last
    ) { record throws(CrossdockError) in
      let isTimed = now.isSynchronised && record.flags & RecordFlags.clockUnsynchronised.rawValue == 0
      if record.boot == boot {
        age = age.map { min($0, (now.monotonicNs - record.monotonicNs) / 1_000_000) }
      } else if isTimed {
        age = age.map { min($0, (now.wallNs - record.ingestTimeNs) / 1_000_000) }
      } else {
        age = nil
      }
      return age != nil
    }
    return isIntact ? age : nil
  }

  // MARK: rejection

  /// A stream that rejects and is full, or a full journal in which nothing may go, ends reading, until there is room again. A
  /// sixteenth lies between the two, so that it does not flutter.
  private func updateRejection(now: ClockReading) throws(CrossdockError) {
    var reason: String?
    for slot in streams.slots where slot.definition.retention.whenFull == .reject {
      guard let bound = slot.definition.retention.maxBytes else { continue }
      if slot.storedBytes > (rejectReason == nil ? bound : bound - bound / 16) {
        reason = "the stream \"\(slot.definition.name)\" is full and rejects: \(slot.storedBytes) of \(bound) bytes"
      }
    }
    let pages = limits.rejectPages - (rejectReason == nil ? 0 : limits.databasePages / 16)
    if reason == nil, streams.slots.contains(where: { $0.definition.retention.whenFull == .reject && $0.records > 0 }),
      try pagesInUse() > pages
    {
      try changing { () throws(CrossdockError) in try freeConfirmed(toPages: pages, now: now) }
      if try pagesInUse() > pages, try victim(among: streams.slots.indices.filter { $0 != tombstoneStream }) == nil {
        reason = "the journal is full, and what is in it may not go before an uplink has confirmed it"
      }
    }
    rejectReason = reason
  }

  /// Before anything is rejected, what every uplink has goes.
  private func freeConfirmed(toPages pages: Int64, now: ClockReading) throws(CrossdockError) {
    try packEverything(now: now)
    var gone: [Int: Going] = [:]
    while try pagesInUse() > pages {
      let rejecting = streams.slots.indices.filter { streams.slots[$0].definition.retention.whenFull == .reject }
      guard let victim = try victim(among: rejecting) else { break }
      try evictOldest(of: victim, reason: "journal_full", now: now, &gone)
    }
    for tombstone in try tombstones(gone) { try appendTombstone(tombstone, at: now) }
  }
}

extension ClockReading {
  var monotonicMs: Int64 { monotonicNs / 1_000_000 }
}

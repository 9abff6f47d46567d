// The rules of retention: what streams and classes may take, how old records get, and when nothing more is read.
//
//   drop-oldest   beyond the bound the oldest segments go, down to a sixteenth below it
//   thin          the same, and `_thinned` gets what stands for them
//   reject        only what every uplink has confirmed goes; beyond the bound nothing is read until a sixteenth is free again
//
// Only segments go: rows of `log` that a rule concerns are packed first. A call evicts some segments; more is done by the next.
internal import Records
internal import SQLite

extension Journal {
  func keepToRules(now: ClockReading) throws(CrossdockError) {
    let ages = streams.slots.compactMap(\.definition.retention.maxAgeMs)
    if hasRules || !ages.isEmpty {
      var isMoreDue = false
      try changing { () throws(CrossdockError) in
        var gone = Going()
        try packWhatIsBeyond(youngestMs: ages.min(), now: now)
        for index in streams.slots.indices {
          try expire(index, now: now, &gone)
          try shrink(
            [index], to: streams.slots[index].definition.retention.maxBytes, reason: "stream_full", now: now, &gone)
        }
        for (streamClass, bound) in limits.classMaxBytes {
          try shrink(members(of: streamClass), to: bound, reason: "class_full", now: now, &gone)
        }
        isMoreDue = gone.segments >= Self.maxSegmentsAtOnce
        for tombstone in try tombstones(gone) { try appendTombstone(tombstone, at: now) }
      }
      if isMoreDue { maintenance.retentionDueMs = now.monotonicMs }
    }
    try updateRejection(now: now)
  }

  /// Whether a rule has something to do before its next look: asked after each commit.
  var isBeyondARule: Bool {
    var classBytes: [StreamClass: Int64] = [:]
    for slot in streams.slots {
      if let bound = slot.definition.retention.maxBytes, slot.storedBytes > bound { return true }
      if !limits.classMaxBytes.isEmpty { classBytes[slot.definition.streamClass, default: 0] += slot.storedBytes }
    }
    if limits.classMaxBytes.contains(where: { classBytes[$0.key, default: 0] > $0.value }) { return true }
    return isAnyRejecting && ((try? pagesInUse()) ?? 0) > limits.rejectPages
  }

  private var isAnyRejecting: Bool { streams.slots.contains { $0.definition.retention.whenFull == .reject } }

  private func members(of streamClass: StreamClass) -> [Int] {
    streams.slots.indices.filter { streams.slots[$0].definition.streamClass == streamClass }
  }

  private func storedBytes(of members: [Int]) -> Int64 { members.reduce(0) { $0 + streams.slots[$1].storedBytes } }

  private func packedBytes(of members: [Int]) -> Int64 { members.reduce(0) { $0 + streams.slots[$1].packedBytes } }

  /// What a bound is shrunk to.
  private func low(_ bound: Int64) -> Int64 { bound - bound / 16 }

  private func packWhatIsBeyond(youngestMs: Int64?, now: ClockReading) throws(CrossdockError) {
    func isBeyond(_ members: [Int], _ bound: Int64?) -> Bool {
      guard let bound else { return false }
      let (stored, packed) = (storedBytes(of: members), packedBytes(of: members))
      return stored > bound && packed < stored - packed
    }
    let isFull =
      streams.slots.indices.contains { isBeyond([$0], streams.slots[$0].definition.retention.maxBytes) }
      || limits.classMaxBytes.contains { isBeyond(members(of: $0.key), $0.value) }
    var isOld = false
    if let since = maintenance.logSinceMs, let youngestMs { isOld = now.monotonicMs - max(since, 0) > youngestMs / 2 }
    if isFull || isOld { try packEverything(now: now) }
  }

  private func shrink(
    _ members: [Int], to bound: Int64?, reason: String, now: ClockReading, _ gone: inout Going
  ) throws(CrossdockError) {
    guard let bound else { return }
    // While nothing is read, what was confirmed meanwhile makes room, also when that is less than a sixteenth at a time.
    let isRejecting =
      rejectReason != nil && members.contains { streams.slots[$0].definition.retention.whenFull == .reject }
    guard storedBytes(of: members) > (isRejecting ? low(bound) : bound) else { return }
    while storedBytes(of: members) > low(bound), gone.segments < Self.maxSegmentsAtOnce,
      let victim = try victim(among: members)
    {
      try evictOldest(of: victim, reason: reason, now: now, &gone)
    }
  }

  // MARK: age

  /// How long the age of a stream's oldest segment is left alone at most.
  private static var expiryLookMs: Int64 { 60_000 }

  private func expire(_ index: Int, now: ClockReading, _ gone: inout Going) throws(CrossdockError) {
    guard let maxAgeMs = streams.slots[index].definition.retention.maxAgeMs,
      now.monotonicMs >= maintenance.expiryDueMs[index, default: .min]
    else { return }
    while gone.segments < Self.maxSegmentsAtOnce, let segment = try oldestSegment(of: index),
      try mayGo(segment, of: index)
    {
      let age = try ageMs(of: segment, in: index, now: now)
      guard let age, age > maxAgeMs else {
        maintenance.expiryDueMs[index] = now.monotonicMs + min(Self.expiryLookMs, maxAgeMs - min(age ?? 0, maxAgeMs))
        return
      }
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
        age = age.map { min($0, (now.monotonicNs &- record.monotonicNs) / 1_000_000) }
      } else if isTimed {
        age = age.map { min($0, (now.wallNs &- record.ingestTimeNs) / 1_000_000) }
      } else {
        age = nil
      }
      return age != nil
    }
    return isIntact ? age : nil
  }

  // MARK: rejection

  /// A stream or class that rejects and is full, or a full journal in which nothing may go, ends reading, until there is room
  /// again. A sixteenth lies between the two, so that it does not flutter.
  private func updateRejection(now: ClockReading) throws(CrossdockError) {
    guard isAnyRejecting else {
      rejectReason = nil
      return
    }
    let wasRejecting = rejectReason != nil
    rejectReason = try fullRule()
    if rejectReason == nil { rejectReason = try fullJournal(now: now, wasRejecting: wasRejecting) }
  }

  private func fullRule() throws(CrossdockError) -> String? {
    func isFull(_ members: [Int], _ bound: Int64) -> Bool {
      storedBytes(of: members) > (rejectReason == nil ? bound : low(bound))
    }
    for (index, slot) in streams.slots.enumerated() where slot.definition.retention.whenFull == .reject {
      guard let bound = slot.definition.retention.maxBytes, isFull([index], bound) else { continue }
      return "the stream \"\(slot.definition.name)\" is full and rejects: \(slot.storedBytes) of \(bound) bytes"
    }
    for (streamClass, bound) in limits.classMaxBytes {
      let members = members(of: streamClass)
      guard members.contains(where: { streams.slots[$0].definition.retention.whenFull == .reject }),
        isFull(members, bound),
        try victim(among: members) == nil
      else { continue }
      return "the class \"\(streamClass.name)\" is full and rejects: \(storedBytes(of: members)) of \(bound) bytes"
    }
    return nil
  }

  private func fullJournal(now: ClockReading, wasRejecting: Bool) throws(CrossdockError) -> String? {
    let pages = limits.rejectPages - (wasRejecting ? limits.databasePages / 16 : 0)
    guard try pagesInUse() > pages else { return nil }
    // While there is enough that may go, each commit makes its own room, in the order of classes.
    let others = streams.slots.indices.filter {
      $0 != tombstoneStream && streams.slots[$0].definition.retention.whenFull != .reject
    }
    guard storedBytes(of: others) < 2 * Int64(limits.maxTransactionBytes) else { return nil }
    try changing { () throws(CrossdockError) in try free(toPages: pages, now: now) }
    guard try pagesInUse() > pages else { return nil }
    return "the journal is full, and what is in it may not go before an uplink has confirmed it"
  }

  /// Before anything is rejected, what may go goes.
  private func free(toPages pages: Int64, now: ClockReading) throws(CrossdockError) {
    try packEverything(now: now)
    var gone = Going()
    let all = streams.slots.indices.filter { $0 != tombstoneStream }
    while try pagesInUse() > pages, let victim = try victim(among: all) {
      try evictOldest(of: victim, reason: "journal_full", now: now, &gone)
    }
    for tombstone in try tombstones(gone) { try appendTombstone(tombstone, at: now) }
  }
}

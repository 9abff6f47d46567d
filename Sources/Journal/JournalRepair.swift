// What the agent's start does with a damaged journal, done when an operator says so, and looked at before and after. A sound journal is
// not changed.
internal import Platform
package import Records

package struct JournalRepair: Sendable {
  /// What was wrong; nothing: nothing was done.
  package let found: JournalVerification
  /// The journal after the repair.
  package private(set) var result: JournalVerification
  package private(set) var epoch: Epoch?
  /// Where the damaged file went and why; nil when damaged blocks were cut out of it, or nothing was done.
  package private(set) var newEpochReason: String?
  package private(set) var aside: String?
  /// What the repair wrote into `_tombstones`.
  package private(set) var missing: [StoredRecord] = []

  package var wasSound: Bool { found.isSound }

  /// - Parameter agent: the agent's id; nil: as the file says.
  /// - Throws: with exit code 64 when the file does not say whose it is.
  package init(
    folder: String, agent: String?, limits: JournalLimits, now: ClockReading
  ) throws(CrossdockError) {
    let path = "\(folder)/\(JournalOpening.fileName)"
    found = try JournalVerification(path: path)
    result = found
    guard !found.isSound else { return }
    let owner: String
    if let agent { owner = agent } else { owner = try Self.owner(of: path) }
    try mend(folder, owner, limits, now)
    result = try JournalVerification(path: path)
    if !result.isSound {
      // What the start does not look for: everything that can be read goes into a new file.
      Journal.markDamaged(path, reason: result.problems.first?.line ?? "damaged")
      try mend(folder, owner, limits, now)
      result = try JournalVerification(path: path)
    }
  }

  private static func owner(of path: String) throws(CrossdockError) -> String {
    let owner = (try? JournalFile(path: path))?.agent ?? ""
    guard owner.isEmpty else { return owner }
    throw CrossdockError(
      "repair the journal", at: path, reason: "it does not say whose it is",
      hint: "say so: --agent ID, or --config FILE",
      exitCode: .wrongUsage)
  }

  private mutating func mend(
    _ folder: String, _ agent: String, _ limits: JournalLimits, _ now: ClockReading
  ) throws(CrossdockError) {
    do throws(CrossdockError) {
      try open(folder, agent, limits, now)
    } catch {
      guard error.fault == .damaged else { throw error }
      Journal.markDamaged("\(folder)/\(JournalOpening.fileName)", reason: error.reason)
      try open(folder, agent, limits, now)
    }
  }

  private mutating func open(
    _ folder: String, _ agent: String, _ limits: JournalLimits, _ now: ClockReading
  ) throws(CrossdockError) {
    let feeds = try Self.feeds(of: "\(folder)/\(JournalOpening.fileName)")
    let journal = try Journal(
      folder: folder, agent: agent, streams: [], feeds: feeds, limits: limits, now: now, isThorough: true)
    // Rows of `log` are verified when they are packed.
    try journal.packAll(now: now)
    epoch = journal.epoch
    if let reason = journal.newEpochReason { newEpochReason = reason }
    let tombstones = StreamDefinition.tombstones.name
    var after: UInt64 = 0
    var all: [StoredRecord] = []
    let reader = try JournalReader(path: journal.path)
    while true {
      let page = try reader.read(stream: tombstones, after: after, maxRecords: 1000, maxBytes: 1 << 20)
      guard let last = page.last else { break }
      all += page.filter { $0.ingestTimeNs == now.wallNs }
      after = last.sequence
    }
    missing = all
    if newEpochReason != nil { aside = Self.newestAside(journal.path) }
  }

  /// So that their counters are looked at too.
  private static func feeds(of path: String) throws(CrossdockError) -> [String] {
    guard let file = try? JournalFile(path: path) else { return [] }
    return ((try? FeedTable.read(file.database)) ?? []).map(\.name)
  }

  private static func newestAside(_ path: String) -> String? {
    var number = 0
    while Files.exists("\(path).damaged-\(number + 1)") { number += 1 }
    return number == 0 ? nil : "\(path).damaged-\(number)"
  }
}

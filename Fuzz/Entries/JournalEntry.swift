import Glibc
import Journal
import Platform
import Records

/// Damage to the files of a journal, then a start: a damaged file never blocks it.
///
/// Byte 0, bit 0: the write-ahead log is there too; bit 1: what follows is the database file itself; bit 2: three bytes say
/// where the database is cut off. Then edits: four bytes for the place (the highest bit: in the log), one for the length (1 to
/// 16), and the bytes. The journal that is damaged is made when the process starts, in the format of this build.
enum JournalEntry {
  private static let streams = [
    StreamDefinition(name: "t", streamClass: .telemetry, columns: ["v"]),
    StreamDefinition(name: "scans", streamClass: .scan),
  ]
  private static let now = ClockReading(
    wallNs: 1_800_000_000_000_000_000, monotonicNs: 5_000_000_000, isSynchronised: true)
  /// In memory where the system has such a folder: a start syncs a few times.
  private static let folder: String = {
    let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    return "\(parent)/crossdock-fuzz-\(getpid())"
  }()
  private static let whole = JournalImage.make(
    in: folder, open: { (folder) throws(CrossdockError) in try open(folder) })

  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    var image = whole
    if choice & 1 == 0 { image.log = [] }
    if choice & 2 != 0 {
      image.database = Array(input.rest)
    } else {
      if choice & 4 != 0 { image.database = Array(image.database.prefix(Int(input.number(bytes: 3)))) }
      image.edit(&input)
    }
    image.write(to: folder)
    defer { ScratchFolder.remove(folder) }
    return try start()
  }

  /// The first start may find damage only when it is under way: then the next one must begin anew.
  private static func start() throws(FuzzFinding) -> Int {
    for attempt in 0..<2 {
      do throws(CrossdockError) {
        let journal = try open(folder)
        return try use(journal)
      } catch {
        guard error.fault == .damaged else { return 1 }
        try require(attempt == 0, "the second start fails too: \(error)")
        Journal.markDamaged("\(folder)/journal.db", reason: error.reason)
      }
    }
    return 2
  }

  private static func open(_ folder: String) throws(CrossdockError) -> Journal {
    try Journal(
      folder: folder, agent: "a", streams: streams, feeds: ["f", "g"], limits: JournalLimits(maxBytes: 1 << 20),
      now: now)
  }

  /// What an engine does when it starts, and one batch.
  private static func use(_ journal: Journal) throws(CrossdockError) -> Int {
    var answer = try journal.deliveries(of: "floor").count + journal.recentKeys(ofFeed: 0).count
    answer += try journal.pendingReplies(after: 0, limit: 10).count
    answer += try journal.checkpoint(of: "m")?.state.count ?? 0
    answer += try journal.records(of: [0, 1], arrivedAfter: 0, limit: 10).count
    try JournalImage.fill(journal, count: 3, now)
    let reader = try JournalReader(path: journal.path)
    answer += try reader.streams().count
    return answer
  }
}

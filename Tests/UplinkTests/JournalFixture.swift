import Foundation
import Journal
import Records

@testable import Uplink

/// A real journal in a folder of its own, and what the engine does for an uplink: commits records, the cursors of the
/// mailbox, and dead letters as tombstones.
///
/// `@unchecked Sendable` because everything behind `lock` is used under it only.
final class JournalFixture: @unchecked Sendable {
  let folder: String
  let commits = CommitSignal()
  /// Nobody is told of a commit that brings letters or cursors alone.
  private let isSilent: Bool
  private(set) var cursors: CursorMailbox!
  private(set) var letters: DeadLetterMailbox!
  private let lock = NSLock()
  private let journal: Journal
  private let source: UInt32
  private let now = ClockReading(wallNs: 1_764_000_000_000_000_000, monotonicNs: 1_000_000_000, isSynchronised: true)

  var path: String { folder + "/journal.db" }
  var epoch: Epoch { journal.epoch }

  init(_ streams: [(String, StreamClass)], maxBytes: Int64 = 256 << 20, isSilent: Bool = false) throws {
    self.isSilent = isSilent
    folder = NSTemporaryDirectory() + "crossdock-uplink-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let journal = try Journal(
      folder: folder, agent: "dock-7",
      streams: streams.map { StreamDefinition(name: $0.0, streamClass: $0.1) }, feeds: [],
      limits: JournalLimits(maxBytes: maxBytes), now: now)
    self.journal = journal
    source = Array("hall/3".utf8).withUnsafeBytes { journal.intern($0)! }
    // On the thread that posts: the lock makes it the writer for that moment.
    cursors = CursorMailbox { [unowned self] in commitMail() }
    letters = DeadLetterMailbox { [unowned self] in commitMail() }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Appends records whose bodies are `{"n":1}`, `{"n":2}` … as their sequences are.
  func append(_ count: Int, to stream: String, padding: Int = 0, perCommit: Int = 2000) throws {
    // Text that does not compress, so that it takes its room in the journal.
    var random = SystemRandomNumberGenerator()
    var left = count
    while left > 0 {
      let size = min(left, perCommit)
      left -= size
      try lock.withLock {
        let batch = RecordBatch()
        let number = journal.streamNumber(stream)!
        let next = journal.streamStates[Int(number)].last + 1
        for index in 0..<UInt64(size) {
          let pad = (0..<(padding / 12)).map { _ in
            String(UInt64.random(in: 1 << 60...UInt64.max, using: &random), radix: 36).prefix(12)
          }.joined()
          batch.appendBody(Array(#"{"n":\#(next + index),"pad":"\#(pad)"}"#.utf8))
          batch.finishRecord(
            stream: number, source: source, eventTimeNs: now.wallNs, ingestTimeNs: now.wallNs,
            monotonicNs: now.monotonicNs, flags: [])
        }
        journal.assignSequences(batch, from: 0)
        try journal.commit(batch, JournalTransaction(), now: now)
      }
      commits.wakeAll()
    }
  }

  /// Cursors first: a cursor beyond a record that was set aside was posted after its letter, and so never without it.
  private func commitMail() {
    let isDone = lock.withLock { () -> Bool in
      var transaction = JournalTransaction()
      transaction.cursors = cursors.takeAll()
      let batch = RecordBatch()
      for letter in letters.takeAll() {
        transaction.cursors.append(letter.cursor)
        let (stream, sequence, reason) = (letter.stream, letter.sequence, letter.tombstoneReason)
        batch.appendBody(
          Array(
            #"{"stream":"\#(stream)","first":\#(sequence),"last":\#(sequence),"count":1,"reason":"\#(reason)"}"#.utf8))
        batch.finishRecord(
          stream: journal.streamNumber("_tombstones")!, source: source, eventTimeNs: now.wallNs,
          ingestTimeNs: now.wallNs, monotonicNs: now.monotonicNs, flags: .derived)
      }
      guard !transaction.isEmpty else { return false }
      journal.assignSequences(batch, from: 0)
      do { try journal.commit(batch, transaction, now: now) } catch { fatalError("\(error)") }
      return true
    }
    if isDone, !isSilent { commits.wakeAll() }
  }

  func cursor(_ name: String, _ stream: String) throws -> UInt64 {
    try JournalReader(path: path).cursor(named: name, stream: stream)
  }

  func last(_ stream: String) -> UInt64 {
    lock.withLock { journal.streamStates.first { $0.definition.name == stream }!.last }
  }

  func uplink(to url: String, limits: UplinkLimits = .quick, streams: [String]? = nil) -> Uplink {
    let destination = UplinkDestination(name: "central", url: url, streams: streams, limits: limits)
    return Uplink(
      destination, agent: "dock-7", journalPath: path, commits: commits, cursors: cursors, letters: letters)
  }
}

extension UplinkLimits {
  /// For tests: waits short, nothing else changed. An answer may take long on a busy machine; a test that wants it to be late says so.
  static var quick: UplinkLimits {
    var limits = UplinkLimits()
    limits.intervalMs = 1
    limits.timeoutMs = 60_000
    limits.backoffMinMs = 1
    limits.backoffMaxMs = 20
    limits.refusedBackoffMs = 50
    limits.headsSpacingMs = 1
    limits.refreshMs = 1
    return limits
  }
}

/// Polls until the condition holds; false when it did not within two minutes, far beyond what it takes on a busy machine.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + .seconds(120)
  while true {
    if try condition() { return true }
    if ContinuousClock.now > deadline { return false }
    usleep(2000)
  }
}

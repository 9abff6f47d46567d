import Foundation
import Journal
import Records

/// A real journal in a folder of its own, and its writer.
///
/// `@unchecked Sendable` because the journal is used under `lock` only.
final class JournalFixture: @unchecked Sendable {
  let folder: String
  let commits = CommitSignal()
  private let lock = NSLock()
  private var journal: Journal
  static let now = ClockReading(wallNs: 1_764_000_000_000_000_000, monotonicNs: 1_000_000_000, isSynchronised: true)

  var path: String { folder + "/journal.db" }
  var epoch: Epoch { journal.epoch }

  init(maxBytes: Int64 = 64 << 20) throws {
    folder = NSTemporaryDirectory() + "crossdock-control-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    journal = try Self.open(folder, maxBytes)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static func open(_ folder: String, _ maxBytes: Int64) throws -> Journal {
    try Journal(
      folder: folder, agent: "dock-7",
      streams: [
        StreamDefinition(name: "scans", streamClass: .scan),
        StreamDefinition(name: "frames", streamClass: .telemetry, bodyFormat: .bytes),
      ], feeds: [], limits: JournalLimits(maxBytes: maxBytes), now: now)
  }

  func append(_ bodies: [[UInt8]], to stream: String = "scans", flags: RecordFlags = []) throws {
    try lock.withLock {
      let source = Array("hall/3".utf8).withUnsafeBytes { journal.intern($0)! }
      let batch = RecordBatch()
      for body in bodies {
        batch.appendBody(body)
        batch.finishRecord(
          stream: journal.streamNumber(stream)!, source: source, eventTimeNs: Self.now.wallNs,
          ingestTimeNs: Self.now.wallNs + 5_000_000, monotonicNs: Self.now.monotonicNs, flags: flags)
      }
      journal.assignSequences(batch, from: 0)
      try journal.commit(batch, JournalTransaction(), now: Self.now)
    }
    commits.wakeAll()
  }

  func append(_ count: Int, padding: Int = 0, perCommit: Int = 100) throws {
    // Text that does not compress, so that it takes its room in the journal.
    func body() -> [UInt8] {
      let pad = (0..<(padding / 12)).map { _ in String(UInt64.random(in: 1 << 60...UInt64.max), radix: 36).prefix(12) }
      return Array(#"{"pad":"\#(pad.joined())"}"#.utf8)
    }
    for start in stride(from: 0, to: count, by: perCommit) {
      try append((start..<min(start + perCommit, count)).map { _ in body() })
    }
  }

  func states() -> [StreamState] { lock.withLock { journal.streamStates } }
}

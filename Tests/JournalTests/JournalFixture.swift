import Foundation
import Platform
import Records

@testable import Journal

/// A journal in a folder of its own, deleted with the fixture.
final class JournalFixture {
  let folder: String
  let clock = SystemClock()

  init() {
    folder = NSTemporaryDirectory() + "crossdock-journal-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  static let streams = [
    StreamDefinition(name: "vibration", streamClass: .telemetry, columns: ["rpm"]),
    StreamDefinition(name: "scans", streamClass: .scan),
    StreamDefinition(name: "alerts", streamClass: .alert),
  ]

  var path: String { "\(folder)/journal.db" }

  func open(maxBytes: Int64 = 64 << 20, agent: String = "dock-1") throws -> Journal {
    try Journal(
      folder: folder, agent: agent, streams: Self.streams, feeds: ["a", "b"], limits: JournalLimits(maxBytes: maxBytes),
      now: clock.now())
  }

  func reader() throws -> JournalReader { try JournalReader(path: path) }

  /// Bytes of all files of the journal.
  var bytesOnDisk: Int64 {
    ["", "-wal", "-shm"].reduce(0) { $0 + (Files.size(path + $1) ?? 0) }
  }
}

extension RecordBatch {
  func add(_ body: String, stream: UInt16, source: UInt32 = 0, at ns: Int64 = 1_800_000_000_000_000_000) {
    appendBody(Array(body.utf8))
    finishRecord(
      stream: stream, source: source, eventTimeNs: ns, ingestTimeNs: ns + 1, monotonicNs: ns + 2, flags: [])
  }
}

extension Journal {
  func intern(_ name: String) -> UInt32 { Array(name.utf8).withUnsafeBytes { intern($0)! } }

  func store(_ bodies: [String], stream: UInt16, clock: SystemClock = SystemClock()) throws {
    let batch = RecordBatch()
    let source = intern("site/line/asset")
    for body in bodies { batch.add(body, stream: stream, source: source) }
    assignSequences(batch, from: 0)
    try commit(batch, JournalTransaction(), now: clock.now())
  }
}

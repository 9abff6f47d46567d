import Foundation
import Platform
import Records
import Seeded
import Segments

@testable import Journal

extension JournalFixture {
  /// Two streams, some of it packed and some not, two cursors, counters and a delivery window. The journal is closed.
  func fill(records: Int = 3000, seed: UInt64 = 1, maxBytes: Int64 = 64 << 20) throws {
    var random = SeededNumbers(seed)
    let journal = try open(maxBytes: maxBytes)
    for commit in 0..<(records / 20) {
      try journal.store((0..<20).map { random.body(of: 120 + random.below(60), "v\(commit)-\($0)") }, stream: 0)
      try journal.store((0..<20).map { random.body(of: 60, "s\(commit)-\($0)") }, stream: 1)
      if commit % 10 == 0 { try journal.maintain(now: clock.now()) }
    }
    var transaction = JournalTransaction()
    transaction.cursors = [CursorUpdate(name: "uplink:central", stream: "vibration", sequence: UInt64(records / 3))]
    var delta = FeedCounters()
    (delta.received, delta.stored, delta.quarantined, delta.redelivered) = (10, 7, 2, 1)
    transaction.counters = [(feed: 1, delta: delta)]
    transaction.deliveries = [(connection: "floor", entries: [UInt8](repeating: 7, count: 30))]
    transaction.checkpoints = [.init(model: "m", version: "3", state: [1, 2, 3])]
    try journal.commit(RecordBatch(), transaction, now: clock.now())
  }

  /// Every record of a stream, whatever was cut out between.
  func all(_ stream: String) throws -> [StoredRecord] {
    let reader = try reader()
    var records: [StoredRecord] = []
    while true {
      let page = try reader.read(stream: stream, after: records.last?.sequence ?? 0, maxRecords: 5000, maxBytes: .max)
      if page.isEmpty { return records }
      records += page
    }
  }

  /// The segments of every stream, in a file beside the journal.
  @discardableResult
  func export(
    _ streams: [String]? = nil, from start: JournalExport.Start = .oldest, path: String? = nil, to name: String = "out"
  ) throws -> [JournalExport.Stream] {
    let file = try JournalFile(path: path ?? self.path)
    let export = try JournalExport(file)
    var bytes: [UInt8] = []
    let done = try (streams ?? file.streamNames).map { stream in
      try export.stream(stream, from: start) { bytes += $0 }
    }
    try Files.replace("\(folder)/\(name)", with: bytes)
    return done
  }

  func segments(_ name: String = "out") throws -> SegmentFile { try SegmentFile(path: "\(folder)/\(name)") }

  func flip(_ path: String, at offset: Int) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(offset))
    let byte = try handle.read(upToCount: 1)!.first!
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data([byte ^ UInt8(1 << (offset % 8))]))
  }

  /// Flips a bit of a text in the middle of the file.
  func flip(_ path: String, inside text: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let range = bytes.range(of: Data(text.utf8))!
    try flip(path, at: range.lowerBound)
  }

  func copy() throws -> JournalFixture {
    let copy = JournalFixture()
    for suffix in ["", "-wal"] where Files.exists(path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: copy.path + suffix)
    }
    return copy
  }
}

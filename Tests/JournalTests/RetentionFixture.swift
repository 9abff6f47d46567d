import Foundation
import Platform
import Records
import Seeded
import Testing

@testable import Journal

/// A journal with rules, on clocks that the test moves.
final class RetentionFixture {
  let files = JournalFixture()
  let definitions: [StreamDefinition]
  let limits: JournalLimits
  var now = ClockReading(wallNs: 1_900_000_000_000_000_000, monotonicNs: 5_000_000_000_000, isSynchronised: true)
  var boot = "boot-1"
  private(set) var journal: Journal!
  private var random = SeededNumbers(17)

  init(_ definitions: [StreamDefinition], maxBytes: Int64 = 64 << 20, classes: [StreamClass: Int64] = [:]) throws {
    self.definitions = definitions
    limits = JournalLimits(maxBytes: maxBytes, classMaxBytes: classes)
    try reopen()
  }

  /// - Parameter change: what happens to the files while nobody has them open.
  func reopen(after change: () throws -> Void = {}) throws {
    journal = nil
    try change()
    journal = try Journal(
      folder: files.folder, agent: "dock-1", streams: definitions, feeds: ["a"], limits: limits, now: now, boot: boot)
  }

  static func stream(
    _ name: String, _ streamClass: StreamClass = .telemetry, maxBytes: Int64? = nil, maxAgeMs: Int64? = nil,
    whenFull: Retention.WhenFull = .dropOldest
  ) -> StreamDefinition {
    StreamDefinition(
      name: name, streamClass: streamClass, columns: ["v"],
      retention: Retention(maxBytes: maxBytes, maxAgeMs: maxAgeMs, whenFull: whenFull))
  }

  /// Stores records whose bodies do not compress well, and does what is due then.
  func store(_ count: Int, bytes: Int = 200, stream: UInt16 = 0, cursors: [CursorUpdate] = [], maintaining: Bool = true)
    throws
  {
    let batch = RecordBatch()
    let source = journal.intern("hall/asset")
    for _ in 0..<count {
      batch.appendBody(Array(random.body(of: bytes).utf8))
      batch.finishRecord(
        stream: stream, source: source, eventTimeNs: now.wallNs, ingestTimeNs: now.wallNs, monotonicNs: now.monotonicNs,
        flags: now.isSynchronised ? [] : .clockUnsynchronised)
    }
    journal.assignSequences(batch, from: 0)
    var transaction = JournalTransaction()
    transaction.cursors = cursors
    try journal.commit(batch, transaction, now: now)
    checkSize()
    if maintaining { try maintain() }
  }

  func confirm(_ stream: String, _ sequence: UInt64) throws {
    var transaction = JournalTransaction()
    transaction.cursors = [CursorUpdate(name: "uplink:central", stream: stream, sequence: sequence)]
    try journal.commit(RecordBatch(), transaction, now: now)
  }

  func pass(_ seconds: Int64, wall: Int64? = nil) {
    now.monotonicNs += seconds * 1_000_000_000
    now.wallNs += (wall ?? seconds) * 1_000_000_000
  }

  func maintain() throws {
    var calls = 0
    while journal.needsMaintenance(now: now), calls < 200 {
      try journal.maintain(now: now)
      checkSize()
      calls += 1
    }
  }

  /// Maintains over some seconds: everything that is due comes to its end.
  func settle() throws {
    for _ in 0..<5 {
      pass(2)
      try maintain()
    }
  }

  func checkSize(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(files.bytesOnDisk <= limits.maxBytes, sourceLocation: sourceLocation)
  }

  func state(_ stream: String) -> StreamState { journal.streamStates.first { $0.definition.name == stream }! }

  struct Named: Equatable {
    var stream: String
    var first: UInt64
    var last: UInt64
    var count: UInt64
    var reason: String
  }

  func tombstones() throws -> [Named] {
    let reader = try files.reader()
    let first = try reader.streams().first { $0.definition.name == "_tombstones" }?.first ?? 1
    return try reader.read(stream: "_tombstones", after: first - 1, maxRecords: 1_000_000, maxBytes: .max).map {
      let json = try JSONSerialization.jsonObject(with: Data($0.body)) as? [String: Any] ?? [:]
      func number(_ key: String) -> UInt64 { (json[key] as? NSNumber)?.uint64Value ?? 0 }
      return Named(
        stream: json["stream"] as? String ?? "", first: number("first"), last: number("last"), count: number("count"),
        reason: json["reason"] as? String ?? "")
    }
  }

  /// Every sequence that is gone is named by exactly one tombstone, and the counters say the same.
  @discardableResult
  func accountForWhatIsGone(_ stream: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Set<String> {
    let named = try tombstones().filter { $0.stream == stream }
    var next: UInt64 = 1
    for tombstone in named {
      #expect(
        tombstone.first == next && tombstone.count == tombstone.last - tombstone.first + 1,
        sourceLocation: sourceLocation)
      next = tombstone.last + 1
    }
    #expect(next == state(stream).first, sourceLocation: sourceLocation)
    #expect(state(stream).evictedRecords == next - 1, sourceLocation: sourceLocation)
    return Set(named.map(\.reason))
  }
}

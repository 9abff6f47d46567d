// The receiving side, as exact as central is: it takes what follows its watermark, and a gap only where the agent has dropped
// records and says so. Its uplink reads by cursor, and asks for the cursor to be moved after the fact, as the real one does.
import Journal
import Records

final class SimulatedCentral {
  static let cursorName = "uplink:central"
  private static let maxRecords = 200

  /// By stream: sequence and hash of what came.
  private var received: [String: [UInt64: UInt64]] = [:]
  private var watermarks: [String: UInt64] = [:]
  /// Where the uplink reads on; it begins at the durable cursor.
  private var positions: [String: UInt64] = [:]
  /// Cursors that are durable for certain, and those that were asked for.
  private var durable: [String: UInt64] = [:]
  private var asked: [String: UInt64] = [:]
  private(set) var records: UInt64 = 0

  static var streams: [String] { ExpectedJournal.streams + [StreamDefinition.tombstones.name] }

  func watermark(_ stream: String) -> UInt64 { watermarks[stream] ?? 0 }

  /// A new agent has opened the journal.
  func start(_ check: JournalCheck) throws(Violation) {
    asked = durable
    for stream in Self.streams {
      let cursor =
        try check.withReader { (reader) throws(CrossdockError) in
          try reader.cursor(named: Self.cursorName, stream: stream)
        } ?? 0
      guard cursor <= watermark(stream) else {
        throw Violation("the cursor of \(stream) is \(cursor), central confirmed \(watermark(stream))")
      }
      guard cursor >= durable[stream, default: 0] else {
        throw Violation("the cursor of \(stream) fell from \(durable[stream, default: 0]) to \(cursor)")
      }
      positions[stream] = cursor
    }
  }

  /// What was asked for before this moment has been committed.
  func cursorsWereCommitted() {
    durable = asked
  }

  /// Sends one segment of a stream; returns the cursor to be moved.
  func pull(_ stream: String, _ check: JournalCheck) throws(Violation) -> CursorUpdate? {
    let after = positions[stream] ?? 0
    let found =
      try check.withReader { (reader) throws(CrossdockError) in
        try reader.read(stream: stream, after: after, maxRecords: Self.maxRecords, maxBytes: 256 << 10)
      } ?? []
    guard !found.isEmpty else { return nil }
    for record in found {
      let hash = record.body.withUnsafeBytes { ByteHash.hash($0, seed: UInt64(bitPattern: record.ingestTimeNs)) }
      if record.sequence <= watermark(stream) {
        guard received[stream]?[record.sequence].map({ $0 == hash }) ?? true else {
          throw Violation("\(stream) \(record.sequence) is not what central has under that number")
        }
      } else {
        if record.sequence != watermark(stream) + 1, stream != StreamDefinition.tombstones.name,
          check.namedThrough(stream) < record.sequence - 1
        {
          throw Violation("central gets \(stream) \(record.sequence) after \(watermark(stream)), and no tombstone")
        }
        received[stream, default: [:]][record.sequence] = hash
        watermarks[stream] = record.sequence
        records += 1
      }
      positions[stream] = record.sequence
    }
    let update = CursorUpdate(name: Self.cursorName, stream: stream, sequence: watermark(stream))
    asked[stream] = update.sequence
    return update
  }
}

import Journal
import Platform
import Records

/// The bytes of a journal's files.
struct JournalImage: Sendable {
  var database: [UInt8]
  var log: [UInt8]

  private static let maxBytes = 16 << 20

  /// A journal of two lives: the first one's records are in the database, the second one's in the log.
  static func make(in folder: String, open: (String) throws(CrossdockError) -> Journal) -> JournalImage {
    do throws(CrossdockError) {
      try Files.createFolder(folder)
      defer { ScratchFolder.remove(folder) }
      let now = ClockReading(wallNs: 1_799_000_000_000_000_000, monotonicNs: 1_000_000_000, isSynchronised: true)
      try fill(try open(folder), count: 60, now)
      let journal = try open(folder)
      try fill(journal, count: 20, now)
      let path = journal.path
      return try withExtendedLifetime(journal) { () throws(CrossdockError) in
        JournalImage(
          database: try Files.read(path, limit: maxBytes), log: (try? Files.read(path + "-wal", limit: maxBytes)) ?? [])
      }
    } catch {
      preconditionFailure("no journal to damage: \(error)")
    }
  }

  /// One commit with everything that a transaction can hold.
  static func fill(_ journal: Journal, count: Int, _ now: ClockReading) throws(CrossdockError) {
    let batch = RecordBatch()
    for number in 0..<count {
      let source = Array("site/asset-\(number % 3)".utf8).withUnsafeBytes { journal.intern($0) } ?? 0
      batch.appendBody(Array("{\"v\":\(number)}".utf8))
      batch.appendColumn(Double(number))
      batch.finishRecord(
        stream: UInt16(number % 2), source: source, eventTimeNs: now.wallNs, ingestTimeNs: now.wallNs,
        monotonicNs: now.monotonicNs, flags: [])
    }
    journal.assignSequences(batch, from: 0)
    var transaction = JournalTransaction()
    var counters = FeedCounters()
    counters.received = UInt64(count)
    counters.stored = UInt64(count)
    transaction.counters = [(0, counters)]
    transaction.deliveries = [("floor", Array(repeating: 7, count: 20))]
    transaction.recentKeys = [(0, Array(repeating: 9, count: 16))]
    transaction.checkpoints = [.init(model: "m", version: "1", state: [1, 2, 3])]
    transaction.replies = [.init(connection: "floor", topic: "r", recordIndex: 0)]
    transaction.cursors = [CursorUpdate(name: "u", stream: "t", sequence: 1)]
    try journal.commit(batch, transaction, now: now)
  }

  mutating func edit(_ input: inout FuzzInput) {
    while !input.rest.isEmpty {
      let place = input.number(bytes: 4)
      let bytes = input.take(Int(input.byte() & 15) + 1)
      if place >> 31 == 0 {
        Self.put(bytes, at: place, in: &database)
      } else {
        Self.put(bytes, at: place & 0x7FFF_FFFF, in: &log)
      }
    }
  }

  private static func put(_ bytes: ArraySlice<UInt8>, at place: UInt64, in file: inout [UInt8]) {
    guard !file.isEmpty else { return }
    for (offset, byte) in bytes.enumerated() { file[(Int(place) + offset) % file.count] = byte }
  }

  func write(to folder: String) {
    do throws(CrossdockError) {
      try Files.createFolder(folder)
      try Files.replace("\(folder)/journal.db", with: database)
      if !log.isEmpty { try Files.replace("\(folder)/journal.db-wal", with: log) }
    } catch {
      preconditionFailure("cannot write the damaged journal: \(error)")
    }
  }
}

// What a journal's file holds, from its tables and columns: no block is unpacked but the first and the last of each stream, so that
// ten million records take no longer than ten thousand.
internal import Platform
package import Records
internal import SQLite

package struct JournalInspection: Sendable {
  package struct Life: Sendable {
    package var epoch: Epoch
    package var beganNs: Int64
    package var reason: String
  }

  package struct Cursor: Sendable {
    package var name: String
    package var sequence: UInt64
    /// Records behind it that are still to be read by its owner, evicted ones included.
    package var lag: UInt64
  }

  package struct Stream: Sendable {
    package var name: String
    package var streamClass: StreamClass
    package var first: UInt64
    package var last: UInt64
    package var missing: UInt64
    package var evicted: UInt64
    package var hotRows: UInt64 = 0
    package var hotRecords: UInt64 = 0
    package var hotBytes: UInt64 = 0
    package var segments: UInt64 = 0
    package var coldRecords: UInt64 = 0
    /// Bytes of the bodies in segments, and of the blocks that they are in.
    package var coldRawBytes: UInt64 = 0
    package var coldStoredBytes: UInt64 = 0
    package var oldestIngestNs: Int64?
    package var newestIngestNs: Int64?
    package var cursors: [Cursor] = []
    package var records: UInt64 { hotRecords + coldRecords }
  }

  package struct Feed: Sendable {
    package var name: String
    package var counters: FeedCounters
  }

  package struct Checkpoint: Sendable {
    package var model: String
    package var version: String
    package var bytes: Int64
    package var arrival: Int64
  }

  /// What is remembered of a connection's last messages.
  package struct DeliveryWindow: Sendable {
    package var connection: String
    package var entries: Int64
  }

  package var path: String
  package var agent: String
  package var lives: [Life] = []
  package var fileBytes: Int64
  package var walBytes: Int64
  package var pages: Int64 = 0
  package var freePages: Int64 = 0
  package var sources: Int64 = 0
  package var streams: [Stream] = []
  package var feeds: [Feed] = []
  package var checkpoints: [Checkpoint] = []
  package var deliveryWindows: [DeliveryWindow] = []
  package var repliesPending: Int64 = 0

  package var hotRecords: UInt64 { streams.reduce(0) { $0 + $1.hotRecords } }
  package var hotBytes: UInt64 { streams.reduce(0) { $0 + $1.hotBytes } }
  package var coldRecords: UInt64 { streams.reduce(0) { $0 + $1.coldRecords } }
  package var coldRawBytes: UInt64 { streams.reduce(0) { $0 + $1.coldRawBytes } }
  package var coldStoredBytes: UInt64 { streams.reduce(0) { $0 + $1.coldStoredBytes } }

  /// - Throws: when there is no journal, or it is too damaged to be looked at: `JournalVerification` says more then.
  package init(_ file: JournalFile) throws(CrossdockError) {
    path = file.path
    agent = file.agent
    fileBytes = Files.size(file.path) ?? 0
    walBytes = Files.size(file.path + "-wal") ?? 0
    do throws(CrossdockError) {
      let database = file.database
      // One snapshot: the figures agree with each other. Short, whatever is in the file.
      self = try database.reading { [self] () throws(CrossdockError) in
        var all = self
        try all.readFile(database)
        try all.readStreams(InspectionQueries(database))
        try all.readRest(database)
        return all
      }
    } catch {
      guard error.fault == .damaged else { throw error }
      throw JournalFile.unreadable(file.path, error)
    }
  }

  private mutating func readFile(_ database: SQLiteConnection) throws(CrossdockError) {
    pages = try database.integer("PRAGMA page_count") ?? 0
    freePages = try database.integer("PRAGMA freelist_count") ?? 0
    sources = try database.integer("SELECT count(*) FROM source") ?? 0
    repliesPending = try database.integer("SELECT count(*) FROM reply") ?? 0
    let rows = try database.prepare("SELECT counter, high, low, began_ns, reason FROM epoch ORDER BY counter")
    while try rows.step() {
      let epoch = Epoch(
        counter: UInt32(clamping: rows.integer(0)), high: UInt64(bitPattern: rows.integer(1)),
        low: UInt64(bitPattern: rows.integer(2)))
      lives.append(Life(epoch: epoch, beganNs: rows.integer(3), reason: rows.text(4)))
    }
  }

  private mutating func readStreams(_ queries: InspectionQueries) throws(CrossdockError) {
    let hot = try queries.hot()
    let cursors = try queries.cursors()
    for slot in try queries.slots() {
      let inLog = hot[slot.id]
      let last = max(slot.packedThrough, inLog?.last ?? 0)
      var stream = Stream(
        name: slot.definition.name, streamClass: slot.definition.streamClass, first: slot.evictedThrough + 1,
        last: last,
        missing: slot.missing, evicted: slot.evictedRecords)
      if let inLog {
        (stream.hotRows, stream.hotRecords, stream.hotBytes) = (inLog.rows, inLog.records, inLog.bytes)
      }
      let cold = try queries.cold(stream: slot.id)
      (stream.segments, stream.coldRecords) = (cold.segments, cold.records)
      (stream.coldRawBytes, stream.coldStoredBytes) = (cold.rawBytes, cold.storedBytes)
      (stream.oldestIngestNs, stream.newestIngestNs) = try queries.ingestTimes(stream: slot.id)
      stream.cursors = (cursors[slot.id] ?? []).map {
        Cursor(name: $0.name, sequence: $0.sequence, lag: last > $0.sequence ? last - $0.sequence : 0)
      }
      streams.append(stream)
    }
  }

  private mutating func readRest(_ database: SQLiteConnection) throws(CrossdockError) {
    let metas = try LogMetas(database)
    feeds = try FeedTable.read(database).map { feed in
      var counters = feed.counters
      if let delta = metas.counters[feed.row] { counters += delta }
      return Feed(name: feed.name, counters: counters)
    }
    let saved = try database.prepare("SELECT model, version, length(state), arrival FROM checkpoint ORDER BY model")
    while try saved.step() {
      checkpoints.append(
        Checkpoint(model: saved.text(0), version: saved.text(1), bytes: saved.integer(2), arrival: saved.integer(3)))
    }
    var entries = metas.deliveryEntries
    let windows = try database.prepare("SELECT connection, sum(length(entries)) FROM delivery GROUP BY connection")
    while try windows.step() {
      entries[windows.text(0), default: 0] += windows.integer(1) / Int64(RowWindow.deliveryBytes)
    }
    deliveryWindows = entries.sorted { $0.key < $1.key }.map { DeliveryWindow(connection: $0.key, entries: $0.value) }
  }
}

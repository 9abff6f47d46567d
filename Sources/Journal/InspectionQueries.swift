internal import Records
internal import SQLite

/// What `JournalInspection` asks of the file.
struct InspectionQueries {
  struct Hot {
    var rows: UInt64 = 0
    var records: UInt64 = 0
    var bytes: UInt64 = 0
    var last: UInt64 = 0
  }

  struct Cold {
    var segments: UInt64 = 0
    var records: UInt64 = 0
    var rawBytes: UInt64 = 0
    var storedBytes: UInt64 = 0
  }

  private let database: SQLiteConnection
  private let codec = BlockCodec()

  init(_ database: SQLiteConnection) {
    self.database = database
  }

  func slots() throws(CrossdockError) -> [StreamSlot] { try StreamTable.read(database) }

  /// By stream. `log` is bounded: see JournalLimits.
  func hot() throws(CrossdockError) -> [Int64: Hot] {
    var all: [Int64: Hot] = [:]
    let rows = try database.prepare("SELECT stream, first, last, length(block) FROM log WHERE stream > 0 ORDER BY id")
    while try rows.step() {
      let (first, last) = (UInt64(clamping: rows.integer(1)), UInt64(clamping: rows.integer(2)))
      var hot = all[rows.integer(0)] ?? Hot()
      hot.rows += 1
      hot.records += last >= first ? last - first + 1 : 0
      hot.bytes += UInt64(clamping: rows.integer(3))
      hot.last = max(hot.last, last)
      all[rows.integer(0)] = hot
    }
    return all
  }

  /// A block's length is known without reading the block.
  func cold(stream: Int64) throws(CrossdockError) -> Cold {
    let rows = try database.prepare(
      "SELECT key, last, body_bytes, length(block) FROM segment WHERE key >= ?1 AND key < ?2")
    rows.bind(JournalSchema.key(stream, 0), at: 1)
    rows.bind(JournalSchema.key(stream + 1, 0), at: 2)
    var cold = Cold()
    while try rows.step() {
      let (first, last) = (JournalSchema.sequence(ofKey: rows.integer(0)), UInt64(clamping: rows.integer(1)))
      cold.segments += 1
      cold.records += last >= first ? last - first + 1 : 0
      cold.rawBytes += UInt64(clamping: rows.integer(2))
      cold.storedBytes += UInt64(clamping: rows.integer(3))
    }
    return cold
  }

  /// Of the first and the last record; nil where there is none, or its block is damaged.
  func ingestTimes(stream: Int64) throws(CrossdockError) -> (oldest: Int64?, newest: Int64?) {
    let range = "key >= \(JournalSchema.key(stream, 0)) AND key < \(JournalSchema.key(stream + 1, 0))"
    let firstSegment = "SELECT key, last, block FROM segment WHERE \(range) ORDER BY key LIMIT 1"
    let lastSegment = "SELECT key, last, block FROM segment WHERE \(range) ORDER BY key DESC LIMIT 1"
    let inLog = "SELECT first, last, block FROM log WHERE stream = \(stream) ORDER BY id"
    var oldest = try times(firstSegment, stream)
    if oldest == nil { oldest = try times("\(inLog) LIMIT 1", stream) }
    var newest = try times("\(inLog) DESC LIMIT 1", stream)
    if newest == nil { newest = try times(lastSegment, stream) }
    return (oldest?.first, newest?.last)
  }

  private func times(_ sql: String, _ stream: Int64) throws(CrossdockError) -> (first: Int64, last: Int64)? {
    let row = try database.prepare(sql)
    guard try row.step() else { return nil }
    var (oldest, newest): (Int64?, Int64?) = (nil, nil)
    // A segment's first column is its key.
    let first = JournalSchema.sequence(ofKey: row.integer(0))
    let isIntact = try codec.decode(row.bytes(2), stream: stream, first: first, last: UInt64(clamping: row.integer(1)))
    {
      record throws(CrossdockError) in
      if oldest == nil { oldest = record.ingestTimeNs }
      newest = record.ingestTimeNs
      return true
    }
    guard isIntact, let oldest, let newest else { return nil }
    return (oldest, newest)
  }

  func cursors() throws(CrossdockError) -> [Int64: [(name: String, sequence: UInt64)]] {
    var all: [Int64: [(name: String, sequence: UInt64)]] = [:]
    let rows = try database.prepare("SELECT stream, name, sequence FROM cursor ORDER BY name, stream")
    while try rows.step() {
      all[rows.integer(0), default: []].append((rows.text(1), UInt64(clamping: rows.integer(2))))
    }
    return all
  }
}

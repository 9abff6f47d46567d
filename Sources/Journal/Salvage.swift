// What of a damaged journal can be read goes into a new one, in the order of what it is worth: alerts first. Records keep their
// order and their arrival numbers and get new sequences, because the new epoch is another life. What every uplink has confirmed
// stays behind in the file that was set aside: central has it, and would count it twice.
//
// The old file is read row by row, by key: where SQLite says that a page is damaged, reading goes on at the next key that it can
// reach. A destroyed first page is written anew: every journal has its tables' roots on the same pages.
internal import Platform
internal import Records
internal import SQLite

final class Salvage {
  private(set) var records: UInt64 = 0
  private(set) var epochCounter: UInt32 = 0
  private(set) var tombstones: [Tombstone] = []

  private let limits: JournalLimits
  private let new: SQLiteConnection
  private let codec = BlockCodec()
  private let reading = BlockCodec()
  private var columns = BlockColumns()
  private let insertSegment: SegmentInsert

  init(
    from path: String, into new: SQLiteConnection, agent: String, limits: JournalLimits
  ) throws(CrossdockError) {
    self.limits = limits
    self.new = new
    insertSegment = try SegmentInsert(new, replaces: false)
    guard let old = Self.open(path), Self.belongs(old, to: agent) else { return }
    epochCounter = UInt32(clamping: (try? old.integer("SELECT max(counter) FROM epoch")) ?? 0)
    try new.transaction { () throws(CrossdockError) in try copySmallTables(old) }
    let streams = SalvageStreams(old)
    for stream in streams.all.sorted(by: { $0.definition.streamClass > $1.definition.streamClass }) {
      try copy(stream, old, confirmed: streams.confirmed[stream.id] ?? 0)
    }
    try new.checkpointPassively()
  }

  /// Whether nothing says that it is another agent's: an id that is damaged says nothing.
  private static func belongs(_ old: SQLiteConnection, to agent: String) -> Bool {
    guard let owner = try? JournalOpening.owner(old) else { return true }
    return owner == agent
  }

  /// Nil when nothing can be made of it.
  private static func open(_ path: String) -> SQLiteConnection? {
    if let database = try? SQLiteConnection(path: path, mode: .readOnly),
      (try? database.integer("SELECT count(*) FROM sqlite_schema WHERE name IN ('log', 'segment', 'stream')")) == 3
    {
      return database
    }
    guard let destroyed = try? FirstPage.rewrite(path) else { return nil }
    if let database = try? SQLiteConnection(path: path, mode: .readOnly), !SalvageStreams(database).all.isEmpty {
      return database
    }
    // It never was a journal: it stays as it was found.
    try? Files.overwriteStart(path, with: destroyed)
    Files.remove(path + ".page1")
    return nil
  }

  /// Everything that is not records. A table that cannot be read to its end is taken as far as it goes.
  private func copySmallTables(_ old: SQLiteConnection) throws(CrossdockError) {
    for (table, columns) in [
      ("boot", "id, kernel_id"), ("feed", "id, name"), ("checkpoint", "model, version, arrival, state"),
      ("delivery", "id, connection, entries"), ("recent_key", "id, feed, hashes"),
    ] {
      let marks = columns.split(separator: ",").indices.map { "?\($0 + 1)" }.joined(separator: ", ")
      let write = try new.prepare("INSERT OR IGNORE INTO \(table)(\(columns)) VALUES(\(marks))")
      guard let read = try? old.prepare("SELECT \(columns) FROM \(table)") else { continue }
      while (try? read.step()) == true {
        write.copyRow(of: read)
        // A row that breaks a rule is none that was written.
        try? write.run()
        write.reset()
      }
    }
    try copySources(old)
  }

  /// Sources are known by their number: where one is damaged, its number keeps a name that says so.
  private func copySources(_ old: SQLiteConnection) throws(CrossdockError) {
    let write = try new.prepare("INSERT OR REPLACE INTO source(id, name, crc) VALUES(?1, ?2, ?3)")
    guard let read = try? old.prepare("SELECT id, name, crc FROM source ORDER BY id") else { return }
    var next: Int64 = 1
    while (try? read.step()) == true {
      let id = read.integer(0)
      guard id >= next, id <= Int64(JournalLimits.maxSources) else { continue }
      while next <= id {
        let isThis = next == id && JournalSchema.crc(read.text(1)) == read.integer(2)
        let name = isThis ? read.text(1) : "_damaged/\(next)"
        write.bind(next, at: 1)
        write.bind(name, at: 2)
        write.bind(JournalSchema.crc(name), at: 3)
        try write.run()
        next += 1
      }
    }
  }

  // MARK: records

  private func copy(_ stream: StreamSlot, _ old: SQLiteConnection, confirmed: UInt64) throws(CrossdockError) {
    let id = try addStream(stream.definition)
    var copying = SalvagedStream(name: stream.definition.name, id: id, after: max(confirmed, stream.evictedThrough))
    let range = (JournalSchema.key(stream.id, 0), JournalSchema.key(stream.id + 1, 0))
    let segments = SalvageScan(old, "SELECT key, last, block FROM segment WHERE key >= ?1 AND key < ?2 ORDER BY key")
    try segments.forEach(from: range.0, before: range.1) { (row) throws(CrossdockError) in
      let (first, last) = (JournalSchema.sequence(ofKey: row.integer(0)), UInt64(clamping: row.integer(1)))
      try takeOrGuess(row.bytes(2), stream, first, last, &copying)
    }
    let log = SalvageScan(
      old, "SELECT id, last, block, first, stream FROM log WHERE id >= ?1 AND id < ?2 ORDER BY id")
    try log.forEach(from: 1, before: .max) { (row) throws(CrossdockError) in
      let (first, last) = (UInt64(clamping: row.integer(3)), UInt64(clamping: row.integer(1)))
      if row.integer(4) == stream.id {
        try takeOrGuess(row.bytes(2), stream, first, last, &copying)
      } else if !BlockCodec.isIntact(row.bytes(2), stream: row.integer(4), first: first, last: last) {
        // It may be of this stream, and its number damaged.
        _ = try guess(row.bytes(2), stream, &copying)
      }
    }
    try write(&copying)
    // What is known to have been there and did not come.
    if stream.packedThrough > copying.end { copying.miss(through: stream.packedThrough) }
    tombstones += copying.tombstones
    records += copying.next - 1
    try new.execute(
      """
      UPDATE stream SET packed_through = \(copying.next - 1), packed_bytes = \(copying.bytes),
        packed_body_bytes = \(copying.bodyBytes) WHERE id = \(id)
      """)
  }

  private func addStream(_ definition: StreamDefinition) throws(CrossdockError) -> Int64 {
    let add = try new.prepare("INSERT INTO stream(name, class, format, columns, crc) VALUES(?1, ?2, ?3, ?4, ?5)")
    add.bind(definition.name, at: 1)
    add.bind(Int(definition.streamClass.rawValue), at: 2)
    add.bind(Int(definition.bodyFormat.rawValue), at: 3)
    add.bind(definition.columns.joined(separator: ","), at: 4)
    add.bind(JournalSchema.crc(definition.name), at: 5)
    try add.run()
    return new.lastInsertedRow
  }

  private func takeOrGuess(
    _ block: UnsafeRawBufferPointer, _ stream: StreamSlot, _ first: UInt64, _ last: UInt64,
    _ copying: inout SalvagedStream
  ) throws(CrossdockError) {
    if try take(block, stream, first, last, &copying) { return }
    if try guess(block, stream, &copying) { return }
    // The records are damaged; that they were there is plausible.
    if first == copying.end + 1, last >= first, last - first < UInt64(BlockCodec.maxRawBytes) {
      copying.miss(through: last)
    }
  }

  /// A row whose numbers are damaged and whose block is not: the numbers that it should have fit its checksum.
  private func guess(
    _ block: UnsafeRawBufferPointer, _ stream: StreamSlot, _ copying: inout SalvagedStream
  ) throws(CrossdockError) -> Bool {
    guard let count = reading.count(block), count > 0 else { return false }
    return try take(block, stream, copying.end + 1, copying.end + count, &copying)
  }

  private func take(
    _ block: UnsafeRawBufferPointer, _ stream: StreamSlot, _ first: UInt64, _ last: UInt64,
    _ copying: inout SalvagedStream
  ) throws(CrossdockError) -> Bool {
    guard BlockCodec.isIntact(block, stream: stream.id, first: first, last: last) else { return false }
    guard last > copying.end else { return true }
    if first > copying.end + 1 { copying.miss(through: first - 1) }
    let after = copying.end
    let isValid = try reading.decode(block, stream: stream.id, first: first, last: last, after: after) {
      record throws(CrossdockError) in
      var moved = record
      moved.sequence = copying.next
      columns.append(moved)
      copying.next += 1
      return true
    }
    guard isValid else { return false }
    copying.end = last
    if columns.bodies.count >= Int(JournalLimits.segmentBytes) || columns.count >= Int(JournalLimits.segmentRecords) {
      try write(&copying)
    }
    return true
  }

  private func write(_ copying: inout SalvagedStream) throws(CrossdockError) {
    guard !columns.isEmpty else { return }
    copying.bytes += try insertSegment.insert(columns, stream: copying.id, with: codec)
    copying.bodyBytes += columns.bodies.count
    columns.removeAll()
    if new.logPages >= limits.logPages { try new.checkpointPassively() }
  }
}

/// A stream on its way into the new journal.
private struct SalvagedStream {
  let name: String
  let id: Int64
  /// The old sequence up to which everything is copied, confirmed or known to be missing.
  var end: UInt64
  /// The next new sequence.
  var next: UInt64 = 1
  var bytes = 0
  var bodyBytes = 0
  var tombstones: [Tombstone] = []

  init(name: String, id: Int64, after: UInt64) {
    self.name = name
    self.id = id
    end = after
  }

  mutating func miss(through last: UInt64) {
    tombstones.append(
      Tombstone(stream: name, first: end + 1, last: last, count: last - end, reason: "damaged in the epoch before"))
    end = last
  }
}

/// A damaged file's streams, as far as they can be read, and what all uplinks have of them.
struct SalvageStreams {
  var all: [StreamSlot] = []
  var confirmed: [Int64: UInt64] = [:]

  init(_ old: SQLiteConnection) {
    guard
      let rows = try? old.prepare(
        """
        SELECT id, name, class, format, columns, crc, evicted_through, packed_through, evicted_records, packed_bytes,
          packed_body_bytes, missing_records FROM stream ORDER BY id
        """)
    else { return }
    while (try? rows.step()) == true {
      let intact = JournalSchema.crc(rows.text(1)) == rows.integer(5)
      let columns = rows.text(4)
      let definition = StreamDefinition(
        name: intact ? rows.text(1) : "_damaged-\(rows.integer(0))",
        streamClass: StreamClass(rawValue: UInt8(clamping: rows.integer(2))) ?? .telemetry,
        bodyFormat: BodyFormat(rawValue: UInt8(clamping: rows.integer(3))) ?? .bytes,
        columns: columns.isEmpty ? [] : columns.split(separator: ",").map(String.init))
      let evicted = UInt64(clamping: rows.integer(6))
      all.append(
        StreamSlot(
          id: rows.integer(0), definition: definition, next: 1, evictedThrough: evicted,
          evictedRecords: UInt64(clamping: rows.integer(8)), packedThrough: UInt64(clamping: rows.integer(7)),
          packedBytes: rows.integer(9), packedBodyBytes: rows.integer(10), missing: UInt64(clamping: rows.integer(11))))
    }
    guard
      let cursors = try? old.prepare(
        "SELECT stream, min(sequence) FROM cursor WHERE name GLOB 'uplink:*' GROUP BY stream")
    else { return }
    while (try? cursors.step()) == true { confirmed[cursors.integer(0)] = UInt64(clamping: cursors.integer(1)) }
  }
}

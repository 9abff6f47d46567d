internal import Records
internal import SQLite

/// Writes records into the segments of a new journal, stream after stream.
struct RestoreWriter {
  private let database: SQLiteConnection
  private let codec = BlockCodec()
  private let insertSegment: SegmentInsert
  private let insertSource: SQLiteStatement
  private let insertBoot: SQLiteStatement
  private var sources = SourceTable()
  private var boots: [String: UInt32] = [:]
  private var columns = BlockColumns()
  private var arrival: Int64 = 1
  private var stream: Int64 = 0
  private var next: UInt64 = 1
  private var (storedBytes, bodyBytes) = (0, 0)
  /// The write-ahead log is moved after so many pages.
  private static let logPages: Int64 = 1024

  init(_ database: SQLiteConnection) throws(CrossdockError) {
    self.database = database
    insertSegment = try SegmentInsert(database, replaces: false)
    insertSource = try database.prepare("INSERT INTO source(id, name, crc) VALUES(?1, ?2, ?3)")
    insertBoot = try database.prepare("INSERT INTO boot(kernel_id) VALUES(?1)")
  }

  mutating func begin(_ definition: StreamDefinition) throws(CrossdockError) {
    let add = try database.prepare("INSERT INTO stream(name, class, format, columns, crc) VALUES(?1, ?2, ?3, '', ?4)")
    add.bind(definition.name, at: 1)
    add.bind(Int(definition.streamClass.rawValue), at: 2)
    add.bind(Int(definition.bodyFormat.rawValue), at: 3)
    add.bind(JournalSchema.crc(definition.name), at: 4)
    try add.run()
    stream = database.lastInsertedRow
    (next, storedBytes, bodyBytes) = (1, 0, 0)
  }

  mutating func take(_ record: StoredRecord, epoch: Epoch) throws(CrossdockError) {
    let source = try number(ofSource: record.source)
    let boot = try number(ofBoot: "\(epoch) boot \(record.boot)")
    record.body.withUnsafeBytes { body in
      columns.append(
        BlockRecord(
          sequence: next, source: source, feed: 0, arrival: arrival, eventTimeNs: record.eventTimeNs,
          ingestTimeNs: record.ingestTimeNs, monotonicNs: record.monotonicNs, boot: boot,
          flags: record.flags.rawValue, body: body))
    }
    next += 1
    arrival += 1
    if columns.bodies.count >= Int(JournalLimits.segmentBytes) || columns.count >= Int(JournalLimits.segmentRecords) {
      try writeSegment()
    }
  }

  mutating func end() throws(CrossdockError) {
    try writeSegment()
    try database.execute(
      """
      UPDATE stream SET packed_through = \(next - 1), packed_bytes = \(storedBytes), packed_body_bytes = \(bodyBytes)
      WHERE id = \(stream)
      """)
  }

  private mutating func writeSegment() throws(CrossdockError) {
    guard !columns.isEmpty else { return }
    storedBytes += try insertSegment.insert(columns, stream: stream, with: codec)
    bodyBytes += columns.bodies.count
    columns.removeAll()
    if database.logPages >= Self.logPages { try database.checkpointPassively() }
  }

  private mutating func number(ofSource name: String) throws(CrossdockError) -> UInt32 {
    let bytes = Array(name.utf8)
    if let known = bytes.withUnsafeBytes({ sources.find($0) }) { return known }
    guard sources.count < JournalLimits.maxSources else {
      throw CrossdockError(
        "restore the journal", at: database.path, reason: "more than \(JournalLimits.maxSources) sources",
        exitCode: .badInput)
    }
    let number = bytes.withUnsafeBytes { sources.add($0) }
    insertSource.bind(Int64(number) + 1, at: 1)
    insertSource.bind(name, at: 2)
    insertSource.bind(JournalSchema.crc(name), at: 3)
    try insertSource.run()
    return number
  }

  private mutating func number(ofBoot name: String) throws(CrossdockError) -> UInt32 {
    if let known = boots[name] { return known }
    insertBoot.bind(name, at: 1)
    try insertBoot.run()
    let number = UInt32(clamping: database.lastInsertedRow)
    boots[name] = number
    return number
  }
}

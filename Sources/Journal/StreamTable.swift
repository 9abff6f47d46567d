internal import Records
internal import SQLite

/// A stream as the writer holds it.
struct StreamSlot {
  let id: Int64
  var definition: StreamDefinition
  /// The sequence that the next committed record gets.
  var next: UInt64
  /// Everything up to here was evicted.
  var evictedThrough: UInt64
  var evictedRecords: UInt64
  /// The highest sequence in a segment; at least `evictedThrough`.
  var packedThrough: UInt64
  /// Bytes of the blocks of the stream's segments, and of the bodies in them.
  var packedBytes: Int64
  var packedBodyBytes: Int64
  /// Records that were found damaged and cut out.
  var missing: UInt64
  /// Bytes of the stream's blocks in `log`.
  var logBytes: Int64 = 0

  var records: UInt64 { next - 1 - evictedThrough }
  var storedBytes: Int64 { packedBytes + logBytes }
}

/// The streams of a journal: first those of the configuration, in its order, then those that only the file knows. A stream
/// that left the configuration keeps its records, and its readers go on.
struct StreamTable {
  var slots: [StreamSlot] = []
  /// Index in `slots` by id.
  private(set) var indexes: [Int64: Int] = [:]

  /// `next` does not count the rows of `log` yet: see Journal+LogScan.
  init(_ definitions: [StreamDefinition], in database: SQLiteConnection) throws(CrossdockError) {
    try Self.write(definitions, in: database)
    var found = try Self.read(database)
    for definition in definitions {
      let index = found.firstIndex { $0.definition.name == definition.name }
      guard let index else { preconditionFailure("stream \(definition.name) was just written") }
      var slot = found.remove(at: index)
      slot.definition = definition
      slots.append(slot)
    }
    slots += found
    guard slots.count <= JournalLimits.maxStreams else {
      throw CrossdockError(
        "open the journal", at: database.path, reason: "\(slots.count) streams; at most \(JournalLimits.maxStreams)",
        exitCode: .badConfiguration)
    }
    for (index, slot) in slots.enumerated() { indexes[slot.id] = index }
  }

  private static func write(
    _ definitions: [StreamDefinition], in database: SQLiteConnection
  ) throws(CrossdockError) {
    let known = try read(database)
    let insert = try database.prepare(
      "INSERT INTO stream(name, class, format, columns, crc) VALUES(?1, ?2, ?3, ?4, ?5)")
    let update = try database.prepare("UPDATE stream SET class = ?2, format = ?3, columns = ?4 WHERE name = ?1")
    for definition in definitions {
      var comparable = definition
      comparable.retention = Retention()
      let present = known.first { $0.definition.name == definition.name }
      if present?.definition == comparable { continue }
      let statement = present == nil ? insert : update
      statement.bind(definition.name, at: 1)
      statement.bind(Int(definition.streamClass.rawValue), at: 2)
      statement.bind(Int(definition.bodyFormat.rawValue), at: 3)
      statement.bind(definition.columns.joined(separator: ","), at: 4)
      if present == nil { statement.bind(JournalSchema.crc(definition.name), at: 5) }
      try statement.run()
    }
  }

  func index(named name: String) -> Int? { slots.firstIndex { $0.definition.name == name } }

  static func read(_ database: SQLiteConnection) throws(CrossdockError) -> [StreamSlot] {
    let statement = try database.prepare(
      """
      SELECT id, name, class, format, columns, evicted_through, evicted_records, packed_through, packed_bytes,
        packed_body_bytes, missing_records, crc FROM stream ORDER BY id
      """)
    var rows: [StreamSlot] = []
    while try statement.step() {
      let columns = statement.text(4)
      guard JournalSchema.crc(statement.text(1)) == statement.integer(11) else {
        var error = CrossdockError(
          "open the journal", at: database.path, reason: "the name of stream \(statement.integer(0)) is damaged",
          exitCode: .badInput)
        error.fault = .damaged
        throw error
      }
      let definition = StreamDefinition(
        name: statement.text(1),
        streamClass: StreamClass(rawValue: UInt8(clamping: statement.integer(2))) ?? .telemetry,
        bodyFormat: BodyFormat(rawValue: UInt8(clamping: statement.integer(3))) ?? .bytes,
        columns: columns.isEmpty ? [] : columns.split(separator: ",").map(String.init))
      let evicted = UInt64(clamping: statement.integer(5))
      let packed = max(evicted, UInt64(clamping: statement.integer(7)))
      rows.append(
        StreamSlot(
          id: statement.integer(0), definition: definition, next: packed + 1, evictedThrough: evicted,
          evictedRecords: UInt64(clamping: statement.integer(6)), packedThrough: packed,
          packedBytes: statement.integer(8), packedBodyBytes: statement.integer(9),
          missing: UInt64(clamping: statement.integer(10))))
    }
    return rows
  }
}

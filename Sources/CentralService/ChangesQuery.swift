import JSONText
import Records
import SQLite

/// Reads a stream's records in the order of arrival: strictly by sequence within one (agent, epoch), across agents as the
/// segments came in.
final class ChangesQuery {
  /// What one pull gives.
  struct Page {
    var lines: [UInt8] = []
    var count = 0
    var cursor: CentralCursor
  }

  let identity: UInt64
  private let connection: SQLiteConnection
  private let segments: SQLiteStatement
  private let records: SQLiteStatement
  private let newest: SQLiteStatement

  /// Bytes of one answer; a single longer record is given alone.
  static let maxPageBytes = 4 << 20

  init(_ connection: SQLiteConnection) throws(CrossdockError) {
    self.connection = connection
    identity = UInt64(bitPattern: try connection.integer("SELECT number FROM identity") ?? 0)
    segments = try connection.prepare(
      """
      SELECT g.arrival, g.stream, g.first, g.last, s.agent, s.epoch, s.format
      FROM segments g JOIN streams s ON s.id = g.stream
      WHERE g.name = ?1 AND g.arrival >= ?2 AND (?3 = '' OR s.agent = ?3) ORDER BY g.arrival
      """)
    records = try connection.prepare(
      """
      SELECT r.sequence, n.name, r.event_ns, r.ingest_ns, r.flags, r.body
      FROM records r JOIN sources n ON n.id = r.source
      WHERE r.stream = ?1 AND r.sequence > ?2 AND r.sequence <= ?3 ORDER BY r.sequence
      """)
    newest = try connection.prepare("SELECT max(arrival) FROM segments")
  }

  /// The number of the newest segment, of whatever stream; 0 without any.
  func newestArrival() throws(CrossdockError) -> Int64 {
    defer { newest.reset() }
    return try newest.step() ? newest.integer(0) : 0
  }

  func page(stream: String, agent: String, after cursor: CentralCursor, limit: Int) throws(CrossdockError) -> Page {
    var page = Page(cursor: cursor)
    segments.bind(stream, at: 1)
    segments.bind(cursor.arrival, at: 2)
    segments.bind(agent, at: 3)
    defer { segments.reset() }
    while page.count < limit, page.lines.count < Self.maxPageBytes, try segments.step() {
      let arrival = segments.integer(0)
      let after = arrival == cursor.arrival ? max(cursor.sequence, segments.integer(2) - 1) : segments.integer(2) - 1
      records.bind(segments.integer(1), at: 1)
      records.bind(after, at: 2)
      records.bind(segments.integer(3), at: 3)
      defer { records.reset() }
      while page.count < limit, page.lines.count < Self.maxPageBytes, try records.step() {
        page.lines.append(contentsOf: line(stream))
        page.count += 1
        page.cursor = CentralCursor(arrival: arrival, sequence: records.integer(0))
      }
    }
    return page
  }

  /// The current rows of both statements as a line of NDJSON.
  private func line(_ stream: String) -> [UInt8] {
    var json = JSONWriter(reserving: 256 + records.bytes(5).count)
    json.object { json in
      json.member("agent", segments.text(4))
      json.member("epoch", segments.text(5))
      json.member("stream", stream)
      json.member("sequence", records.integer(0))
      json.member("source", records.text(1))
      json.member("event_time", Timestamp.text(records.integer(2)))
      json.member("ingest_time", Timestamp.text(records.integer(3)))
      let flags = RecordFlags(rawValue: UInt32(truncatingIfNeeded: records.integer(4)))
      json.member(
        "flags",
        array: { json in for (flag, name) in RecordFlags.names where flags.contains(flag) { json.value(name) } })
      json.key("body")
      if segments.integer(6) == Int64(BodyFormat.json.rawValue) {
        json.raw(records.bytes(5))
      } else {
        json.object { $0.member("base64", String(decoding: Base64.encode(records.bytes(5)), as: UTF8.self)) }
      }
    }
    return json.bytes + [0x0A]
  }
}

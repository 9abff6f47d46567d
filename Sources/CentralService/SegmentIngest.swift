import Records
import SQLite
import Segments

/// What became of a pushed segment.
enum IngestResult: Equatable {
  /// Durable. `written` counts the records that were not there before.
  case accepted(watermark: UInt64, written: Int)
  /// The segment follows something that is not here; nothing is written.
  case conflict(watermark: UInt64)
  /// It says something else than what is stored for the same identity; nothing is written but the count of it.
  case contradiction(String)
}

/// Applies segments: one transaction each, with the watermark. Applying one again changes nothing.
final class SegmentIngest {
  private let connection: SQLiteConnection
  private let rows: StreamRows
  private let sources: SourceNames
  private let stored: SQLiteStatement
  private let insertRecord: SQLiteStatement
  private let insertSegment: SQLiteStatement
  private let insertGap: SQLiteStatement
  private let advance: SQLiteStatement
  private let countRefusal: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(CrossdockError) {
    self.connection = connection
    rows = try StreamRows(connection)
    sources = try SourceNames(connection)
    stored = try connection.prepare(
      """
      SELECT source, event_ns, ingest_ns, monotonic_ns, boot, flags, body FROM records
      WHERE stream = ?1 AND sequence = ?2
      """)
    insertRecord = try connection.prepare("INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
    insertSegment = try connection.prepare(
      "INSERT INTO segments(stream, name, first, last, received_ns) VALUES (?1, ?2, ?3, ?4, ?5)")
    insertGap = try connection.prepare("INSERT INTO gaps VALUES (?1, ?2, ?3, ?4)")
    advance = try connection.prepare(
      """
      UPDATE streams SET watermark = ?2, head = max(head, ?2), records = records + ?3, dropped = dropped + ?4,
      class = ?5, format = ?6, seen_ns = ?7 WHERE id = ?1
      """)
    countRefusal = try connection.prepare("UPDATE streams SET refused = refused + 1 WHERE id = ?1")
  }

  func apply(
    _ header: SegmentHeader, _ records: [StoredRecord], nowNs: Int64
  ) throws(CrossdockError) -> IngestResult {
    do throws(CrossdockError) {
      return try connection.transaction { () throws(CrossdockError) in
        let row = try rows.row(agent: header.agent, epoch: header.epoch, stream: header.stream)
        guard header.follows <= row.watermark else { return .conflict(watermark: row.watermark) }
        if let reason = try contradiction(header, records, row) {
          countRefusal.bind(row.id, at: 1)
          try countRefusal.run()
          return .contradiction(reason)
        }
        return try write(header, records, row, nowNs)
      }
    } catch {
      sources.forget()
      throw error
    }
  }

  private func write(
    _ header: SegmentHeader, _ records: [StoredRecord], _ row: StreamRow, _ nowNs: Int64
  ) throws(CrossdockError) -> IngestResult {
    let watermark = max(row.watermark, header.last)
    var dropped: UInt64 = 0
    if header.first > row.watermark + 1 {
      dropped = header.first - 1 - row.watermark
      insertGap.bind(row.id, at: 1)
      insertGap.bind(row.watermark + 1, at: 2)
      insertGap.bind(header.first - 1, at: 3)
      insertGap.bind(nowNs, at: 4)
      try insertGap.run()
    }
    let news = records.drop { $0.sequence <= row.watermark }
    for record in news { try insert(record, row.id) }
    if let first = news.first?.sequence {
      insertSegment.bind(row.id, at: 1)
      insertSegment.bind(header.stream, at: 2)
      insertSegment.bind(first, at: 3)
      insertSegment.bind(header.last, at: 4)
      insertSegment.bind(nowNs, at: 5)
      try insertSegment.run()
    }
    advance.bind(row.id, at: 1)
    advance.bind(watermark, at: 2)
    advance.bind(news.count, at: 3)
    advance.bind(dropped, at: 4)
    advance.bind(Int64(header.streamClass.rawValue), at: 5)
    advance.bind(Int64(header.bodyFormat.rawValue), at: 6)
    advance.bind(nowNs, at: 7)
    try advance.run()
    return .accepted(watermark: watermark, written: news.count)
  }

  private func insert(_ record: StoredRecord, _ stream: Int64) throws(CrossdockError) {
    insertRecord.bind(stream, at: 1)
    insertRecord.bind(record.sequence, at: 2)
    insertRecord.bind(try sources.number(of: record.source), at: 3)
    insertRecord.bind(record.eventTimeNs, at: 4)
    insertRecord.bind(record.ingestTimeNs, at: 5)
    insertRecord.bind(record.monotonicNs, at: 6)
    insertRecord.bind(Int64(record.boot), at: 7)
    insertRecord.bind(Int64(record.flags.rawValue), at: 8)
    var failure: CrossdockError?
    record.body.withUnsafeBytes { body in
      insertRecord.bind(borrowing: body, at: 9)
      do throws(CrossdockError) { try insertRecord.run() } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Compares what the segment repeats with what is stored. A sequence that was declared dropped stays dropped: repeating
  /// it is no contradiction, and it is not written.
  private func contradiction(
    _ header: SegmentHeader, _ records: [StoredRecord], _ row: StreamRow
  ) throws(CrossdockError) -> String? {
    if let format = row.bodyFormat, format != header.bodyFormat {
      return "the stream's bodies are \(format.name), this segment's are \(header.bodyFormat.name)"
    }
    for record in records {
      guard record.sequence <= row.watermark else { break }
      stored.bind(row.id, at: 1)
      stored.bind(record.sequence, at: 2)
      defer { stored.reset() }
      guard try stored.step() else { continue }
      let isSame =
        stored.integer(1) == record.eventTimeNs && stored.integer(2) == record.ingestTimeNs
        && stored.integer(3) == record.monotonicNs && stored.integer(4) == Int64(record.boot)
        && stored.integer(5) == Int64(record.flags.rawValue) && stored.bytes(6).elementsEqual(record.body)
      guard isSame, try stored.integer(0) == sources.number(of: record.source) else {
        return "sequence \(record.sequence) is stored with other contents"
      }
    }
    return nil
  }
}

import Records
import SQLite

/// One row of `streams`: a stream in one epoch of one agent.
struct StreamRow {
  var id: Int64
  /// Nil while only heads have told of the stream.
  var bodyFormat: BodyFormat?
  var head: UInt64
  var watermark: UInt64
}

/// Finds and creates stream rows.
struct StreamRows {
  private let find: SQLiteStatement
  private let insert: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(CrossdockError) {
    find = try connection.prepare(
      "SELECT id, format, head, watermark FROM streams WHERE agent = ?1 AND epoch = ?2 AND name = ?3")
    insert = try connection.prepare("INSERT OR IGNORE INTO streams(agent, epoch, name) VALUES (?1, ?2, ?3)")
  }

  func row(agent: String, epoch: Epoch, stream: String) throws(CrossdockError) -> StreamRow {
    if let row = try existing(agent, epoch, stream) { return row }
    insert.bind(agent, at: 1)
    insert.bind(epoch.description, at: 2)
    insert.bind(stream, at: 3)
    try insert.run()
    guard let row = try existing(agent, epoch, stream) else {
      preconditionFailure("StreamRows: inserted and not there")
    }
    return row
  }

  private func existing(_ agent: String, _ epoch: Epoch, _ stream: String) throws(CrossdockError) -> StreamRow? {
    find.bind(agent, at: 1)
    find.bind(epoch.description, at: 2)
    find.bind(stream, at: 3)
    defer { find.reset() }
    guard try find.step() else { return nil }
    return StreamRow(
      id: find.integer(0), bodyFormat: find.isNull(1) ? nil : BodyFormat(rawValue: UInt8(clamping: find.integer(1))),
      head: UInt64(clamping: find.integer(2)), watermark: UInt64(clamping: find.integer(3)))
  }
}

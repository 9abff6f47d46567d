internal import Records
internal import SQLite

/// Writes rows of the table of segments: the one place that knows how.
struct SegmentInsert {
  private let statement: SQLiteStatement

  /// - Parameter replaces: whether a segment gives way to one with the same key; else that is an error.
  init(_ database: SQLiteConnection, replaces: Bool) throws(CrossdockError) {
    statement = try database.prepare(
      """
      INSERT \(replaces ? "OR REPLACE " : "")INTO segment(key, last, last_arrival, body_bytes, block)
      VALUES(?1, ?2, ?3, ?4, ?5)
      """)
  }

  /// A block as it is.
  func insert(
    key: Int64, last: UInt64, lastArrival: Int64, bodyBytes: Int64, block: UnsafeRawBufferPointer
  ) throws(CrossdockError) {
    statement.bind(key, at: 1)
    statement.bind(last, at: 2)
    statement.bind(lastArrival, at: 3)
    statement.bind(bodyBytes, at: 4)
    statement.bind(borrowing: block, at: 5)
    try statement.run()
  }

  /// Records of a stream as one cold segment. Returns the bytes of its block.
  func insert(_ columns: BlockColumns, stream: Int64, with codec: BlockCodec) throws(CrossdockError) -> Int {
    try codec.encode(columns, stream: stream, level: BlockCodec.coldLevel) { block throws(CrossdockError) in
      try insert(
        key: JournalSchema.key(stream, columns.first), last: columns.end - 1, lastArrival: columns.arrivals.last ?? 0,
        bodyBytes: Int64(columns.bodies.count), block: block)
      return block.count
    }
  }
}

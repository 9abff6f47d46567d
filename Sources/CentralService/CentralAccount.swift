import JSONText
package import Records
package import SQLite

/// What central has of what there is to have, stream by stream.
package struct CentralAccount: Sendable {
  package struct Stream: Sendable, Equatable {
    package var agent: String
    package var epoch: String
    package var stream: String
    package var head: UInt64
    package var watermark: UInt64
    /// Rows in the database.
    package var records: UInt64
    /// Sequences that the agent declared dropped, and in how many ranges.
    package var dropped: UInt64
    package var gaps: Int
    /// Segments refused because they contradict what is stored.
    package var refused: UInt64

    package var expected: UInt64 { head > dropped ? head - dropped : 0 }
    package var missing: UInt64 { expected > records ? expected - records : 0 }
    /// Rows beyond what the watermark allows. The primary key forbids them: more than 0 is a damaged database.
    package var double: UInt64 {
      let allowed = watermark > dropped ? watermark - dropped : 0
      return records > allowed ? records - allowed : 0
    }
  }

  package var streams: [Stream]

  package var records: UInt64 { streams.reduce(0) { $0 + $1.records } }
  package var expected: UInt64 { streams.reduce(0) { $0 + $1.expected } }
  package var missing: UInt64 { streams.reduce(0) { $0 + $1.missing } }
  package var double: UInt64 { streams.reduce(0) { $0 + $1.double } }

  /// - Parameter countsRows: counts the stored rows one by one; else the counters that ingest keeps are taken.
  package static func read(
    _ connection: SQLiteConnection, countsRows: Bool
  ) throws(CrossdockError) -> CentralAccount {
    let counted = countsRows ? try rowCounts(connection) : [:]
    let statement = try connection.prepare(
      """
      SELECT id, agent, epoch, name, head, watermark, records, dropped, refused,
        (SELECT count(*) FROM gaps WHERE gaps.stream = streams.id)
      FROM streams ORDER BY agent, name, epoch
      """)
    var account = CentralAccount(streams: [])
    while try statement.step() {
      let rows = countsRows ? counted[statement.integer(0)] ?? 0 : UInt64(clamping: statement.integer(6))
      account.streams.append(
        Stream(
          agent: statement.text(1), epoch: statement.text(2), stream: statement.text(3),
          head: UInt64(clamping: statement.integer(4)), watermark: UInt64(clamping: statement.integer(5)),
          records: rows, dropped: UInt64(clamping: statement.integer(7)), gaps: Int(statement.integer(9)),
          refused: UInt64(clamping: statement.integer(8))))
    }
    return account
  }

  private static func rowCounts(_ connection: SQLiteConnection) throws(CrossdockError) -> [Int64: UInt64] {
    let statement = try connection.prepare("SELECT stream, count(*) FROM records GROUP BY stream")
    var counts: [Int64: UInt64] = [:]
    while try statement.step() { counts[statement.integer(0)] = UInt64(clamping: statement.integer(1)) }
    return counts
  }

  /// `{"records","expected","missing","double","streams":[…]}`
  package func json() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("records", records)
      json.member("expected", expected)
      json.member("missing", missing)
      json.member("double", double)
      json.member("streams", array: { json in for stream in streams { Self.write(stream, &json) } })
    }
    return json.bytes + [0x0A]
  }

  private static func write(_ stream: Stream, _ json: inout JSONWriter) {
    json.object { json in
      json.member("agent", stream.agent)
      json.member("epoch", stream.epoch)
      json.member("stream", stream.stream)
      json.member("head", stream.head)
      json.member("watermark", stream.watermark)
      json.member("records", stream.records)
      json.member("missing", stream.missing)
      json.member("dropped", stream.dropped)
      json.member("gaps_declared", stream.gaps)
      json.member("double", stream.double)
      json.member("segments_refused", stream.refused)
    }
  }
}

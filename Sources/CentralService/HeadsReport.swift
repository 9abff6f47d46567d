import JSONText
import Records
import SQLite

/// `{"epoch":"…","streams":{"vibration":123}}`: how far an agent's streams go, whether they have been sent or not.
struct HeadsReport: Equatable {
  var epoch: Epoch
  var heads: [(stream: String, head: UInt64)]

  static let maxStreams = 4096

  static func == (a: HeadsReport, b: HeadsReport) -> Bool {
    a.epoch == b.epoch && a.heads.elementsEqual(b.heads) { $0 == $1 }
  }

  /// Throws `badInput` with what is wrong.
  init(_ text: [UInt8]) throws(CrossdockError) {
    func refuse(_ reason: String) -> CrossdockError {
      CrossdockError("read the heads", at: "body", reason: reason, exitCode: .badInput)
    }
    let json: JSONValue
    do throws(JSONSyntaxError) {
      json = try JSONValue.parse(text)
    } catch {
      throw refuse("no JSON: \(error)")
    }
    guard let epoch = json["epoch"]?.string.flatMap({ Epoch($0) }) else { throw refuse("epoch is missing or no epoch") }
    guard let streams = json["streams"]?.object else { throw refuse("streams is missing or no object") }
    guard streams.count <= Self.maxStreams else { throw refuse("more than \(Self.maxStreams) streams") }
    self.epoch = epoch
    heads = []
    for (stream, head) in streams {
      guard StreamDefinition.isValidName(stream), let head = head.integer, head >= 0 else {
        throw refuse("a stream's name is not valid, or its head is no whole number")
      }
      heads.append((stream, UInt64(head)))
    }
  }
}

/// Keeps what agents report of their heads.
struct HeadsTable {
  private let connection: SQLiteConnection
  private let rows: StreamRows
  private let raise: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(CrossdockError) {
    self.connection = connection
    rows = try StreamRows(connection)
    raise = try connection.prepare("UPDATE streams SET head = max(head, ?2), seen_ns = ?3 WHERE id = ?1")
  }

  /// The watermarks of the same streams, in the same order.
  func apply(
    _ report: HeadsReport, agent: String, nowNs: Int64
  ) throws(CrossdockError) -> [(stream: String, watermark: UInt64)] {
    try connection.transaction { () throws(CrossdockError) in
      var watermarks: [(stream: String, watermark: UInt64)] = []
      for (stream, head) in report.heads {
        let row = try rows.row(agent: agent, epoch: report.epoch, stream: stream)
        raise.bind(row.id, at: 1)
        raise.bind(head, at: 2)
        raise.bind(nowNs, at: 3)
        try raise.run()
        watermarks.append((stream, row.watermark))
      }
      return watermarks
    }
  }
}

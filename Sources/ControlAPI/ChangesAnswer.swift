// `GET /v1/changes?stream=S[&since=CURSOR|oldest|now][&limit=N][&wait=30s]`
//
//   200  NDJSON, one record a line (`ChangeLine`), perhaps none; `Crossdock-Cursor`: give it as `since` next time;
//        `Crossdock-Lag`: records after that cursor. HEAD gives the headers alone.
//   400  a parameter is wrong, or the cursor is none of this agent and stream
//   404  no such stream
//   410  `{"error","hint","oldest"}`: the cursor is of another epoch, or what follows it was evicted; `oldest` is where
//        the records begin that are still here, and what lies between is lost to this reader
//
// With `wait` and nothing to give, the answer comes with the next record or after that time, at most `maxWaitS`. `since=now` never
// waits: it gives the cursor to wait with.
internal import HTTPServer
internal import JSONText
internal import Journal
internal import Records

enum ChangesAnswer {
  static let defaultLimit = 1000
  static let maxLimit = 10_000
  /// Bodies in one answer; a single larger record is given alone.
  static let maxBytes = 4 << 20
  static let maxWaitS = 60

  static func make(
    _ request: HTTPRequest, _ reader: JournalReader, _ damage: CursorMailbox?
  ) throws(CrossdockError) -> HTTPResponse {
    guard let name = request.query["stream"] else {
      return .error(400, "no stream given", hint: "GET /v1/changes?stream=NAME; GET /v1/streams lists the names")
    }
    let streams = try reader.streams()
    guard let stream = streams.first(where: { $0.definition.name == name }) else {
      let names = streams.map(\.definition.name).joined(separator: ", ")
      return .error(404, "no stream of this name", hint: "the streams are: \(names)")
    }
    guard let limit = limit(request.query["limit"]) else {
      return .error(400, "limit is not a number above 0", hint: "limit=\(defaultLimit); at most \(maxLimit)")
    }
    guard let waitNs = waitNs(request.query["wait"]) else {
      return .error(400, "wait is not a time", hint: "wait=30s or wait=1500ms; at most \(maxWaitS)s")
    }
    let after: UInt64
    switch position(request.query["since"], stream, reader) {
    case .after(let sequence): after = sequence
    case .answer(let refusal): return refusal
    }
    let records: [StoredRecord]
    do throws(CrossdockError) {
      records = try reader.read(stream: name, after: after, maxRecords: limit, maxBytes: maxBytes)
    } catch {
      // The writer cuts it out; who asks again reads on behind it.
      if error.fault == .damaged { damage?.reportDamage(stream: name, after: after) }
      throw error
    }
    if records.isEmpty, waitNs > 0, request.query["since"] != "now", request.nowNs < request.arrivedNs + waitNs {
      return .wait(untilNs: request.arrivedNs + waitNs)
    }
    return answer(records, after, stream, reader)
  }

  private static func answer(
    _ records: [StoredRecord], _ after: UInt64, _ stream: StreamState, _ reader: JournalReader
  ) -> HTTPResponse {
    let line = ChangeLine(agent: reader.agent, epoch: reader.epoch, stream: stream.definition)
    var body: [UInt8] = []
    body.reserveCapacity(records.reduce(0) { $0 + $1.body.count + 256 })
    for record in records { line.append(record, to: &body) }
    let reached = records.last?.sequence ?? after
    let cursor = ChangesCursor(epoch: reader.epoch, sequence: reached)
    return HTTPResponse(
      status: 200,
      headers: [
        ("Crossdock-Cursor", cursor.text(agent: reader.agent, stream: stream.definition.name)),
        ("Crossdock-Lag", String(stream.last > reached ? stream.last - reached : 0)),
      ],
      body: body, contentType: "application/x-ndjson")
  }

  private enum Position {
    case after(UInt64)
    case answer(HTTPResponse)
  }

  private static func position(_ since: String?, _ stream: StreamState, _ reader: JournalReader) -> Position {
    switch since {
    case nil, "", "oldest": return .after(stream.first - 1)
    case "now": return .after(stream.last)
    case .some(let text):
      let name = stream.definition.name
      guard let cursor = ChangesCursor(text, agent: reader.agent, stream: name) else {
        return .answer(
          .error(
            400, "since is no cursor of this agent and stream",
            hint: "give the last Crossdock-Cursor unchanged, or since=oldest"))
      }
      guard cursor.epoch == reader.epoch else {
        return .answer(gone("of another life of this journal", stream, reader))
      }
      guard cursor.sequence + 1 >= stream.first else {
        return .answer(gone("before the oldest record that is kept", stream, reader))
      }
      guard cursor.sequence <= stream.last else {
        return .answer(gone("beyond the newest record", stream, reader))
      }
      return .after(cursor.sequence)
    }
  }

  private static func gone(_ why: String, _ stream: StreamState, _ reader: JournalReader) -> HTTPResponse {
    let oldest = ChangesCursor(epoch: reader.epoch, sequence: stream.first - 1)
    return .json(410) { json in
      json.member("error", "the cursor is \(why)")
      json.member("hint", "read on from `oldest`; what lies between is not here")
      json.member("oldest", oldest.text(agent: reader.agent, stream: stream.definition.name))
    }
  }

  private static func limit(_ text: String?) -> Int? {
    guard let text else { return defaultLimit }
    guard let number = Int(text), number > 0 else { return nil }
    return min(number, maxLimit)
  }

  /// `30s`, `1500ms` or `30` (seconds), in nanoseconds.
  static func waitNs(_ text: String?) -> Int64? {
    guard let text else { return 0 }
    let isMs = text.hasSuffix("ms")
    let digits = isMs ? text.dropLast(2) : text.hasSuffix("s") ? text.dropLast(1) : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits) else {
      return nil
    }
    let most = Int64(maxWaitS) * 1_000_000_000
    let (ns, overflow) = number.multipliedReportingOverflow(by: isMs ? 1_000_000 : 1_000_000_000)
    return overflow ? most : min(ns, most)
  }
}

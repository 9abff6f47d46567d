import HTTPServer
import JSONText
import Records

/// `GET /v1/changes?stream=S[&agent=A][&since=CURSOR|oldest|now][&limit=N][&wait=30s]`
enum ChangesAnswer {
  static let defaultLimit = 1000
  static let maxLimit = 10_000
  static let maxWaitS: Int64 = 60

  static func make(_ request: HTTPRequest, _ store: CentralStore) throws(CrossdockError) -> HTTPResponse {
    guard let stream = request.query["stream"], StreamDefinition.isValidName(stream) else {
      return .error(400, "no valid stream given", hint: "GET /v1/changes?stream=NAME; GET /v1/account lists them")
    }
    let agent = request.query["agent"] ?? ""
    guard agent.isEmpty || StreamDefinition.isValidName(agent) else {
      return .error(400, "agent is no valid id", hint: "leave it away for all agents")
    }
    guard let limit = request.query["limit"].map({ Int($0) ?? 0 }) ?? Optional(defaultLimit), limit > 0 else {
      return .error(400, "limit is not a number above 0", hint: "limit=\(defaultLimit); at most \(maxLimit)")
    }
    guard let waitNs = waitNs(request.query["wait"]) else {
      return .error(400, "wait is not a time", hint: "wait=30s or wait=1500ms; at most \(maxWaitS)s")
    }
    let newest = try store.changes.newestArrival()
    let cursor: CentralCursor
    switch position(request.query["since"], newest, store.changes.identity) {
    case .cursor(let found): cursor = found
    case .answer(let refusal): return refusal
    }
    let page = try store.changes.page(stream: stream, agent: agent, after: cursor, limit: min(limit, maxLimit))
    if page.count == 0, request.nowNs < request.arrivedNs + waitNs {
      return .wait(untilNs: request.arrivedNs + waitNs, for: stream)
    }
    store.counters.recordsPulled += UInt64(page.count)
    return HTTPResponse(
      status: 200, headers: [("Crossdock-Cursor", page.cursor.text(identity: store.changes.identity))],
      body: page.lines, contentType: "application/x-ndjson")
  }

  private enum Position {
    case cursor(CentralCursor)
    case answer(HTTPResponse)
  }

  private static func position(_ since: String?, _ newest: Int64, _ identity: UInt64) -> Position {
    switch since {
    case nil, "", "oldest": return .cursor(.start)
    case "now": return .cursor(CentralCursor(arrival: newest, sequence: Int64.max))
    case .some(let text):
      switch CentralCursor.read(text, identity: identity) {
      case .malformed:
        return .answer(
          .error(400, "since is no cursor", hint: "give the last Crossdock-Cursor unchanged, or since=oldest"))
      case .foreign: return .answer(gone("of another life of central's database", identity))
      case .cursor(let cursor):
        return cursor.arrival <= newest ? .cursor(cursor) : .answer(gone("beyond the newest record", identity))
      }
    }
  }

  private static func gone(_ why: String, _ identity: UInt64) -> HTTPResponse {
    .json(410) {
      $0.member("error", "the cursor is \(why)")
      $0.member("hint", "read again from `oldest`")
      $0.member("oldest", CentralCursor.start.text(identity: identity))
    }
  }

  /// `30s`, `1500ms` or `30` (seconds), in nanoseconds.
  static func waitNs(_ text: String?) -> Int64? {
    guard let text else { return 0 }
    let isMs = text.hasSuffix("ms")
    let digits = isMs ? text.dropLast(2) : text.hasSuffix("s") ? text.dropLast(1) : text[...]
    guard let number = UInt32(digits) else { return nil }
    return min(Int64(number) * (isMs ? 1_000_000 : 1_000_000_000), maxWaitS * 1_000_000_000)
  }
}

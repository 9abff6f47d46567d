import HTTPServer
import JSONText
import Logging
import Platform
import Records
import SQLite
import Segments
import Synchronization

/// Central's API as plain functions from request to response. The contract is in docs/sync-contract.md.
final class CentralRoutes: Sendable {
  private let store: Mutex<CentralStore>
  private let wake = Mutex<(@Sendable (String) -> Void)?>(nil)
  private let clock = SystemClock()
  private let log: Logger

  static let maxHeadsBytes = 1 << 20

  init(_ store: sending CentralStore, log: Logger) {
    self.store = Mutex(store)
    self.log = log
  }

  /// Wakes who waits for a stream; set once the server is there.
  func setWake(_ wake: @escaping @Sendable (String) -> Void) {
    self.wake.withLock { $0 = wake }
  }

  func all() -> [HTTPRoute] {
    [
      HTTPRoute(.post, "/v1/streams/{stream}/segments", maxBodyBytes: SegmentLimits.maxSegmentBytes) { self.push($0) },
      HTTPRoute(.post, "/v1/agents/{agent}/heads", maxBodyBytes: Self.maxHeadsBytes) { self.heads($0) },
      HTTPRoute(.post, "/v1/agents/{agent}/commands", maxBodyBytes: CommandTable.maxBodyBytes) { self.command($0) },
      HTTPRoute(.get, "/v1/agents/{agent}/commands") { self.commands($0) },
      HTTPRoute(.get, "/v1/changes") { request in
        self.answer { store throws(CrossdockError) in
          try ChangesAnswer.make(request, store)
        }
      },
      HTTPRoute(.get, "/v1/agents") { _ in self.agents() },
      HTTPRoute(.get, "/v1/account") { _ in
        self.answer { store throws(CrossdockError) in
          let account = try CentralAccount.read(store.connection, countsRows: false)
          return HTTPResponse(status: 200, body: account.json(), contentType: "application/json")
        }
      },
      HTTPRoute(.get, "/metrics") { _ in
        self.answer { store throws(CrossdockError) in
          let account = try CentralAccount.read(store.connection, countsRows: false)
          return .text(200, CentralMetrics.text(account, store.counters), contentType: CentralMetrics.contentType)
        }
      },
      HTTPRoute(.get, "/healthz", isOpen: true) { _ in
        self.answer { store throws(CrossdockError) in
          _ = try store.connection.integer("SELECT number FROM identity")
          return .text(200, "ok\n")
        }
      },
    ]
  }

  /// A failing database is 503 when it may pass, else 500; the log says what it was.
  func answer(_ body: (CentralStore) throws(CrossdockError) -> HTTPResponse) -> HTTPResponse {
    store.withLock { store in
      do throws(CrossdockError) {
        return try body(store)
      } catch {
        log.error("request failed", metadata: ["error": "\(error)"])
        return error.isRetryable
          ? .error(503, error.reason, hint: error.hint, headers: [("Retry-After", "5")])
          : .error(500, error.reason, hint: error.hint)
      }
    }
  }

  var nowNs: Int64 { clock.now().wallNs }

  // MARK: push

  private func push(_ request: HTTPRequest) -> HTTPResponse {
    guard SegmentHeader.isReadable(request.body) else {
      return .error(
        415, "the body is no segment of a version that this central reads",
        hint: "send application/vnd.crossdock.segment, version 1; see docs/sync-contract.md")
    }
    let header: SegmentHeader
    let records: [StoredRecord]
    do throws(CrossdockError) {
      (header, records) = try SegmentDecoder.decode(request.body)
    } catch {
      store.withLock { $0.counters.segmentsMalformed += 1 }
      return .error(400, "\(error.place): \(error.reason)", hint: "encode the segment again")
    }
    guard header.stream == request.parameters["stream"] else {
      store.withLock { $0.counters.segmentsMalformed += 1 }
      return .error(400, "the path and the segment name different streams", hint: "they must be the same")
    }
    if header.bodyFormat == .json, let bad = records.first(where: { !JSONShape.isValid($0.body) }) {
      store.withLock { $0.counters.segmentsMalformed += 1 }
      return .error(400, "the body of sequence \(bad.sequence) is not JSON", hint: "its stream's body format is JSON")
    }
    return answer { store throws(CrossdockError) in
      let result: IngestResult
      do throws(CrossdockError) {
        result = try store.ingest.apply(header, records, nowNs: clock.now().wallNs)
      } catch {
        store.counters.segmentsFailed += 1
        throw error
      }
      return respond(result, header, request.body.count, &store.counters)
    }
  }

  private func respond(
    _ result: IngestResult, _ header: SegmentHeader, _ bytes: Int, _ counters: inout CentralCounters
  ) -> HTTPResponse {
    switch result {
    case .accepted(let watermark, let written):
      counters.segmentsAccepted += 1
      counters.segmentBytes += UInt64(bytes)
      counters.recordsWritten += UInt64(written)
      counters.recordsRepeated += UInt64(header.count - written)
      if written > 0 { wake.withLock { $0 }?(header.stream) }
      return .json {
        $0.member("watermark", watermark)
        $0.member("written", written)
      }
    case .conflict(let watermark):
      counters.segmentsConflicting += 1
      return .json(409) {
        $0.member("error", "the segment follows \(header.follows), central has up to \(watermark)")
        $0.member("hint", "send from expected on")
        $0.member("expected", watermark + 1)
        $0.member("watermark", watermark)
      }
    case .contradiction(let reason):
      counters.segmentsContradicting += 1
      log.error(
        "segment contradicts what is stored",
        metadata: [
          "agent": "\(header.agent)", "epoch": "\(header.epoch)", "stream": "\(header.stream)", "reason": "\(reason)",
        ])
      return .error(422, reason, hint: "what is stored stays; an agent whose journal was replaced needs a new epoch")
    }
  }

  private func heads(_ request: HTTPRequest) -> HTTPResponse {
    guard let agent = request.parameters["agent"], StreamDefinition.isValidName(agent) else {
      return .error(400, "the agent's id is not valid", hint: "letters, digits, - _ . and at most 64 of them")
    }
    let report: HeadsReport
    do throws(CrossdockError) {
      report = try HeadsReport(request.body)
    } catch {
      return .error(400, error.reason, hint: "send {\"epoch\":\"…\",\"streams\":{\"name\":123}}")
    }
    return answer { store throws(CrossdockError) in
      let watermarks = try store.heads.apply(report, agent: agent, nowNs: clock.now().wallNs)
      return .json { json in
        json.member(
          "watermarks", object: { json in for (stream, watermark) in watermarks { json.member(stream, watermark) } })
      }
    }
  }

  private func agents() -> HTTPResponse {
    answer { store throws(CrossdockError) in
      let statement = try store.connection.prepare(
        "SELECT agent, epoch, count(*), max(seen_ns) FROM streams GROUP BY agent, epoch ORDER BY agent, epoch")
      var rows: [(agent: String, epoch: String, streams: Int64, seenNs: Int64)] = []
      while try statement.step() {
        rows.append((statement.text(0), statement.text(1), statement.integer(2), statement.integer(3)))
      }
      return .json { json in
        json.member(
          "agents",
          array: { json in
            for row in rows {
              json.object { json in
                json.member("agent", row.agent)
                json.member("epoch", row.epoch)
                json.member("streams", row.streams)
                json.member("last_seen", Timestamp.text(row.seenNs))
              }
            }
          })
      }
    }
  }
}

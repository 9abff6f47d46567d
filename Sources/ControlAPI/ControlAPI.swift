// The agent's own HTTP interface: what it is doing, and its streams to be pulled.
//
//   GET /v1/status    JSON, as `crossdock status --json`
//   GET /v1/plugins   JSON: the plugins that run beside the agent, with their newest batches
//   GET /v1/streams   JSON array: name, class, format, columns, first, last, records, cursors of both ends
//   GET /v1/changes   records of a stream after a cursor, NDJSON; see ChangesAnswer.swift
//   GET /metrics      OpenMetrics 1.0
//   GET /healthz      "ok", without a token
//
// Everything else is answered 404 or 405; errors are JSON `{"error","hint"}`. One thread answers; requests that wait hold a
// connection and no thread.
package import HTTPServer
internal import JSONText
package import Journal
package import Logging
internal import Platform
package import Records
internal import Synchronization

package final class ControlAPI: Sendable {
  private let server: HTTPServer
  let shared: ControlState
  private let watcher: Mutex<OwnedThread?>

  /// Waiting readers are looked at again at most so often.
  static let wakeSpacingMs = 20

  /// Listens and answers until `stop`.
  /// - Parameters:
  ///   - plugins: gives the JSON text of `/v1/plugins`; called on the server's thread.
  ///   - status: gives the JSON text of `/v1/status`; called on the server's thread.
  ///   - journalPath: the journal, which may appear later: until then its answers are 503.
  ///   - commits: wakes long polls.
  ///   - damage: told where a request met damage in the journal.
  package init(
    _ configuration: HTTPServerConfiguration, journalPath: String, commits: CommitSignal,
    damage: CursorMailbox? = nil, logger: Logger = Logger(label: "control"),
    plugins: @escaping @Sendable () -> [UInt8] = { Array(#"{"plugins":[]}"#.utf8) },
    status: @escaping @Sendable () -> [UInt8]
  ) throws(CrossdockError) {
    let shared = ControlState(journalPath: journalPath, commits: commits, damage: damage, logger: logger)
    self.shared = shared
    let server = try HTTPServer(
      configuration,
      routes: [
        HTTPRoute(.get, "/healthz", isOpen: true) { _ in .text(200, "ok\n") },
        HTTPRoute(.get, "/v1/status") { _ in
          HTTPResponse(status: 200, body: status(), contentType: "application/json")
        },
        HTTPRoute(.get, "/v1/plugins") { _ in
          HTTPResponse(status: 200, body: plugins(), contentType: "application/json")
        },
        HTTPRoute(.get, "/metrics") { _ in Self.metrics(status()) },
        HTTPRoute(.get, "/v1/streams") { _ in shared.answer(StreamsAnswer.make) },
        HTTPRoute(.get, "/v1/changes") { request in shared.changes(request) },
      ])
    self.server = server
    watcher = Mutex(
      OwnedThread(name: "control-wake") { shared.wakeReaders(of: server) })
    logger.info("control API listens", metadata: ["address": "\(server.address)"])
  }

  /// The address it really listens on: `127.0.0.1:43121`.
  package var address: String { server.address }
  package var port: UInt16 { server.port }

  /// Closes the journal, whose file the writer is about to open anew, or takes it up again. Between the two, what needs it is
  /// answered 503; the status is answered as ever.
  package func suspendReading(_ isSuspended: Bool) {
    shared.suspendReading(isSuspended)
  }

  /// Ends waits with 503 and closes every connection.
  package func stop() {
    shared.stop()
    watcher.withLock { thread in
      thread?.join()
      thread = nil
    }
    server.stop()
  }

  deinit { stop() }

  private static func metrics(_ status: [UInt8]) -> HTTPResponse {
    guard let json = try? JSONValue.parse(status) else {
      return .error(500, "the status is no JSON", hint: "report this as a bug")
    }
    return HTTPResponse(
      status: 200, body: StatusMetrics.text(json),
      contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8")
  }
}

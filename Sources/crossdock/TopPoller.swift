import CommandSyntax
import HTTPClient
import JSONText
import LiveView
import Records

/// Asks the agent for its status and for what is new in its alert and decision streams. An agent that is away is a line on
/// the screen; the address is looked up again, because a restarted agent may have another.
final class TopPoller {
  /// Answers of `/v1/changes` in one turn; the rest comes with the next.
  private static let maxPages = 5
  private static let pageRecords = 500

  private(set) var lastError: CrossdockError?
  var screen = LiveScreen()
  private let arguments: ParsedArguments
  private var client: AgentClient?
  /// By stream.
  private var cursors: [String: String] = [:]

  init(_ arguments: ParsedArguments) {
    self.arguments = arguments
  }

  func poll() {
    do {
      let client = try client ?? AgentClient(arguments)
      self.client = client
      let answer = try client.get("/v1/status")
      guard answer.isSuccess, let document = try? JSONValue.parse(answer.body), let status = LiveStatus(document) else {
        screen.problem = "the agent answers \(answer.status) and no status"
        return
      }
      screen.status = status
      screen.problem = nil
      lastError = nil
      for stream in status.streams where stream.className == "alert" || stream.className == "decision" {
        try follow(stream, client)
      }
    } catch {
      client = nil
      lastError = error as? CrossdockError
      screen.problem = lastError.map { "\($0.place): \($0.reason)" } ?? "\(error)"
    }
  }

  /// Alerts from the oldest that is kept; of decisions only what comes from now on.
  private func follow(_ stream: LiveStatus.Stream, _ client: AgentClient) throws(CrossdockError) {
    for _ in 0..<Self.maxPages {
      let since = cursors[stream.name] ?? (stream.className == "alert" ? "oldest" : "now")
      let answer = try client.get("/v1/changes?stream=\(stream.name)&since=\(since)&limit=\(Self.pageRecords)")
      if answer.status == 410 { cursors[stream.name] = nil }
      guard answer.isSuccess, let cursor = answer.cursor else { return }
      cursors[stream.name] = cursor
      let lines = answer.body.split(separator: 0x0A)
      for line in lines { if let event = LiveEvent(line: line) { screen.add(event) } }
      if lines.count < Self.pageRecords { return }
    }
  }
}

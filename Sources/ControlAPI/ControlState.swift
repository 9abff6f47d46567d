internal import HTTPServer
internal import Journal
internal import Logging
internal import Records
internal import Synchronization

/// What the routes share: the journal's reader, opened by the first request that needs it, and who waits for news.
final class ControlState: Sendable {
  private let journalPath: String
  private let commits: CommitSignal
  private let damage: CursorMailbox?
  private let logger: Logger
  private struct Reading {
    var reader: JournalReader?
    /// Nobody may have the journal's file open now.
    var isSuspended = false
  }
  private let reading = Mutex(Reading())
  /// A new generation with each request that may wait: nobody listens to commits before there is one.
  let requests = CommitSignal()
  private let isStopping = Atomic(false)

  init(journalPath: String, commits: CommitSignal, damage: CursorMailbox?, logger: Logger) {
    self.journalPath = journalPath
    self.commits = commits
    self.damage = damage
    self.logger = logger
  }

  func changes(_ request: HTTPRequest) -> HTTPResponse {
    // Said before the look at the journal, so that no commit falls between the look and the wait.
    if request.query["wait"] != nil { requests.wakeAll() }
    return answer { (reader) throws(CrossdockError) in try ChangesAnswer.make(request, reader, damage) }
  }

  /// Answers from the journal; 503 while it cannot be read.
  func answer(_ make: (JournalReader) throws(CrossdockError) -> HTTPResponse) -> HTTPResponse {
    do throws(CrossdockError) {
      return try reading.withLock { (reading) throws(CrossdockError) -> HTTPResponse in
        if reading.isSuspended {
          return .error(503, "the configuration is being reloaded", hint: "try again")
        }
        // A reader that fails is given up: the next request opens it anew.
        let open: JournalReader
        if let known = reading.reader { open = known } else { open = try JournalReader(path: journalPath) }
        reading.reader = nil
        let response = try make(open)
        reading.reader = open
        return response
      }
    } catch {
      logger.warning("journal cannot be read", metadata: ["reason": "\(error.reason)"])
      return .error(503, "the journal cannot be read: \(error.reason)", hint: error.hint)
    }
  }

  func suspendReading(_ isSuspended: Bool) {
    reading.withLock { $0 = Reading(isSuspended: isSuspended) }
    if !isSuspended { commits.wakeAll() }
  }

  /// Runs on a thread of its own: a commit wakes whoever waits.
  func wakeReaders(of server: HTTPServer) {
    var generation = commits.generation
    var asked: UInt64 = 0
    while !isStopping.load(ordering: .acquiring) {
      let now = requests.wait(past: asked, timeoutMs: 60_000)
      guard now != asked else { continue }
      asked = now
      while !isStopping.load(ordering: .acquiring) {
        let news = commits.wait(past: generation, timeoutMs: 1000)
        guard news != generation else { continue }
        generation = news
        break
      }
      server.wake()
      // Nothing is past this generation: a pause, during which commits gather.
      _ = requests.wait(past: .max, timeoutMs: ControlAPI.wakeSpacingMs)
    }
  }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    requests.wakeAll()
    commits.wakeAll()
  }
}

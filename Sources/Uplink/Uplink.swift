internal import HTTPClient
// One uplink at work: a thread that performs what `UplinkState` decides.
//
// The thread owns a read-only connection to the journal and one keep-alive connection to the destination. It shares with the
// others: the journal's `CommitSignal` (news), the `CursorMailbox` (confirmed watermarks, committed by the writer thread), the
// `DeadLetterMailbox`, and its status.
//
// The cursor in memory runs ahead of the durable one. After a crash the uplink resumes from the durable cursor, the
// destination answers 409 with its own watermark, and the uplink goes on from there: every record arrives exactly once at a
// destination that keeps the watermark in the transaction of the records.
package import Journal
package import Logging
internal import Platform
internal import Synchronization

package final class Uplink: Sendable {
  package let destination: UplinkDestination
  let agent: String
  let journalPath: String
  let commits: CommitSignal
  let cursors: CursorMailbox
  let letters: DeadLetterMailbox
  let logger: Logger
  /// Its generation passes 0 when the uplink is to stop.
  let stopSignal = CommitSignal()
  let snapshot: Mutex<UplinkStatus>
  /// Of the worker that runs, so that `stop` can end a request.
  let client = Mutex<HTTPClient?>(nil)
  private let thread = Mutex<OwnedThread?>(nil)

  package init(
    _ destination: UplinkDestination, agent: String, journalPath: String, commits: CommitSignal, cursors: CursorMailbox,
    letters: DeadLetterMailbox, logger: Logger = Logger(label: "uplink")
  ) {
    self.destination = destination
    self.agent = agent
    self.journalPath = journalPath
    self.commits = commits
    self.cursors = cursors
    self.letters = letters
    var logger = logger
    logger[metadataKey: "uplink"] = "\(destination.name)"
    self.logger = logger
    snapshot = Mutex(UplinkStatus(name: destination.name, url: destination.url))
  }

  package var status: UplinkStatus { snapshot.withLock { $0 } }

  /// Runs on a thread of its own until `stop`.
  package func start() {
    thread.withLock { thread in
      precondition(thread == nil, "Uplink: started twice")
      thread = OwnedThread(name: "uplink") { [self] in run() }
    }
  }

  /// Ends the request under way and then the thread. A segment that is cut off here was accepted or not: the next start
  /// finds out from the destination's watermark.
  package func stop() {
    requestStop()
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  /// As `stop`, without waiting for the end.
  package func requestStop() {
    stopSignal.wakeAll()
    client.withLock { $0?.stop() }
    commits.wakeAll()
  }

  var isStopping: Bool { stopSignal.generation > 0 }

  /// Works on the calling thread until `stop` is called on another.
  package func run() {
    logger.info("uplink starts", metadata: ["url": "\(destination.url)"])
    while !isStopping {
      guard let worker = UplinkWorker.open(self) else {
        _ = stopSignal.wait(past: 0, timeoutMs: Self.reopenMs)
        continue
      }
      worker.run()
    }
    snapshot.withLock { $0.activity = .stopped }
    logger.info("uplink stopped")
  }

  /// How often the journal is tried again while it cannot be opened.
  private static let reopenMs = 500
}

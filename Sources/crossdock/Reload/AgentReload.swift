// The other side of a reload: asks the running agent for it, and waits for what comes of it.
//
// The agent is found by the lock that it holds, not by a number in a file. A reload counts as the answer when it began to read after
// the signal was sent, so that what the caller wrote before is what the agent has seen, however many ask at the same time.
import CLinux
import Configuration
import Platform
import Records

enum AgentReload {
  /// A reload takes as long as a start: mostly a fraction of a second.
  static let timeoutMs: Int64 = 60_000

  /// - Throws: with exit code 69 when no agent runs on the folder, 1 when it ends or does not answer in time. A refusal is no
  ///   error: the outcome says so.
  static func request(
    _ file: ConfigurationFile, timeoutMs: Int64 = AgentReload.timeoutMs
  ) throws(CrossdockError) -> ReloadOutcome {
    try request(folder: file.configuration.agent.dataDirectory, timeoutMs: timeoutMs)
  }

  static func request(
    folder: String, timeoutMs: Int64 = AgentReload.timeoutMs
  ) throws(CrossdockError) -> ReloadOutcome {
    let agent = try find(folder)
    let watch = try FolderWatch(folder)
    let before = ReloadOutcome.read(in: folder)?.generation ?? 0
    let sentNs = SystemClock.monotonicNs()
    try agent.send(SIGHUP)
    let deadlineNs = sentNs + timeoutMs * 1_000_000
    while true {
      var polls = PollSet()
      let end = polls.add(agent.fd)
      polls.add(watch.fd)
      let leftMs = (deadlineNs - SystemClock.monotonicNs()) / 1_000_000
      polls.wait(timeoutMs: Int32(clamping: max(0, leftMs)))
      watch.clear()
      if let outcome = ReloadOutcome.read(in: folder), outcome.generation > before, outcome.beganUs >= sentNs / 1000 {
        return outcome
      }
      if polls.isReadable(end) {
        throw failure(folder, "the agent has ended", hint: "its log says why")
      }
      guard leftMs > 0 else {
        throw failure(
          folder, "no answer for \(timeoutMs / 1000) s", hint: "the agent may still do it: look at its log")
      }
    }
  }

  static func isAgentRunning(on folder: String) throws(CrossdockError) -> Bool {
    try FileLock.announcedOwner("\(folder)/lock") != nil
  }

  private static func find(_ folder: String) throws(CrossdockError) -> ProcessDescriptor {
    let lock = "\(folder)/lock"
    if let owner = try FileLock.announcedOwner(lock) {
      guard owner > 0 else {
        throw failure(
          folder, "the agent's process cannot be seen from here", hint: "is it in a container? ask in there")
      }
      // A process that ended between the two has given the lock up: what has the number now is not signalled.
      if let agent = try? ProcessDescriptor(owner), try FileLock.announcedOwner(lock) == owner { return agent }
    }
    throw CrossdockError(
      "reload the configuration", at: folder, reason: "no agent runs on this folder",
      hint: "start it with `crossdock run`, or look at `systemctl status crossdock`", exitCode: .unavailable)
  }

  private static func failure(_ folder: String, _ reason: String, hint: String) -> CrossdockError {
    CrossdockError("reload the configuration", at: folder, reason: reason, hint: hint)
  }
}

import CommandSyntax
import HTTPClient
import JSONText
import LiveView
import Platform
import Records
import Simulator

/// Waits until nothing is left to be sent: before a box is switched off, moved or replaced.
struct WaitDrainedCommand: Command {
  static let syntax = CommandSyntax(
    name: "wait-drained", summary: "wait until every uplink has confirmed everything",
    discussion: """
      Asks the running agent until each uplink's destination has confirmed every record that is in the journal. With \
      --ledger, until the journal has as many messages as the ledger says, too. Exit code 1 when the time is up.
      """,
    options: AgentClient.options + [
      CommandSyntax.Option("--ledger", "FILE", help: "what `crossdock simulate` wrote: that much must have arrived"),
      CommandSyntax.Option("--timeout", "SECONDS", help: "give up after this time", default: "60"),
    ],
    examples: ["crossdock wait-drained --config /etc/crossdock/agent.conf --timeout 300"])

  private static let pollMs: Int32 = 200

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let signals = SignalDescriptor()
    let seconds = try arguments.number("--timeout", in: 0...86_400) ?? 60
    let expected = try arguments.value("--ledger").map { Int(try Ledger.read($0).messageCount) } ?? 0
    let deadline = SystemClock.monotonicNs() + Int64(seconds * 1e9)
    var reason = "no answer yet"
    repeat {
      do {
        reason = try whatIsMissing(AgentClient(arguments), expected: expected) ?? ""
        if reason.isEmpty { return .success }
      } catch let error as CrossdockError where error.isRetryable {
        reason = "\(error.place): \(error.reason)"
      }
      var polls = PollSet()
      let signal = polls.add(signals.fd)
      polls.wait(timeoutMs: pollMs)
      if polls.isReadable(signal), signals.take() == .stop { break }
    } while SystemClock.monotonicNs() < deadline
    throw CrossdockError("wait until everything is sent", at: "the agent", reason: reason, isRetryable: true)
  }

  /// In words; nil when nothing is.
  private static func whatIsMissing(_ client: AgentClient, expected: Int) throws -> String? {
    let answer = try client.get("/v1/status")
    guard answer.isSuccess, let document = try? JSONValue.parse(answer.body), let status = LiveStatus(document) else {
      return "the agent answers \(answer.status) and no status"
    }
    if status.storedMessages < expected { return "\(status.storedMessages) of \(expected) messages are in the journal" }
    return status.owedRecords > 0 ? "\(status.owedRecords) records are not confirmed" : nil
  }
}

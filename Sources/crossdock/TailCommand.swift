import CommandSyntax
import Configuration
import Glibc
import Journal
import Records

/// The newest records of a stream.
struct TailCommand: Command {
  static let syntax = CommandSyntax(
    name: "tail", summary: "show the newest records of a stream",
    discussion: """
      Reads the journal's file, so it works with the agent running or stopped. One record a line, JSON as GET /v1/changes \
      gives it. With --follow it goes on until it is interrupted or its reader goes away.
      """,
    positionals: [CommandSyntax.Positional("STREAM", help: "name of the stream")],
    options: [
      ConfigurationFile.option, CommandSyntax.Option("-n", "N", help: "how many records", default: "10"),
      CommandSyntax.Option("--follow", help: "wait for more"),
    ],
    examples: [
      "crossdock tail alerts", "crossdock tail scans -n 1000 | jq .body", "crossdock tail _quarantine --follow",
    ])

  /// How often the file is asked for news.
  private static let pollMs: UInt32 = 200

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let count = UInt64(try arguments.integer("-n", in: 0...1_000_000_000) ?? 10)
    let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
    let pages = try JournalPages(file, stream: arguments.positionals[0])
    let last = pages.stream.last
    var after = try pages.writeLines(after: max(last > count ? last - count : 0, pages.stream.first - 1))
    guard arguments.has("--follow") else { return .success }
    while true {
      Terminal.flush()
      guard readerIsThere() else { return .success }
      after = try pages.writeLines(after: after)
    }
  }

  /// Waits for the time between two looks; false when the other end of stdout was closed meanwhile.
  private static func readerIsThere() -> Bool {
    var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    let ready = poll(&output, 1, Int32(pollMs))
    if ready > 0, output.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { return false }
    // Something else than the end was reported at once: the wait itself.
    if ready > 0 { usleep(pollMs * 1000) }
    return true
  }
}

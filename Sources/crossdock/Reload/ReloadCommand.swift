import CommandSyntax
import Configuration
import Platform
import Records

/// `crossdock reload`: a changed agent.conf in force, without a restart, or the reasons why not.
struct ReloadCommand: Command {
  static let syntax = CommandSyntax(
    name: "reload", summary: "let the running agent take up a changed agent.conf",
    discussion: """
      Checks the file as the agent does at its start, then sends it SIGHUP (by its data_dir), waits, and prints what changed. All \
      or nothing: where anything of the new configuration does not work, the agent goes on with the old one. No record is lost, \
      doubled or reordered by it; messages at QoS 0 that come while it leaves its brokers for a moment are.

      Exit codes: 0 done, or nothing had changed; 1 the agent refused; 69 no agent runs; 78 the file has errors, and the agent \
      was not asked.
      """,
    options: [
      ConfigurationFile.option,
      .init("--data", "DIR", help: "the agent of this data_dir; it alone checks its agent.conf"),
      .init("--timeout", "SECONDS", help: "how long to wait for the agent", default: "60"),
      .init("--json", help: "the outcome as one JSON object, as it stands in data_dir/reload.json"),
    ],
    examples: ["crossdock reload --config /etc/crossdock/agent.conf", "crossdock reload --data /var/lib/crossdock"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let seconds = try arguments.number("--timeout", in: 0.1...3600) ?? 60
    let outcome: ReloadOutcome
    if let folder = arguments.value("--data") {
      outcome = try AgentReload.request(folder: folder, timeoutMs: Int64(seconds * 1000))
    } else {
      // As the agent will: a plugin that is damaged on the disk is parked there, and keeps nothing else back.
      let file = try ConfigurationFile(arguments, asksProcesses: false)
      outcome = try AgentReload.request(file, timeoutMs: Int64(seconds * 1000))
      try refuseAnotherFile(outcome, asked: file.configuration.path)
    }
    if arguments.has("--json") {
      Terminal.write(bytes: outcome.json())
      Terminal.write("\n")
    } else {
      Terminal.write(outcome.isOK ? text(outcome) : "")
    }
    if outcome.isOK { return .success }
    for problem in outcome.problems { Terminal.writeError("\(problem)\n") }
    throw CrossdockError(
      "reload the configuration", at: outcome.file,
      reason: "the agent refused it and goes on as before",
      hint: outcome.problems.isEmpty ? "its log says why" : "the reasons are above", exitCode: .failure)
  }

  static func text(_ outcome: ReloadOutcome) -> String {
    guard !outcome.changes.isEmpty else { return "nothing changed\n" }
    return outcome.changes.map { "\($0)\n" }.joined() + "reloaded in \(outcome.durationMs) ms\n"
  }

  private static func refuseAnotherFile(_ outcome: ReloadOutcome, asked: String) throws(CrossdockError) {
    let path = Files.realPath(asked) ?? asked
    guard outcome.file != path else { return }
    throw CrossdockError(
      "reload the configuration", at: path,
      reason: "the agent has read \(outcome.file) again: that is the file it was started with",
      hint: "change that file, or restart the agent with this one")
  }
}

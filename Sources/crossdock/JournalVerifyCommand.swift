import CommandSyntax
import Journal
import Records

/// `crossdock journal verify`: everything that can be wrong with a journal's file.
struct JournalVerifyCommand: Command {
  static let syntax = CommandSyntax(
    name: "journal verify", summary: "check a journal's file from end to end",
    discussion: """
      Looks at SQLite's structure, at the checksum of every block, at every record in them and at what the tables say of each other. \
      Prints a line for each problem, with stream and sequences. Changes nothing; works beside a running agent, which may hold back \
      messages while SQLite checks a large file.

      Exit codes: 0 nothing is wrong, 1 something is, 65 the file is no journal.
      """,
    positionals: [JournalPlace.positional],
    options: [ConfigurationFile.option, .init("--json", help: "as one JSON object")],
    examples: [
      "crossdock journal verify --config etc/agent.conf", "crossdock journal verify /var/lib/crossdock --json",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let verification = try JournalVerification(path: try JournalPlace(arguments).path)
    if arguments.has("--json") {
      Terminal.write(bytes: verification.json() + [0x0A])
    } else {
      for problem in verification.problems { Terminal.write("\(problem.line)\n") }
      let unlisted = verification.problemCount - verification.problems.count
      if unlisted > 0 { Terminal.write("and \(unlisted) more\n") }
      Terminal.write("\(summary(verification))\n")
    }
    return verification.isSound ? .success : .failure
  }

  /// `/var/lib/crossdock/journal.db: sound, 1200 records in 3 blocks`
  static func summary(_ verification: JournalVerification) -> String {
    let sound = "\(verification.records) records in \(verification.blocks) blocks"
    let count = verification.problemCount
    if count == 0 { return "\(verification.path): sound, \(sound)" }
    return "\(verification.path): \(count) problem\(count == 1 ? "" : "s"); \(sound) can be read"
  }
}

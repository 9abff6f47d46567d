import CommandSyntax
import Journal
import Records

/// `crossdock journal inspect`: what a journal's file holds.
struct JournalInspectCommand: Command {
  static let syntax = CommandSyntax(
    name: "journal inspect", summary: "say what a journal's file holds",
    discussion: """
      Reads tables, not records, so that it is quick however much there is; works beside a running agent, and on a file that was set \
      aside. Hot: committed lately, a row a commit. Cold: packed into segments; raw are the bodies' bytes, stored what they take.
      """,
    positionals: [JournalPlace.positional],
    options: [ConfigurationFile.option, .init("--json", help: "as one JSON object")],
    examples: [
      "crossdock journal inspect --config etc/agent.conf", "crossdock journal inspect /var/lib/crossdock --json",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let inspection = try JournalInspection(JournalFile(path: try JournalPlace(arguments).path))
    if arguments.has("--json") {
      Terminal.write(bytes: inspection.json() + [0x0A])
    } else {
      Terminal.write(InspectionTable.text(inspection))
    }
    return .success
  }
}

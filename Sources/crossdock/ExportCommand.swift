import CommandSyntax
import Configuration
import ControlAPI
import Journal
import Records

/// A stream as a file.
struct ExportCommand: Command {
  static let syntax = CommandSyntax(
    name: "export", summary: "write a stream's records to stdout",
    discussion: """
      Reads the journal's file in pages, so it works with the agent running or stopped and needs little memory. NDJSON is as \
      GET /v1/changes gives it; CSV (RFC 4180) has the columns sequence, source, event_time, ingest_time, flags, body.
      """,
    positionals: [CommandSyntax.Positional("STREAM", help: "name of the stream")],
    options: [
      ConfigurationFile.option,
      CommandSyntax.Option("--since", "TIME|SEQUENCE", help: "from this ingest time (RFC 3339) or sequence on"),
      CommandSyntax.Option("--format", "ndjson|csv", help: "form of the output", default: "ndjson"),
    ],
    examples: [
      "crossdock export scans > scans.ndjson", "crossdock export alerts --since 2026-11-23T08:00:00Z --format csv",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let format = try arguments.choice("--format", of: ["ndjson", "csv"]) ?? "ndjson"
    let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
    let pages = try JournalPages(file, stream: arguments.positionals[0])
    let start = try pages.start(since: arguments.value("--since"))
    guard format == "csv" else {
      _ = try pages.writeLines(after: start)
      return .success
    }
    Terminal.write(CSVLine.header)
    var out: [UInt8] = []
    _ = try pages.forEachPage(after: start) { page in
      out.removeAll(keepingCapacity: true)
      for record in page { CSVLine.append(record, format: pages.stream.definition.bodyFormat, to: &out) }
      Terminal.write(bytes: out)
    }
    return .success
  }
}

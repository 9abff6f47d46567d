import CommandSyntax
import Configuration
import Glibc
import Journal
import Platform
import Records
import Uplink

/// `crossdock journal import`: segments from files, to central or into a new journal.
struct JournalImportCommand: Command {
  static let syntax = CommandSyntax(
    name: "journal import", summary: "give exported segments to central, or make a journal of them",
    discussion: """
      With --to the segments are sent as an uplink sends them: central stores each record once, however often the file is imported, and \
      records what they declare missing. With --data they become a new journal of the same agent: the folder must not have one, the epoch \
      is new, and cursors, models' states and counters begin anew. Every file is verified from end to end before anything is done.

      Exit codes: 0 done; 1 central has less than what a segment follows; 65 a file is damaged, or central refuses its records; 69 central \
      is not there; 73 the folder has a journal.
      """,
    positionals: [.init("FILE", help: "as `crossdock journal export` wrote it", isRepeated: true)],
    options: [
      .init("--to", "URL", help: "central, as in [[uplink]]: http://host:port"),
      .init("--token-file", "FILE", help: "central's bearer token"),
      .init(
        "--ca-file", "FILE", help: "the authority that signed central's certificate (default: those of the system)"),
      .init("--data", "DIR", help: "make a journal in this folder"),
    ],
    examples: [
      "crossdock journal import dock-7.segments --to http://127.0.0.1:7790 --token-file central.token",
      "crossdock journal import dock-7.segments --data /var/lib/crossdock",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let (url, folder) = (arguments.value("--to"), arguments.value("--data"))
    guard (url == nil) != (folder == nil) else {
      throw CrossdockError(
        "read the command line", at: "journal import", reason: "give either --to URL or --data DIR",
        hint: "see `crossdock journal import --help`", exitCode: .wrongUsage)
    }
    let files = try arguments.positionals.map { try SegmentFile(path: $0) }
    if let folder { return try restore(files, folder) }
    var destination = UplinkDestination(name: "import", url: url ?? "")
    while destination.url.hasSuffix("/") { destination.url.removeLast() }
    if let path = arguments.value("--token-file") { destination.token = Secret(try AgentClient.token(path)) }
    if let path = arguments.value("--ca-file") { destination.tls = TLSConfiguration(caFile: path) }
    return try SegmentImport(files).send(to: destination)
  }

  private static func restore(_ files: [SegmentFile], _ folder: String) throws -> ExitCode {
    umask(0o077)
    try Files.createFolder(folder)
    let lock = try JournalPlace.lock(folder: folder, to: "restore the journal")
    defer { withExtendedLifetime(lock) {} }
    let restored = try JournalRestore(files, into: folder, limits: .unbounded, now: SystemClock().now())
    Terminal.write("agent \(restored.agent)  epoch \(restored.epoch)\n")
    Terminal.write(
      TextTable.section(
        ["STREAM", "RECORDS", "MISSING"],
        restored.streams.map { [$0.name, String($0.records), String($0.missing)] }))
    Terminal.write("\n\(folder): \(restored.records) records restored\n")
    return .success
  }
}

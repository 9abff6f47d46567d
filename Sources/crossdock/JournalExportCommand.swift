import CommandSyntax
import Journal
import Platform
import Records

/// `crossdock journal export`: a journal's records as segments, for USB and air gap.
struct JournalExportCommand: Command {
  static let syntax = CommandSyntax(
    name: "journal export", summary: "write a journal's records as segments, to carry them elsewhere",
    discussion: """
      Writes what an uplink would send, every stream one after the other: `crossdock journal import --to` gives it to central, \
      `--data` makes a journal of it. Works beside a running agent, and on a file that was set aside. Records that are not there any more \
      are declared as such. What was written goes to stderr.

      Exit codes: 0 done; 1 a part of the file is damaged: everything else was written, and the gap is declared.
      """,
    positionals: [JournalPlace.positional],
    options: [
      ConfigurationFile.option,
      .init("--stream", "NAME", help: "of this stream only", isRepeated: true),
      .init("--since", "TIME|SEQUENCE", help: "from this ingest time (RFC 3339) or sequence on"),
      .init("--out", "FILE", help: "write this file instead of stdout; it appears when it is whole"),
    ],
    examples: [
      "crossdock journal export --config etc/agent.conf --out dock-7.segments",
      "crossdock journal export /var/lib/crossdock/journal.db.damaged-1 --stream scans > scans.segments",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let start = try start(arguments.value("--since"))
    let file = try JournalFile(path: try JournalPlace(arguments).path)
    let names = arguments.values("--stream")
    let streams = names.isEmpty ? file.streamNames : names
    for name in streams where !file.streamNames.contains(name) { throw noStream(name, file) }
    let output = try arguments.value("--out").map { path throws(CrossdockError) in try FileOutput(path: path) }
    guard output != nil || !Terminal.isInteractive else {
      throw CrossdockError(
        "export the journal", at: "stdout", reason: "segments are nothing for a terminal",
        hint: "--out FILE, or > FILE", exitCode: .wrongUsage)
    }
    let export = try JournalExport(file)
    var done: [JournalExport.Stream] = []
    for name in streams {
      done.append(
        try export.stream(name, from: start) { segment throws(CrossdockError) in
          if let output { try output.write(segment) } else { Terminal.write(bytes: segment) }
        })
    }
    try output?.finish()
    Terminal.flush()
    report(done)
    return done.allSatisfy(\.isWhole) ? .success : .failure
  }

  private static func start(_ text: String?) throws(CrossdockError) -> JournalExport.Start {
    guard let text else { return .oldest }
    if let sequence = UInt64(text), sequence <= UInt64(Int64.max) { return .sequence(sequence) }
    guard let time = Timestamp.parse(text) else {
      throw CrossdockError(
        "read the command line", at: "--since", reason: "\"\(text)\" is neither a sequence nor a time",
        hint: "as in --since 4711 or --since 2026-11-23T08:00:00Z", exitCode: .wrongUsage)
    }
    return .ingestTimeNs(time)
  }

  private static func noStream(_ name: String, _ file: JournalFile) -> CrossdockError {
    let list = "the streams are: \(file.streamNames.joined(separator: ", "))"
    return CrossdockError(
      "export the stream \"\(name)\"", at: file.path, reason: "there is no such stream",
      hint: Suggestion.nearest(to: name, of: file.streamNames).map { "did you mean \($0)? \(list)" } ?? list,
      exitCode: .badInput)
  }

  private static func report(_ done: [JournalExport.Stream]) {
    Terminal.writeError(
      TextTable.section(
        ["STREAM", "RECORDS", "SEGMENTS", "BYTES", "DECLARED MISSING"],
        done.map { stream in
          let gaps = stream.gaps.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: " ")
          return [
            stream.name, String(stream.records), String(stream.segments), String(stream.bytes),
            gaps.isEmpty ? "-" : gaps,
          ]
        }))
    for stream in done where !stream.isWhole {
      let ranges = stream.damaged.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: " ")
      Terminal.writeError("damaged: \(stream.name)\(ranges.isEmpty ? "" : " ")\(ranges)\n")
    }
  }
}

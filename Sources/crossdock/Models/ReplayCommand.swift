#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import Engine
  import JSONText
  import Journal
  import Logging
  import Platform
  import Records

  /// `crossdock replay`: what a model would say of the records that are in the journal.
  struct ReplayCommand: Command {
    static let syntax = CommandSyntax(
      name: "replay", summary: "run a model over the journal's records: what would it have said",
      discussion: """
        Makes a fresh instance of a model of agent.conf, hands it every record of its streams that the journal has, in the order in which they came in, \
        and writes what it says of those since a time to stdout, one JSON object a line. Nothing is written to the journal, and the agent may run. \
        Each line says how that compares with what the journal has: same, changed, new (said only now) or gone (said only then). \
        A summary goes to stderr. Records before --since only bring the model to where it was; where older ones are gone it learns from what is there.

        Of trained models it begins with the versions that were in use when the first record came in, as the store's history says (`crossdock model show`), and goes on as the agent did: \
        what a rule or a command of the stream decides it decides again, and what a command of the program or a deadline has changed it takes up at its time. The summary says what it began with; \
        where a version of then is gone from the store it begins with those of now, and says that results differ for that reason.

        Exit codes: 0 done; 1 the model failed on a batch; 64 there is no such model; 78 its options cannot be used.
        """,
      options: [
        ConfigurationFile.option, .init("--model", "NAME", help: "the model, as agent.conf names it"),
        .init("--since", "TIME", help: "from this ingest time on (RFC 3339); default: everything"),
        .init(
          "--option", "KEY=VALUE", help: "another value for an option of the model; may be repeated", isRepeated: true),
        .init("--bundle", "MODEL", help: "a trained model in place of those of the store: a folder or a .cdm file"),
        .init("--only-differences", help: "leave out what is the same"),
        .init("--json", help: "the summary as one JSON object on stdout, and no lines"),
      ],
      examples: [
        "crossdock replay --model bearings --since 2026-11-23T08:00:00Z",
        "crossdock replay --model engines --bundle turbine-rul-2.0.0.cdm --json",
        "crossdock replay --model bearings --option warning_z=5 --only-differences",
      ])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      guard let name = arguments.value("--model") else {
        throw CrossdockError("read the command line", at: "replay", reason: "no --model given", exitCode: .wrongUsage)
      }
      let since = try TimeArgument.since(arguments.value("--since"))
      let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
      guard Files.exists(file.journalPath) else {
        throw CrossdockError(
          "read the journal", at: file.journalPath, reason: "there is none",
          hint: "it is made by the first `crossdock run` with this configuration", exitCode: .unavailable)
      }
      let log = Logger(label: "replay") { StderrLogHandler(label: $0, level: .warning) }
      let model = try OfflineModel(
        name, file, overriding: try options(arguments.values("--option")),
        bundles: try arguments.value("--bundle").map { path throws(CrossdockError) in
          try ModelFolderFile(path).asActive()
        }, log: log)
      var before = try SaidBefore(model.configuration, sinceNs: since, model.history.reader)
      var tally = ReplayTally(model.configuration.writes, model.past)
      let isQuiet = arguments.has("--json")
      let onlyDifferences = arguments.has("--only-differences")
      try model.run(sinceNs: since) { said in
        let comparison = before.compare(said)
        tally.add(said.stream, comparison, said.body)
        guard !isQuiet, !onlyDifferences || comparison != .same else { return }
        Terminal.write(line(comparison, said.stream, said))
      }
      for (stream, body) in before.gone() {
        tally.add(stream, .gone, body)
        if !isQuiet { Terminal.write(line(.gone, stream, nil, body)) }
      }
      tally.note(records: model.records, missed: model.history.missed, failed: model.failedBatches)
      if isQuiet { Terminal.write(tally.json) } else { Terminal.writeError(tally.text) }
      return model.failedBatches == 0 ? .success : .failure
    }

    private static func line(
      _ comparison: SaidBefore.Comparison, _ stream: String, _ said: OfflineModel.Said?, _ body: [UInt8] = []
    ) -> String {
      var json = JSONWriter(reserving: 1024)
      json.object { json in
        json.member("said", comparison.rawValue)
        json.member("stream", stream)
        if let said {
          json.member("source", said.source)
          json.member("event_time", Timestamp.text(said.eventTimeNs))
        }
        json.key("body")
        json.raw(said?.body ?? body)
      }
      return json.text() + "\n"
    }

    private static func options(_ texts: [String]) throws(CrossdockError) -> [(key: String, text: String)] {
      var all: [(key: String, text: String)] = []
      for text in texts {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
          throw CrossdockError(
            "read the command line", at: "--option", reason: "\"\(text)\" is not KEY=VALUE", exitCode: .wrongUsage)
        }
        all.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
      }
      return all
    }
  }
#endif

#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import Journal
  import JSONText
  import PluginBundles
  import Records

  /// `crossdock model compare`: how a version in shadow compares with the active one, on the agent's own records.
  struct ModelCompareCommand: Command {
    static let syntax = CommandSyntax(
      name: "model compare", summary: "compare a model's shadow with its active version, over live data",
      discussion: """
        Reads the newest comparison that the running plugin has told of on its events stream: how often the two agree, how far they are apart, \
        for classes which was taken for which, the alerts that each would have opened, time and memory. Everything but the times follows \
        from the records. model.json's "compare_every" says how often it tells. While a version is in shadow, only comparisons of it with the \
        active one count; otherwise the newest is shown, with a note that it is of before.

        Exit codes: 0 done; 1 no such model, or nothing was compared yet; 69 there is no journal; 78 bad agent.conf.
        """,
      positionals: [.init("NAME", help: "the model")],
      options: [ConfigurationFile.option, .init("--json", help: "the record's body")],
      examples: ["crossdock model compare turbine-rul", "crossdock model compare turbine-rul --json | jq .evidence"])

    /// Records that are looked at, from the newest on.
    private static let maxRecords: UInt64 = 1_000_000

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
      let name = arguments.positionals[0]
      let folder = InstalledModels.storeFolder(file.configuration.modelStore)
      guard let model = try ModelStore.model(name, in: folder) else { throw ModelStore.missing(name, in: folder) }
      let streams = file.configuration.models.filter { ModelUsers.uses($0, name) }.compactMap {
        ModelUsers.eventsStream(of: $0)
      }
      var newest: (body: [UInt8], document: JSONValue)?
      for stream in Set(streams).sorted() {
        newest = try found(try JournalPages(file, stream: stream), name, model.state) ?? newest
      }
      guard let newest else {
        throw CrossdockError(
          "compare the model", at: name,
          reason: model.state.shadow == nil ? "no version is in shadow" : "nothing was compared yet",
          hint: model.state.shadow == nil
            ? "crossdock model install FILE installs one beside the active one" : "model.json's compare_every says when"
        )
      }
      if arguments.has("--json") {
        Terminal.write(bytes: newest.body + [0x0A])
        if model.state.shadow == nil { Terminal.writeError("crossdock: \(past(model.state))\n") }
      } else {
        if model.state.shadow == nil { Terminal.write(past(model.state) + "\n") }
        Terminal.write(text(newest.document))
      }
      return .success
    }

    private static func past(_ state: ModelState) -> String {
      "no version is in shadow now, and \(state.active.map { "\($0)" } ?? "none") is active; the comparison is of before:"
    }

    /// Of the versions of the time; where one is in shadow now, it has to be of that and of the active one.
    private static func isWanted(_ event: JSONValue, _ state: ModelState) -> Bool {
      guard let shadow = state.shadow else { return true }
      return event["to"]?.string == "\(shadow)" && event["from"]?.string == state.active.map { "\($0)" }
    }

    /// A page at a time, from the end of the stream backwards.
    private static func found(
      _ pages: JournalPages, _ name: String, _ state: ModelState
    ) throws(CrossdockError) -> (body: [UInt8], document: JSONValue)? {
      let first = pages.stream.first
      var end = pages.stream.last
      let least = end > maxRecords ? max(first, end - maxRecords) : first
      while end >= least, end > 0 {
        let start = max(least, end > UInt64(JournalPages.pageRecords) ? end - UInt64(JournalPages.pageRecords) + 1 : 1)
        var found: (body: [UInt8], document: JSONValue)?
        try pages.forEach(from: start, through: end) { record in
          guard ModelEventBody.mayBe(record.body), let document = try? JSONValue.parse(record.body),
            document["model"]?.string == name, document["kind"]?.string == "comparison",
            isWanted(document, state)
          else { return }
          found = (record.body, document)
        }
        if let found { return found }
        guard start > least else { return nil }
        end = start - 1
      }
      return nil
    }

    private static func text(_ event: JSONValue) -> String {
      let evidence = event["evidence"] ?? .null
      func number(_ value: JSONValue?) -> String {
        guard let number = value?.number else { return "-" }
        if let whole = Int(exactly: number) { return "\(whole)" }
        return "\((number * 1e6).rounded() / 1e6)"
      }
      var out =
        "active \(event["from"]?.string ?? "-"), shadow \(event["to"]?.string ?? "-"): \(number(evidence["evaluations"])) rows\n"
      out += "agreement \(number(evidence["agreement"])), difference mean \(number(evidence["mean_difference"])), "
      out += "max \(number(evidence["max_difference"])), rows without an answer \(number(evidence["undefined"]))\n"
      let sides = ["active", "shadow"].map { side in (side, evidence[side] ?? .null) }
      out += TextTable.section(
        ["", "WARNINGS", "CRITICALS", "P50 US", "P99 US", "MAX US", "DEADLINE MISSES", "BYTES"],
        sides.map { name, side in
          let times = side["time_us"] ?? .null
          return [
            name, number(side["warnings"]), number(side["criticals"]), number(times["p50"]), number(times["p99"]),
            number(times["max"]), number(side["deadline_misses"]), number(side["bytes"]),
          ]
        })
      guard let confusion = evidence["confusion"]?.array else { return out }
      let classes = confusion.compactMap { $0["active"]?.string }
      out += TextTable.section(
        ["ACTIVE \\ SHADOW"] + classes,
        confusion.map { row in [row["active"]?.string ?? "-"] + classes.map { number(row["shadow"]?[$0]) } })
      return out
    }
  }
#endif

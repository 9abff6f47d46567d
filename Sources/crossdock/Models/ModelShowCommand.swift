#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import JSONText
  import ModelGovernance
  import PluginBundles
  import Records
  import SignalFeatures

  /// `crossdock model show`: everything that is known of an installed model.
  struct ModelShowCommand: Command {
    static let syntax = CommandSyntax(
      name: "model show", summary: "show a model's versions, what they were trained on, and what became of them",
      discussion: """
        Exit codes: 0 done; 1 no such model; 65 a version cannot be read; 78 bad agent.conf.
        """,
      positionals: [.init("NAME", help: "the model")],
      options: [ConfigurationFile.option, .init("--json", help: "one JSON object")],
      examples: ["crossdock model show turbine-rul"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let place = try StorePlace(arguments)
      let name = arguments.positionals[0]
      guard let model = try ModelStore.model(name, in: place.modelFolder) else {
        throw ModelStore.missing(name, in: place.modelFolder)
      }
      var versions: [(stage: ModelState.Stage, version: ModelVersion)] = []
      for stage in ModelState.Stage.allCases {
        guard let number = model.state[stage] else { continue }
        versions.append((stage, try ModelBundleManifest.loaded(try model.files(of: number))))
      }
      if arguments.has("--json") {
        Terminal.write(bytes: json(model, versions) + [0x0A])
      } else {
        Terminal.write(text(model, versions))
      }
      return .success
    }

    private static func text(
      _ model: InstalledModel, _ versions: [(stage: ModelState.Stage, version: ModelVersion)]
    ) -> String {
      var out = ""
      for (stage, version) in versions {
        let description = version.description
        out += "\(stage.words): " + version.summaryLine
        let key = SemanticVersion(description.version).flatMap { model.state.version($0) }?.key
        out += "  \(key.map { "signed with key \($0)" } ?? "NOT SIGNED"), license \(description.license)\n"
        out += "  training: \(description.training.rows) rows, identity \(description.training.identity)\n"
        if !description.training.command.isEmpty { out += "  made by: \(description.training.command)\n" }
        for metric in description.metrics { out += "  \(metric.name): \(metric.value)\n" }
      }
      out += TextTable.section(
        ["TIME", "WHAT", "VERSION", "FROM", "BY", "REASON"],
        model.state.history.map {
          [
            Timestamp.text($0.timeNs / 1_000_000_000 * 1_000_000_000), $0.what, $0.version, $0.from ?? "-", $0.by,
            $0.reason,
          ]
        })
      return out
    }

    private static func json(
      _ model: InstalledModel, _ versions: [(stage: ModelState.Stage, version: ModelVersion)]
    ) -> [UInt8] {
      var json = JSONWriter()
      json.object { json in
        json.member("name", model.name)
        json.member("revision", model.state.revision)
        stages(model.state, &json)
        json.member(
          "versions",
          array: { list in for entry in versions { list.object { write(entry.version, entry.stage, &$0) } } })
        json.member(
          "history",
          array: { list in for change in model.state.history { change.write(into: &list) } })
      }
      return json.bytes
    }

    private static func write(_ version: ModelVersion, _ stage: ModelState.Stage, _ json: inout JSONWriter) {
      let description = version.description
      json.member("version", description.version)
      json.member("state", stage.rawValue)
      json.member("task", description.task.rawValue)
      json.member("features", version.specification.name)
      json.member("features_version", version.specification.version)
      json.member("features_hash", version.specification.hashText)
      json.member("bytes", version.artefactBytes)
      json.member("bytes_per_asset", version.specification.bytesPerAsset)
      json.member("trained_on", description.training.data)
      json.member("identity", description.training.identity)
      json.member(
        "metrics", object: { json in for metric in description.metrics { json.member(metric.name, metric.value) } })
    }

    static func stages(_ state: ModelState, _ json: inout JSONWriter) {
      for stage in ModelState.Stage.allCases { json.member(stage.rawValue, state[stage]?.text) }
    }
  }
#endif

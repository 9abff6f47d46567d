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
        Every file is held against its hash before it is read; of a damaged version the damage is shown, of the others everything.

        Exit codes: 0 done; 1 no such model, or a version of it is damaged; 78 bad agent.conf.
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
      let damage = model.damage()
      let versions = ModelState.Stage.allCases.compactMap { stage in
        model.state[stage].map { Shown(stage, $0, of: model, damage) }
      }
      if arguments.has("--json") {
        Terminal.write(bytes: json(model, versions) + [0x0A])
      } else {
        Terminal.write(text(model, versions))
      }
      for line in damage { Terminal.writeError("damaged: \(name): \(line)\n") }
      return damage.isEmpty && versions.allSatisfy { $0.damage.isEmpty } ? .success : .failure
    }

    /// A version of a stage: what it says of itself, or why it can say nothing.
    private struct Shown {
      let stage: ModelState.Stage
      let number: SemanticVersion
      var version: ModelVersion?
      var damage: [String]

      init(_ stage: ModelState.Stage, _ number: SemanticVersion, of model: InstalledModel, _ damage: [String]) {
        self.stage = stage
        self.number = number
        let mark = "\(number): "
        self.damage = damage.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
        // What was changed is none of what was signed: it is not read.
        guard self.damage.isEmpty else { return }
        do throws(CrossdockError) {
          version = try ModelBundleManifest.loaded(try model.files(of: number))
        } catch {
          self.damage = ["\(error.place): \(error.reason)"]
        }
      }
    }

    private static func text(_ model: InstalledModel, _ versions: [Shown]) -> String {
      var out = ""
      for shown in versions {
        guard let version = shown.version else {
          out += "\(shown.stage.words): \(model.name) \(shown.number), DAMAGED: "
          out += shown.damage.joined(separator: "; ") + "\n  install it again from its bundle\n"
          continue
        }
        let description = version.description
        out += "\(shown.stage.words): " + version.summaryLine
        let key = SemanticVersion(description.version).flatMap { model.state.version($0) }?.key
        out += "  \(key.map { "signed with key \($0)" } ?? "NOT SIGNED"), license \(description.license)\n"
        let rows = description.training.rows
        out += "  training: \(rows > 0 ? "\(rows) rows" : "rows not said"), identity \(description.training.identity)\n"
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

    private static func json(_ model: InstalledModel, _ versions: [Shown]) -> [UInt8] {
      var json = JSONWriter()
      json.object { json in
        json.member("name", model.name)
        json.member("revision", model.state.revision)
        stages(model.state, &json)
        json.member(
          "versions",
          array: { list in for shown in versions { list.object { write(shown, &$0) } } })
        json.member(
          "history",
          array: { list in for change in model.state.history { change.write(into: &list) } })
      }
      return json.bytes
    }

    private static func write(_ shown: Shown, _ json: inout JSONWriter) {
      json.member("version", shown.number.text)
      json.member("state", shown.stage.rawValue)
      guard let version = shown.version else {
        return json.member("damage", array: { list in for line in shown.damage { list.value(line) } })
      }
      let description = version.description
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

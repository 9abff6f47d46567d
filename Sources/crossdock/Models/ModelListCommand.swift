#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import JSONText
  import PluginBundles
  import Records

  /// `crossdock model list`: what is installed, and in which state.
  struct ModelListCommand: Command {
    static let syntax = CommandSyntax(
      name: "model list", summary: "list the installed models and the states of their versions",
      discussion: """
        Reads the store that agent.conf names; the agent need not run. Every file of every version is held against its hash. USED BY are \
        the sections of agent.conf that name the model.

        Exit codes: 0 done; 1 a model is damaged or its state cannot be read; 78 bad agent.conf.
        """,
      options: [ConfigurationFile.option, .init("--json", help: "one JSON object")],
      examples: ["crossdock model list --config /etc/crossdock/agent.conf"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let place = try StorePlace(arguments)
      var models: [InstalledModel] = []
      var unreadable: [CrossdockError] = []
      for name in try ModelStore.names(in: place.modelFolder) {
        do throws(CrossdockError) {
          if let model = try ModelStore.model(name, in: place.modelFolder) { models.append(model) }
        } catch {
          unreadable.append(error)
        }
      }
      let damage = models.map { $0.damage() }
      if arguments.has("--json") {
        Terminal.write(bytes: json(place, models, damage, unreadable) + [0x0A])
      } else {
        Terminal.write(table(place, models, damage))
        if models.isEmpty, unreadable.isEmpty { Terminal.write("none is installed\n") }
        for (model, lines) in zip(models, damage) {
          for line in lines { Terminal.writeError("damaged: \(model.name): \(line)\n") }
        }
        for error in unreadable { Terminal.writeError("\(error)\n") }
      }
      return unreadable.isEmpty && damage.allSatisfy(\.isEmpty) ? .success : .failure
    }

    private static func table(_ place: StorePlace, _ models: [InstalledModel], _ damage: [[String]]) -> String {
      var out = "models in \(place.modelFolder)"
      if place.modelTrust.allowsUnsigned { out += "; UNSIGNED ones are allowed" }
      out += "\n"
      out += TextTable.section(
        ["NAME", "ACTIVE", "SHADOW", "PREVIOUS", "STAGED", "STATE", "USED BY", "SIGNED BY", "SUMMARY"],
        zip(models, damage).map { model, damage in
          let users = ModelUsers.names(of: model.name, place.configuration)
          let shown = model.state.reference
          return [
            model.name, model.state.active?.text ?? "-", model.state.shadow?.text ?? "-",
            model.state.previous?.text ?? "-", model.state.staged?.text ?? "-", damage.isEmpty ? "whole" : "DAMAGED",
            users.isEmpty ? "nothing" : users.joined(separator: ", "),
            model.state.version(shown)?.key ?? "NOBODY", (try? model.manifest(of: shown))?.summary ?? "-",
          ]
        })
      return out
    }

    private static func json(
      _ place: StorePlace, _ models: [InstalledModel], _ damage: [[String]], _ unreadable: [CrossdockError]
    ) -> [UInt8] {
      var json = JSONWriter()
      json.object { json in
        json.member("folder", place.modelFolder)
        json.member("allow_unsigned", place.modelTrust.allowsUnsigned)
        json.member(
          "models",
          array: { list in
            for (model, damage) in zip(models, damage) {
              list.object { json in
                json.member("name", model.name)
                ModelShowCommand.stages(model.state, &json)
                json.member(
                  "used_by",
                  array: { list in
                    for name in ModelUsers.names(of: model.name, place.configuration) { list.value(name) }
                  })
                json.member("damage", array: { list in for line in damage { list.value(line) } })
              }
            }
          })
        json.member("unreadable", array: { list in for error in unreadable { list.value("\(error)") } })
      }
      return json.bytes
    }
  }
#endif

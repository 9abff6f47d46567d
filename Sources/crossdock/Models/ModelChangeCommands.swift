#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import Platform
  import PluginBundles
  import Records

  /// `crossdock model promote`: one step up.
  struct ModelPromoteCommand: Command {
    static let syntax = CommandSyntax(
      name: "model promote", summary: "let the version in shadow take over",
      discussion: """
        The version in shadow becomes active, and the active one is kept for `model rollback`. Where none is in shadow, a staged version \
        goes there. Every file is held against its hash first, and what was installed without a signature is refused unless \
        "allow_unsigned" of [models] allows it. `model compare` says what the two have had in common.

        Exit codes: 0 done; 1 no such model, nothing to promote, no signature, or the agent refused; 78 bad agent.conf.
        """,
      positionals: [.init("NAME", help: "the model")],
      options: [
        ConfigurationFile.option, .init("--reason", "TEXT", help: "for whoever reads the history"), StoreChange.option,
      ],
      examples: ["crossdock model promote turbine-rul"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let place = try StorePlace(arguments)
      let name = arguments.positionals[0]
      let (stage, version) = try ModelStore(folder: place.modelFolder).promote(
        name, arguments.occasion, allowsUnsigned: place.modelTrust.allowsUnsigned)
      Terminal.write("\(name): \(version) is \(stage.words) now\n")
      return try StoreChange.takeUp(place, arguments) ? .success : .failure
    }
  }

  /// `crossdock model rollback`: the version before is active again.
  struct ModelRollbackCommand: Command {
    static let syntax = CommandSyntax(
      name: "model rollback", summary: "go back to the model's version before",
      discussion: """
        The two versions change places: a second rollback goes forward again. Every file of the version before is held against its \
        hash first, and one that was installed without a signature is refused unless "allow_unsigned" of [models] allows it.

        Exit codes: 0 done; 1 no such model, no version before, no signature, or the agent refused; 78 bad agent.conf.
        """,
      positionals: [.init("NAME", help: "the model")],
      options: [
        ConfigurationFile.option, .init("--reason", "TEXT", help: "for whoever reads the history"), StoreChange.option,
      ],
      examples: ["crossdock model rollback turbine-rul --reason \"alerts on every start\""])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let place = try StorePlace(arguments)
      let name = arguments.positionals[0]
      let (from, to) = try ModelStore(folder: place.modelFolder).rollBack(
        name, arguments.occasion, allowsUnsigned: place.modelTrust.allowsUnsigned)
      Terminal.write("\(name): \(to) is active again\(from.map { ", \($0) is kept" } ?? "")\n")
      return try StoreChange.takeUp(place, arguments) ? .success : .failure
    }
  }

  /// `crossdock model remove`: a model with all its versions, or one version that is not active.
  struct ModelRemoveCommand: Command {
    static let syntax = CommandSyntax(
      name: "model remove", summary: "remove a model, or one of its versions",
      discussion: """
        With --only, a version that is in shadow, staged or the one before; otherwise the model with all its versions, which is refused \
        while agent.conf names it.

        Exit codes: 0 removed; 1 no such model or version, still in use, or the agent refused; 78 bad agent.conf.
        """,
      positionals: [.init("NAME", help: "the model")],
      options: [
        ConfigurationFile.option, .init("--only", "VERSION", help: "this version only"),
        .init("--reason", "TEXT", help: "for whoever reads the history"), StoreChange.option,
      ],
      examples: ["crossdock model remove turbine-rul --only 1.1.0"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let place = try StorePlace(arguments)
      let name = arguments.positionals[0]
      if let text = arguments.value("--only") {
        guard let version = SemanticVersion(text) else {
          throw CrossdockError(
            "remove the version", at: text, reason: "it is no version like 1.0.0", exitCode: .wrongUsage)
        }
        try ModelStore(folder: place.modelFolder).drop(name, version, arguments.occasion)
        Terminal.write("\(name): removed version \(version)\n")
      } else {
        if let user = place.configuration.models.first(where: { ModelUsers.uses($0, name) }) {
          throw CrossdockError(
            "remove the model", at: name, reason: "\"\(user.name)\" of \(user.file):\(user.position.line) uses it",
            hint: "take it out of that section first")
        }
        let removed = try ModelStore(folder: place.modelFolder).remove(name)
        Terminal.write(
          "\(name): removed version \(removed.versions.map(\.text).joined(separator: ", ")), \(removed.files) files, "
            + "\(TextTable.bytes(removed.bytes))\n")
      }
      return try StoreChange.takeUp(place, arguments) ? .success : .failure
    }
  }

  extension ParsedArguments {
    fileprivate var occasion: ModelState.Occasion {
      ModelState.Occasion(nowNs: SystemClock().now().wallNs, reason: value("--reason") ?? "")
    }
  }
#endif

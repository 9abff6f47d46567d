#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import ModelGovernance
  import Platform
  import PluginBundles
  import Records

  /// `crossdock model install`: a bundle checked, its golden cases run, and taken into the store, or nothing.
  struct ModelInstallCommand: Command {
    static let syntax = CommandSyntax(
      name: "model install", summary: "check a model's bundle, run its golden cases, and take it into use",
      discussion: """
        Refuses what is not signed with a key of "trust_keys" in [models], what was changed, what is of an unknown format or for other \
        features than it says, what does not compute its golden cases here, what is older than the installed version, and what has \
        an installed version's number and other contents. The first version becomes active; a later one goes into shadow beside the \
        active one, until `model promote`, a command from central or its own rule promotes it. Then the running agent takes it up without a \
        restart. A power cut at any moment leaves the old state or the new one.

        Exit codes: 0 installed; 1 refused, with the reason, or the agent would not take it up; 65 the file is no bundle; 73 the store \
        cannot be written; 78 bad agent.conf.
        """,
      positionals: [.init("BUNDLE", help: "the .cdm file; its signature is BUNDLE.minisig")],
      options: [
        ConfigurationFile.option,
        .init("--active", help: "active at once, with no time in shadow"),
        .init("--staged", help: "into the store only: `model promote` puts it into shadow"),
        .init("--allow-downgrade", help: "an older version than the installed one is wanted"),
        StoreChange.option,
      ],
      examples: ["crossdock model install turbine-rul-1.1.0.cdm --config /etc/crossdock/agent.conf"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      guard !(arguments.has("--active") && arguments.has("--staged")) else {
        throw CrossdockError(
          "install the model", at: "--staged", reason: "not together with --active", exitCode: .wrongUsage)
      }
      let place = try StorePlace(arguments)
      let file = try BundleFileOnDisk<ModelBundleManifest>(arguments.positionals[0])
      let nowNs = SystemClock().now().wallNs
      let (bundle, verdict) = try file.checked(place.modelTrust, nowNs: nowNs)
      let manifest = bundle.manifest
      let version = try ModelBundleManifest.loaded(bundle.files)
      try ModelBundleManifest.checkGolden(version, "install the model")
      guard let (standing, stage) = try install(bundle, verdict, in: place, arguments, nowNs: nowNs) else {
        Terminal.write("\(manifest.name) \(manifest.version) is installed already\n")
        return .success
      }
      Terminal.write(
        "\(manifest.name) \(manifest.version): \(standing.words), \(stage.words), \(verdict.words)\n")
      if ModelUsers.names(of: manifest.name, place.configuration).isEmpty {
        Terminal.writeError("no [[model]] of agent.conf uses it yet: bundles = [\"model:\(manifest.name)\"]\n")
      }
      return try StoreChange.takeUp(place, arguments) ? .success : .failure
    }

    /// - Returns: nil when it was there already.
    private static func install(
      _ bundle: ModelBundle, _ verdict: TrustCheck.Verdict, in place: StorePlace, _ arguments: ParsedArguments,
      nowNs: Int64
    ) throws -> (StoreStanding, ModelState.Stage)? {
      let manifest = bundle.manifest
      let store = try ModelStore(folder: place.modelFolder)
      defer { withExtendedLifetime(store) {} }
      let standing = try store.standing(of: bundle)
      if case .downgrade(let from) = standing, !arguments.has("--allow-downgrade") {
        throw CrossdockError(
          "install the model", at: "\(manifest.name) \(manifest.version)",
          reason: "it is older than the installed \(from)", hint: "--allow-downgrade, if that is wanted")
      }
      let installed = try ModelStore.model(manifest.name, in: store.folder)
      let present = installed?.state.stage(of: manifest.version)
      var stage: ModelState.Stage =
        arguments.has("--active") || installed?.state.active == nil ? .active : .shadow
      if arguments.has("--staged") { stage = .staged }
      if let present, present != .previous {
        let isWhole = installed?.damage().isEmpty ?? false
        guard !isWhole || (stage == .active && present != .active) else { return nil }
        if present == .active || stage != .active { stage = present }
      }
      let staged = try store.stage(bundle, key: verdict.key)
      try store.take(staged, as: stage, ModelState.Occasion(nowNs: nowNs))
      return (standing, stage)
    }
  }

  extension ModelState.Stage {
    var words: String {
      switch self {
      case .active: "active"
      case .shadow: "in shadow"
      case .previous: "kept as the version before"
      case .staged: "staged"
      }
    }
  }
#endif

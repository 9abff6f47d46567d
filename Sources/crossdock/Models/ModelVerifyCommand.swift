#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Platform
  import PluginBundles
  import Records

  /// `crossdock model verify`: whether a bundle may be installed, and why not.
  struct ModelVerifyCommand: Command {
    static let syntax = CommandSyntax(
      name: "model verify", summary: "check a model bundle's signature, contents and golden cases",
      discussion: """
        Holds the signature beside the bundle against the keys: those given, or "trust_keys" of [models] in agent.conf. Then every file \
        against the manifest, loads the model and runs its golden cases. Installs nothing.

        Exit codes: 0 it may be installed; 1 it may not, with the reason; 65 the file is no bundle; 78 bad agent.conf.
        """,
      positionals: [.init("BUNDLE", help: "the .cdm file; its signature is BUNDLE.minisig")],
      options: GivenKeys.options,
      examples: ["crossdock model verify turbine-rul-1.0.0.cdm --key release.key.pub"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let trust = try GivenKeys.trust(arguments, noun: ModelBundleManifest.noun) { $0.modelTrust }
      let file = try BundleFileOnDisk<ModelBundleManifest>(arguments.positionals[0])
      let (bundle, verdict) = try file.checked(trust, nowNs: SystemClock().now().wallNs)
      let version = try ModelBundleManifest.loaded(bundle.files)
      try ModelBundleManifest.checkGolden(version, "verify the bundle")
      Terminal.write(version.summaryLine + "\(verdict.words); golden cases come out as they should\n")
      return .success
    }
  }
#endif

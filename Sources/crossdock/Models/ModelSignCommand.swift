#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import PluginBundles
  import Records

  /// `crossdock model sign`: a bundle's signature, or a new key.
  struct ModelSignCommand: Command {
    static let syntax = CommandSyntax(
      name: "model sign", summary: "sign a model's bundle, or make a key to sign with",
      discussion: """
        As `crossdock plugin sign`: writes BUNDLE.minisig in minisign's format. The same keys sign plugins and models; which of them a box \
        trusts with models is said by "trust_keys" of [models].

        Exit codes: 0 done; 64 no password, or a file that is there already; 65 no bundle, no key, or a wrong password; 73 cannot write.
        """,
      positionals: [.init("BUNDLE", help: "the .cdm file", isRequired: false)], options: BundleSigning.options,
      examples: ["crossdock model sign turbine-rul-1.0.0.cdm --key release.key"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      try BundleSigning.run(arguments, ModelBundleManifest.self)
    }
  }
#endif

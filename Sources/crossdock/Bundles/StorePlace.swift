import CommandSyntax
import Configuration
import Platform
import PluginBundles
import Records

/// What agent.conf says of installed bundles. It is read without the plugins and models themselves: a file that names one that is not
/// installed yet is right for the command that installs it.
struct StorePlace {
  let configuration: AgentConfiguration
  /// agent.conf, as given.
  let path: String

  /// - Throws: with exit code 78 when agent.conf has an error; every problem has been printed then.
  init(_ arguments: ParsedArguments) throws(CrossdockError) {
    path = arguments.value("--config") ?? "/etc/crossdock/agent.conf"
    let (loaded, problems) = ConfigurationLoader.load(path: path)
    guard let loaded else {
      for problem in problems where problem.severity == .error { Terminal.writeError("\(problem)\n") }
      throw CrossdockError(
        "use the configuration", at: path, reason: "it has errors",
        hint: "crossdock check-config --config \(path) lists them all", exitCode: .badConfiguration)
    }
    configuration = loaded
  }

  var pluginFolder: String { PluginCatalog.storeFolder(configuration.plugins) }
  var modelFolder: String { InstalledModels.storeFolder(configuration.modelStore) }

  var pluginTrust: TrustCheck {
    Self.trust(configuration.plugins.trustKeys, configuration.plugins.allowUnsigned, BundleManifest.noun)
  }

  var modelTrust: TrustCheck {
    Self.trust(configuration.modelStore.trustKeys, configuration.modelStore.allowUnsigned, ModelBundleManifest.noun)
  }

  private static func trust(_ keys: [TrustKey], _ allowsUnsigned: Bool, _ noun: String) -> TrustCheck {
    TrustCheck(
      keys: keys.compactMap { MinisignPublicKey(text: $0.text) }, allowsUnsigned: allowsUnsigned, noun: noun)
  }

  var hostPath: String { PluginCatalog.hostPath(configuration.plugins) }

  /// `crossdock-plugin-host` beside this program.
  static var hostBesideProgram: String { "\(Files.folder(of: Files.ownProgram))/crossdock-plugin-host" }
}

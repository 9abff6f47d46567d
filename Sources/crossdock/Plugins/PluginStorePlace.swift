import CommandSyntax
import Configuration
import Platform
import PluginBundles
import Records

/// What agent.conf says of installed plugins. It is read without the plugins themselves: a file that names one that is not
/// installed yet is right for the command that installs it.
struct PluginStorePlace {
  let configuration: AgentConfiguration

  /// - Throws: with exit code 78 when agent.conf has an error; every problem has been printed then.
  init(_ arguments: ParsedArguments) throws(CrossdockError) {
    let path = arguments.value("--config") ?? "/etc/crossdock/agent.conf"
    let (loaded, problems) = ConfigurationLoader.load(path: path)
    guard let loaded else {
      for problem in problems where problem.severity == .error { Terminal.writeError("\(problem)\n") }
      throw CrossdockError(
        "use the configuration", at: path, reason: "it has errors",
        hint: "crossdock check-config --config \(path) lists them all", exitCode: .badConfiguration)
    }
    configuration = loaded
  }

  var folder: String { PluginCatalog.storeFolder(configuration.plugins) }

  var trust: TrustCheck {
    TrustCheck(
      keys: configuration.plugins.trustKeys.compactMap { MinisignPublicKey(text: $0.text) },
      allowsUnsigned: configuration.plugins.allowUnsigned)
  }

  var hostPath: String { PluginCatalog.hostPath(configuration.plugins) }

  /// `crossdock-plugin-host` beside this program.
  static var hostBesideProgram: String { "\(Files.folder(of: Files.ownProgram))/crossdock-plugin-host" }
}

import CommandSyntax
import Configuration
import Records

/// agent.conf as the commands use it: read, checked against the plugins of this build, its problems on stderr.
struct ConfigurationFile {
  static let option = CommandSyntax.Option(
    "--config", "FILE", help: "the agent's configuration", default: "/etc/crossdock/agent.conf")

  let configuration: AgentConfiguration
  let catalog: PluginCatalog

  /// - Throws: with exit code 78 when there is any error; every problem has been printed then.
  init(_ arguments: ParsedArguments, showWarnings: Bool = true) throws {
    let path = arguments.value("--config") ?? "/etc/crossdock/agent.conf"
    let catalog = try PluginCatalog()
    self.catalog = catalog
    let (loaded, problems) = ConfigurationLoader.load(path: path, plugins: catalog.lookup)
    for problem in problems where showWarnings || problem.severity == .error { Terminal.writeError("\(problem)\n") }
    guard let loaded else {
      let count = problems.count { $0.severity == .error }
      throw CrossdockError(
        "use the configuration", at: path, reason: "\(count) error\(count == 1 ? "" : "s")",
        hint: "crossdock check-config --config \(path) lists them all", exitCode: .badConfiguration)
    }
    configuration = loaded
  }

  var journalPath: String { "\(configuration.agent.dataDirectory)/journal.db" }
  /// Where the running agent writes the address of its control API.
  var controlAddressPath: String { "\(configuration.agent.dataDirectory)/control.addr" }
}

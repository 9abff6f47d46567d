import CommandSyntax
import Configuration
import Records

/// agent.conf as the commands use it: read, checked, its problems on stderr.
struct ConfigurationFile {
  static let option = CommandSyntax.Option(
    "--config", "FILE", help: "the agent's configuration", default: "/etc/crossdock/agent.conf")

  let configuration: AgentConfiguration
  let catalog: PluginCatalog

  /// - Parameters:
  ///   - checksPlugins: against the plugins, too. What only looks for an agent or a journal does without, and still finds the agent when
  ///     an option of a plugin is wrong.
  ///   - asksProcesses: also those of plugins that were installed before what they say was written down.
  /// - Throws: with exit code 78 when there is any error; every problem has been printed then.
  init(
    _ arguments: ParsedArguments, showWarnings: Bool = true, checksPlugins: Bool = true, asksProcesses: Bool = true
  ) throws {
    let path = arguments.value("--config") ?? "/etc/crossdock/agent.conf"
    let (file, problems) = try Self.load(path, checksPlugins: checksPlugins, asksProcesses: asksProcesses)
    for problem in problems where showWarnings || problem.severity == .error { Terminal.writeError("\(problem)\n") }
    guard let file else {
      let count = problems.count { $0.severity == .error }
      throw CrossdockError(
        "use the configuration", at: path, reason: "\(count) error\(count == 1 ? "" : "s")",
        hint: "crossdock check-config --config \(path) lists them all", exitCode: .badConfiguration)
    }
    self = file
  }

  private init(_ configuration: AgentConfiguration, _ catalog: PluginCatalog) {
    self.configuration = configuration
    self.catalog = catalog
  }

  /// Reads and checks a file, and says nothing.
  /// - Returns: no configuration when any of the problems is an error.
  static func load(
    _ path: String, checksPlugins: Bool = true, asksProcesses: Bool
  ) throws(CrossdockError) -> (file: ConfigurationFile?, problems: [ConfigurationProblem]) {
    let catalog = try PluginCatalog(asksProcesses: asksProcesses)
    let (loaded, problems) =
      checksPlugins
      ? ConfigurationLoader.load(
        path: path, plugins: UnsignedCode.lookup(catalog), modelFiles: InstalledModels.presence)
      : ConfigurationLoader.load(path: path)
    guard let loaded else { return (nil, problems) }
    let unsigned = UnsignedCode(loaded.plugins)
    var runs = unsigned.keptOut(loaded)
    if checksPlugins { runs = try catalog.keptOut(runs) }
    return (ConfigurationFile(runs, catalog), problems + (checksPlugins ? unsigned.warnings(loaded) : []))
  }

  var journalPath: String { "\(configuration.agent.dataDirectory)/journal.db" }
  /// Where the running agent writes the address of its control API.
  var controlAddressPath: String { "\(configuration.agent.dataDirectory)/control.addr" }
  /// Held by the running agent.
  var lockPath: String { "\(configuration.agent.dataDirectory)/lock" }
}

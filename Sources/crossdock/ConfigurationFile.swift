import CommandSyntax
import Configuration
import PluginRuntime
import Records

/// agent.conf as the commands use it: read, checked against the plugins of this build, its problems on stderr.
struct ConfigurationFile {
  static let option = CommandSyntax.Option(
    "--config", "FILE", help: "the agent's configuration", default: "/etc/crossdock/agent.conf")

  let configuration: AgentConfiguration
  let plugins: [String: PluginDescriptor]

  /// - Throws: with exit code 78 when there is any error; every problem has been printed then.
  init(_ arguments: ParsedArguments, showWarnings: Bool = true) throws {
    let path = arguments.value("--config") ?? "/etc/crossdock/agent.conf"
    let (file, problems) = try Self.load(path)
    for problem in problems where showWarnings || problem.severity == .error { Terminal.writeError("\(problem)\n") }
    guard let file else {
      let count = problems.count { $0.severity == .error }
      throw CrossdockError(
        "use the configuration", at: path, reason: "\(count) error\(count == 1 ? "" : "s")",
        hint: "crossdock check-config --config \(path) lists them all", exitCode: .badConfiguration)
    }
    self = file
  }

  private init(_ configuration: AgentConfiguration, _ plugins: [String: PluginDescriptor]) {
    self.configuration = configuration
    self.plugins = plugins
  }

  /// Reads and checks a file, and says nothing.
  /// - Returns: no configuration when any of the problems is an error.
  static func load(
    _ path: String
  ) throws(CrossdockError) -> (file: ConfigurationFile?, problems: [ConfigurationProblem]) {
    let plugins = try BuiltInPlugins.descriptors()
    let (loaded, problems) = ConfigurationLoader.load(path: path, plugins: tables(plugins))
    return (loaded.map { ConfigurationFile($0, plugins) }, problems)
  }

  static func tables(_ plugins: [String: PluginDescriptor]) -> [String: [PluginOptionDescription]] {
    plugins.mapValues { plugin in
      plugin.options.compactMap { option in
        PluginOptionDescription.Kind(rawValue: option.type).map {
          PluginOptionDescription(key: option.key, kind: $0, defaultValue: option.defaultValue, help: option.help)
        }
      }
    }
  }

  /// By model, in the configuration's order: the options, defaults filled in, files read.
  func modelOptions() -> [[ResolvedModelOption]] {
    let tables = Self.tables(plugins)
    return configuration.models.map { resolveOptions($0, against: tables[$0.plugin] ?? []).options }
  }

  var journalPath: String { "\(configuration.agent.dataDirectory)/journal.db" }
  /// Where the running agent writes the address of its control API.
  var controlAddressPath: String { "\(configuration.agent.dataDirectory)/control.addr" }
  /// Held by the running agent.
  var lockPath: String { "\(configuration.agent.dataDirectory)/lock" }
}

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
    plugins = try BuiltInPlugins.descriptors()
    let (loaded, problems) = ConfigurationLoader.load(path: path, plugins: Self.tables(plugins))
    for problem in problems where showWarnings || problem.severity == .error { Terminal.writeError("\(problem)\n") }
    guard let loaded else {
      let count = problems.count { $0.severity == .error }
      throw CrossdockError(
        "use the configuration", at: path, reason: "\(count) error\(count == 1 ? "" : "s")",
        hint: "crossdock check-config --config \(path) lists them all", exitCode: .badConfiguration)
    }
    configuration = loaded
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

  /// By model, in the configuration's order: the options as the plugin gets them.
  func modelOptions() -> [[PluginOptionValue]] {
    let tables = Self.tables(plugins)
    return configuration.models.map { model in
      resolveOptions(model, against: tables[model.plugin] ?? []).options.map { option in
        PluginOptionValue(key: option.key, value: option.value.forPlugin)
      }
    }
  }

  var journalPath: String { "\(configuration.agent.dataDirectory)/journal.db" }
  /// Where the running agent writes the address of its control API.
  var controlAddressPath: String { "\(configuration.agent.dataDirectory)/control.addr" }
}

extension ResolvedModelOption.Value {
  fileprivate var forPlugin: PluginOptionValue.Value {
    switch self {
    case .string(let text): .string(text)
    case .integer(let number): .integer(number)
    case .number(let number): .number(number)
    case .boolean(let flag): .boolean(flag)
    case .files(let files): .files(files.map { PluginOptionValue.File(path: $0.path, contents: $0.contents) })
    }
  }
}

// Code that nobody has signed, and "allow_unsigned" of [plugins], which is taken back as well as given: without it no process of an
// installed version without a signature is started and nothing of it is loaded into the agent, whatever was installed while it was set.
// The agent runs: the plugin is parked with the reason.
import Configuration
import Engine
import Platform
import PluginBundles
import PluginRuntime
import Records

struct UnsignedCode {
  static let hint =
    "install a bundle of it that is signed with a key of \"trust_keys\", or set allow_unsigned = true in [plugins] and reload"
  private static let reason = "it was installed without a signature, and allow_unsigned is false"

  private let section: PluginsSection

  init(_ section: PluginsSection) {
    self.section = section
  }

  /// Why a version is not to be started; nil: it may be.
  func refusal(_ plugin: String, _ version: IsolatedPlugin.Version) -> String? {
    let folder = "\(PluginCatalog.storeFolder(section))/\(plugin)/"
    // One that was built with the agent stands elsewhere.
    guard version.launch.folder.hasPrefix(folder), let number = SemanticVersion(version.text),
      isUnwanted(plugin, number)
    else { return nil }
    return "\(Self.reason); \(Self.hint)"
  }

  private func isUnwanted(_ plugin: String, _ version: SemanticVersion? = nil) -> Bool {
    guard !section.allowUnsigned,
      // Whose store cannot be read is told by who starts it.
      let installed = try? PluginStore.plugin(plugin, in: PluginCatalog.storeFolder(section))
    else { return false }
    return installed.state.version(version ?? installed.state.current)?.key == nil
  }

  /// What would be loaded into the agent gets a process of its own instead, which is parked.
  func keptOut(_ model: ModelConfiguration) -> ModelConfiguration {
    guard model.run == .inProcess, !isBuiltIn(model), isUnwanted(model.plugin) else { return model }
    var model = model
    model.run = .isolated
    return model
  }

  /// The catalog's, which loads nothing that is kept out.
  static func lookup(_ catalog: PluginCatalog) -> PluginLookup {
    { section, model in catalog.lookup(section, UnsignedCode(section).keptOut(model)) }
  }

  func keptOut(_ configuration: AgentConfiguration) -> AgentConfiguration {
    var configuration = configuration
    configuration.models = configuration.models.map(keptOut)
    return configuration
  }

  /// What `check-config` and the start say of that.
  func warnings(_ configuration: AgentConfiguration) -> [ConfigurationProblem] {
    configuration.models.filter { !isBuiltIn($0) && isUnwanted($0.plugin) }.map { model in
      ConfigurationProblem(
        file: model.file, line: model.position.line, column: model.position.column, severity: .warning,
        message: "plugin \"\(model.plugin)\" does not run: \(Self.reason)", hint: Self.hint)
    }
  }

  /// An installed one of that name is not looked at.
  private func isBuiltIn(_ model: ModelConfiguration) -> Bool {
    model.run != .isolated && (try? BuiltInPlugins.descriptors())?[model.plugin] != nil
  }
}

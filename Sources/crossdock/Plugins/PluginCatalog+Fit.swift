import Configuration
import PluginBundles
import PluginRuntime
import Records

// How the sections of agent.conf fit their plugins.
extension PluginCatalog {
  /// Every section of agent.conf as it fits its plugin, in the configuration's order: defaults filled in, files read. Nil where the options
  /// of the plugin are not known.
  func fits(_ configuration: AgentConfiguration) throws(CrossdockError) -> [PluginFit?] {
    var all: [PluginFit?] = []
    for model in configuration.models {
      if isInLine(model), let descriptor = builtIn[model.plugin] {
        all.append(Self.fit(model, Self.table(descriptor.options), misfits: [], after: nil, configuration))
      } else {
        let external = try external(model.plugin, configuration.plugins)
        all.append(
          try external.flatMap { (external) throws(CrossdockError) in try fit(model, external, configuration) })
      }
    }
    return all
  }

  private func fit(
    _ model: ModelConfiguration, _ external: External, _ configuration: AgentConfiguration
  ) throws(CrossdockError) -> PluginFit? {
    guard let table = try table(model, external) else { return nil }
    return Self.fit(
      model, table, misfits: Self.misfits(model, external.manifest),
      after: external.installed?.failedVersion(model, in: Self.storeFolder(configuration.plugins)), configuration)
  }

  /// What would be loaded into the agent and has gone back to a version that does not fit gets a process of its own instead, which is parked.
  func keptOut(_ configuration: AgentConfiguration) throws(CrossdockError) -> AgentConfiguration {
    var configuration = configuration
    for (number, model) in configuration.models.enumerated() where isInLine(model) && builtIn[model.plugin] == nil {
      guard let external = try external(model.plugin, configuration.plugins), external.installed?.state.returned != nil,
        try fit(model, external, configuration)?.refusal != nil
      else { continue }
      configuration.models[number].run = .isolated
    }
    return configuration
  }

  static func fit(
    _ model: ModelConfiguration, _ table: [PluginOptionDescription], misfits: [String], after failed: FailedVersion?,
    _ configuration: AgentConfiguration
  ) -> PluginFit {
    PluginFit(model, table: table, misfits: misfits, after: failed) {
      InstalledModels.lookup(configuration.modelStore, $0, model)
    }
  }

  // MARK: what a plugin's description does not allow

  static func misfits(_ model: ModelConfiguration, _ manifest: PluginManifest) -> [String] {
    let capabilities = manifest.capabilities
    var all = roleMisfits(model, manifest.role)
    for stream in model.reads where !capabilities.allowsReading(stream) {
      all.append("\(model.plugin) does not declare that it reads \"\(stream)\" (plugin.toml, [capabilities] reads)")
    }
    for stream in model.writes where !capabilities.allowsWriting(stream) {
      all.append("\(model.plugin) does not declare that it writes \"\(stream)\" (plugin.toml, [capabilities] writes)")
    }
    if model.replyConnection != nil, !capabilities.replies {
      all.append("\(model.plugin) does not declare that it replies (plugin.toml, [capabilities] replies)")
    }
    if model.run == .inProcess, manifest.run == .exec {
      all.append("a program cannot run in the agent's process")
    }
    return all
  }

  static func roleMisfits(_ model: ModelConfiguration, _ role: PluginManifest.Role) -> [String] {
    var all: [String] = []
    if role == .feed, !model.reads.isEmpty { all.append("\(model.plugin) is a feed: it reads no stream") }
    if role != .feed, model.reads.isEmpty { all.append("\(model.plugin) is a \(role.rawValue): it needs \"reads\"") }
    if role == .uplink, !model.writes.isEmpty { all.append("\(model.plugin) is an uplink: it writes no stream") }
    if role == .feed || role == .decoder, model.writes.isEmpty {
      all.append("\(model.plugin) is a \(role.rawValue): it needs \"writes\"")
    }
    if model.run == .inProcess, role == .uplink || role == .feed {
      all.append("\(role == .uplink ? "an uplink" : "a feed") waits for others and cannot run in the agent's process")
    }
    return all
  }
}

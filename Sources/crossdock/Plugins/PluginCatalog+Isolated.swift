import Configuration
import Engine
import Logging
import Platform
import PluginBundles
import PluginRuntime
import Records

// The plugins that run in processes of their own, as the runners take them.
extension PluginCatalog {
  /// - Parameter fits: of every section, in the configuration's order.
  func isolated(
    _ configuration: AgentConfiguration, _ fits: [PluginFit?]
  ) throws(CrossdockError) -> [IsolatedPlugin] {
    var all: [IsolatedPlugin] = []
    for (number, model) in configuration.models.enumerated() where !isInLine(model) {
      guard let external = try external(model.plugin, configuration.plugins) else { continue }
      let data = try PrivateFolders(configuration).make(for: model)
      let fit = external.isDisabled || external.says == nil ? nil : fits[number]
      let version =
        if let fit {
          try Self.version(external.manifest, external.folder, data, fit, configuration)
        } else {
          try Self.version(bare: external.manifest, external.folder, configuration)
        }
      var plugin = IsolatedPlugin(
        name: model.name, plugin: model.plugin, role: external.manifest.role, version: version, reads: model.reads,
        writes: model.writes, replyConnection: model.replyConnection,
        begin: model.begin ?? (external.manifest.role == .uplink ? .oldest : .new))
      plugin.dataFolder = version.launch.privateFolder ?? ""
      plugin.isInstalled = external.installed != nil
      if let installed = external.installed {
        plugin.isEnabled = installed.state.isEnabled
        plugin.isUnsigned = !installed.isSigned
        if fit != nil {
          plugin.previous = Self.previous(installed, data, model, version.options, configuration)
        } else if installed.state.isEnabled {
          plugin.unasked = model
        }
      } else if external.damage != nil {
        plugin.isEnabled = !external.isDisabled
        plugin.unasked = model
      }
      all.append(plugin)
    }
    return all
  }

  /// What may not run as it is: disabled, or its process is to be asked first what its options mean.
  private static func version(
    bare manifest: PluginManifest, _ folder: String, _ configuration: AgentConfiguration
  ) throws(CrossdockError) -> IsolatedPlugin.Version {
    let launch = try PluginLaunch(
      manifest, folder: folder, hostPath: hostPath(configuration.plugins), capabilities: PluginCapabilities())
    return IsolatedPlugin.Version(text: manifest.version.text, launch: launch)
  }

  /// One that does not fit is described as far as it can be: it is parked.
  private static func version(
    _ manifest: PluginManifest, _ folder: String, _ data: String, _ fit: PluginFit, _ configuration: AgentConfiguration
  ) throws(CrossdockError) -> IsolatedPlugin.Version {
    var version: IsolatedPlugin.Version
    if fit.refusal == nil {
      version = try self.version(
        manifest, folder, data, fit.options.map { PluginOptionValue($0) }, configuration)
    } else {
      version = try self.version(bare: manifest, folder, configuration)
    }
    version.ignoredOptions = fit.ignoredTexts
    version.misfit = fit.refusal
    return version
  }

  private static func version(
    _ manifest: PluginManifest, _ folder: String, _ data: String, _ options: [PluginOptionValue],
    _ configuration: AgentConfiguration
  ) throws(CrossdockError) -> IsolatedPlugin.Version {
    let texts = Dictionary(options.map { ($0.key, $0.value.text) }, uniquingKeysWith: { $1 })
    var launch = try PluginLaunch(
      manifest, folder: folder, hostPath: hostPath(configuration.plugins),
      capabilities: try manifest.capabilities.resolved(data: data, options: texts))
    if manifest.capabilities.writeFiles.contains(where: { $0.hasPrefix(PluginCapabilities.dataPlaceholder) }) {
      launch.privateFolder = data
    }
    return IsolatedPlugin.Version(text: manifest.version.text, launch: launch, options: options)
  }

  /// What it would go back to; nil where that cannot be read any more, or may not run. It has its own options, of which agent.conf, written
  /// for the present version, may have too many.
  private static func previous(
    _ installed: InstalledPlugin, _ data: String, _ model: ModelConfiguration, _ present: [PluginOptionValue],
    _ configuration: AgentConfiguration
  ) -> IsolatedPlugin.Version? {
    guard let old = try? installed.previous(in: storeFolder(configuration.plugins)) else { return nil }
    let manifest = old.manifest.plugin
    // What may not be installed may not come back either.
    guard configuration.plugins.allowUnsigned || installed.state.version(manifest.version)?.key != nil else {
      return nil
    }
    guard let table = installed.state.version(manifest.version)?.says?.table else {
      // Nobody has asked it yet: those of the present version.
      return try? version(manifest, old.folder, data, present, configuration)
    }
    let fit = fit(
      model, table, misfits: misfits(model, manifest), after: installed.asFailed(model, before: manifest.version),
      configuration)
    do throws(CrossdockError) {
      return try version(manifest, old.folder, data, fit, configuration)
    } catch {
      var unfit = try? version(bare: manifest, old.folder, configuration)
      unfit?.misfit = "\(error.place): \(error.reason)"
      return unfit
    }
  }

  /// What an installed plugin that nobody has asked yet says of itself, and how it is to be run by that. Called on its own thread, which waits
  /// for its process; what it says is written down for the next time.
  static func ask(
    _ plugin: IsolatedPlugin, of model: ModelConfiguration, stop: WakeDescriptor, _ configuration: AgentConfiguration,
    _ log: Logger
  ) -> IsolatedPlugin.Answer {
    let store = storeFolder(configuration.plugins)
    do throws(CrossdockError) {
      guard let installed = try PluginStore.plugin(plugin.plugin, in: store),
        installed.folder == plugin.version.launch.folder
      else { return .refused("another version has taken its place") }
      let manifest = installed.manifest.plugin
      let says: PluginStatement
      do throws(PluginFailure) {
        says = try PluginStatement.asked(
          manifest, folder: installed.folder, hostPath: hostPath(configuration.plugins), stop: stop)
      } catch {
        return .failed(error)
      }
      PluginRecords.says(plugin.plugin, manifest.version, says, in: store, log)
      let fit = fit(
        model, says.table, misfits: misfits(model, manifest), after: installed.failedVersion(model, in: store),
        configuration)
      if let problem = fit.problems.first?.description ?? fit.misfits.first {
        return .refused("it cannot use its options: \(problem)")
      }
      return .ready(
        try version(manifest, installed.folder, try PrivateFolders(configuration).make(for: model), fit, configuration))
    } catch {
      return .refused("\(error.place): \(error.reason)")
    }
  }

  /// How an installed version is not what was installed; nil: it is, or it was built with the agent.
  static func damage(_ plugin: String, _ version: IsolatedPlugin.Version) -> String? {
    let folder = version.launch.folder
    guard let number = SemanticVersion(version.text), Files.exists("\(folder)/\(BundleManifestFile.name)") else {
      return nil
    }
    do throws(CrossdockError) {
      guard let damage = try PluginStore.manifest(folder, plugin, number).damage(in: folder).first else { return nil }
      return "it is not what was installed: \(damage); install the bundle of \(number) again"
    } catch {
      return "it is not what was installed: \(error.place): \(error.reason); install the bundle of \(number) again"
    }
  }
}

extension PluginOptionValue.Value {
  /// As `{option:KEY}` in plugin.toml stands for it.
  fileprivate var text: String {
    switch self {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .boolean(let flag): "\(flag)"
    case .files(let files): files.first?.path ?? ""
    }
  }
}

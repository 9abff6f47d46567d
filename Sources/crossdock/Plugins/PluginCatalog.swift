import Configuration
import Logging
import Platform
import PluginBundles
import PluginRuntime
import Records

/// What the plugins' names in agent.conf mean on this box: built in, or installed. What an installed one says of itself was written down when
/// it was installed: looking at it starts no process.
final class PluginCatalog {
  /// A plugin that can run in a process of its own.
  struct External {
    var manifest: PluginManifest
    /// What it says of itself; nil: that is not known here.
    var says: PluginStatement?
    var folder: String
    /// Of the store; nil: it was built with the agent.
    var installed: InstalledPlugin?

    /// Of the store; nil: as above, or it cannot be read.
    var state: PluginState?
    /// Why it cannot be read; nil: it can.
    var damage: CrossdockError?

    var isDisabled: Bool { state?.isEnabled == false }
  }

  let builtIn: [String: PluginDescriptor]
  private var externals: [String: Result<External?, CrossdockError>] = [:]
  private var loaded: [String: PluginDescriptor] = [:]

  /// Whether the processes of plugins may be asked that were installed before what they say was written down. The agent's main thread does
  /// not: it would wait for them.
  private let asksProcesses: Bool

  init(asksProcesses: Bool = true) throws(CrossdockError) {
    self.asksProcesses = asksProcesses
    builtIn = try BuiltInPlugins.descriptors()
  }

  // MARK: looking up

  func lookup(_ section: PluginsSection, _ model: ModelConfiguration) -> PluginLookupResult {
    do throws(CrossdockError) {
      if isInLine(model), let descriptor = builtIn[model.plugin] {
        return .found(
          Self.table(descriptor.options), misfits: Self.roleMisfits(model, descriptor.role),
          trial: Self.trial(descriptor, model))
      }
      guard let external = try external(model.plugin, section) else { return .unknown(names(section)) }
      let host = Self.hostPath(section)
      // Where it runs, it is told by the plugin's state.
      if asksProcesses, !isInLine(model), !Files.exists(host) {
        return .unusable(
          reason: "\(host): it is not there, and plugins run in it", hint: "\"host\" of [plugins] names it")
      }
      // Built in and run isolated: the agent has the same code at hand.
      let own = external.installed == nil ? builtIn[model.plugin] : nil
      if let damage = external.damage {
        // Where it runs, it is parked.
        if isInLine(model) || (asksProcesses && !external.isDisabled) { throw damage }
        return .unchecked(misfits: [], warning: "\(damage.place): \(damage.reason)", hint: damage.hint)
      }
      guard let table = try table(model, external) else { return unchecked(model, external) }
      return .found(
        table, misfits: Self.misfits(model, external.manifest), trial: own.map { Self.trial($0, model) },
        failed: external.installed?.failedVersion(model, in: Self.storeFolder(section)))
    } catch {
      return .unusable(reason: "\(error.place): \(error.reason)", hint: error.hint)
    }
  }

  private func unchecked(_ model: ModelConfiguration, _ external: External) -> PluginLookupResult {
    guard !external.isDisabled else { return .unchecked(misfits: [], warning: nil, hint: "") }
    let what = "the options of plugin \"\(model.plugin)\" are not checked"
    let misfits = Self.misfits(model, external.manifest)
    return asksProcesses
      ? .unchecked(
        misfits: misfits, warning: "\(what): it may not run, so it is not asked for them",
        hint: "installing a bundle of it that may run has them checked everywhere")
      : .unchecked(
        misfits: misfits, warning: "\(what) here",
        hint: "crossdock check-config checks them; installing its bundle again has them checked everywhere")
  }

  /// The options that it has; nil: nobody knows, or nobody asks because it is disabled.
  func table(
    _ model: ModelConfiguration, _ external: External
  ) throws(CrossdockError) -> [PluginOptionDescription]? {
    if external.isDisabled, !isInLine(model) { return nil }
    if let says = external.says { return says.table }
    // It is to be loaded anyway.
    guard isInLine(model), let descriptor = try loaded(model.plugin, external) else { return nil }
    return Self.table(descriptor.options)
  }

  /// Whether it runs on the writer thread, with each batch.
  func isInLine(_ model: ModelConfiguration) -> Bool {
    model.run == .inProcess || (model.run == nil && builtIn[model.plugin] != nil)
  }

  private func names(_ section: PluginsSection) -> [String] {
    let installed = (try? PluginStore.plugins(in: Self.storeFolder(section)))?.plugins.map(\.name) ?? []
    return (builtIn.keys + installed).sorted()
  }

  func external(_ name: String, _ section: PluginsSection) throws(CrossdockError) -> External? {
    if let known = externals[name] { return try known.get() }
    let found = Result { () throws(CrossdockError) in try find(name, section) }
    externals[name] = found
    return try found.get()
  }

  private func find(_ name: String, _ section: PluginsSection) throws(CrossdockError) -> External? {
    let installed: InstalledPlugin?
    do throws(CrossdockError) {
      installed = try PluginStore.plugin(name, in: Self.storeFolder(section))
    } catch {
      return Self.damaged(name, error, section)
    }
    if let installed {
      let manifest = installed.manifest.plugin
      return External(
        manifest: manifest, says: try says(installed, section), folder: installed.folder,
        installed: installed, state: installed.state)
    }
    guard let descriptor = builtIn[name] else { return nil }
    guard let path = BuiltInPlugins.sharedObject(name) else {
      throw CrossdockError(
        "look at the plugin", at: "lib\(name).so",
        reason: "it is not there: built into the agent, it runs isolated from this file only",
        hint: "put it beside the program or into ../lib/crossdock, or run = \"in-process\"", exitCode: .badConfiguration
      )
    }
    // Built in, and there as a shared object too: what it may do is what its streams need.
    let manifest = PluginManifest(
      name: name, version: SemanticVersion(descriptor.version) ?? SemanticVersion("0.0.0")!, role: descriptor.role,
      summary: descriptor.summary, artefact: Files.name(of: path),
      capabilities: PluginCapabilities(reads: ["*"], writes: ["*"], replies: true), limits: PluginLimits(memoryMb: 256))
    // The agent has the same code at hand: its process need not be asked.
    return External(
      manifest: manifest, says: PluginStatement(descriptor.role, descriptor.options), folder: Files.folder(of: path),
      installed: nil)
  }

  /// One whose state or manifest cannot be read: as far as anything is known of it. It is parked with the reason, and keeps nothing else back.
  private static func damaged(_ name: String, _ error: CrossdockError, _ section: PluginsSection) -> External {
    let state = (try? PluginStore.state(name, in: storeFolder(section))) ?? nil
    let version = state?.current ?? SemanticVersion("0.0.0")!
    let manifest = PluginManifest(
      name: name, version: version, role: state?.version(version)?.says?.role ?? .model, summary: "", artefact: name)
    return External(
      manifest: manifest, folder: "\(storeFolder(section))/\(name)/\(version)", state: state, damage: error)
  }

  /// What an installed plugin says of itself: as it was written down when it was installed, or else its process is asked, where that
  /// may take time. Nil: neither.
  private func says(
    _ installed: InstalledPlugin, _ section: PluginsSection
  ) throws(CrossdockError) -> PluginStatement? {
    if let says = installed.says { return says }
    // What is not to run is not started to be asked either.
    guard asksProcesses, installed.state.isEnabled, section.allowUnsigned || installed.isSigned else { return nil }
    if let damage = installed.damage().first { throw Self.changed(installed.folder, damage, "look at the plugin") }
    return try Self.asked(installed.manifest.plugin, installed.folder, section)
  }

  private static func asked(
    _ manifest: PluginManifest, _ folder: String, _ section: PluginsSection
  ) throws(CrossdockError) -> PluginStatement {
    do throws(PluginFailure) {
      return try PluginStatement.asked(manifest, folder: folder, hostPath: hostPath(section))
    } catch {
      throw CrossdockError(
        "look at the plugin", at: folder, reason: "\(error)", hint: "crossdock plugin test --no-build \(folder)",
        exitCode: .badConfiguration)
    }
  }

  /// Loaded into the agent's process, once; what is not as it was installed is not, because it would take the agent with it.
  private func loaded(_ name: String, _ external: External) throws(CrossdockError) -> PluginDescriptor? {
    if let descriptor = loaded[name] { return descriptor }
    guard let artefact = external.manifest.artefact else { return nil }
    if let damage = external.installed?.damage().first {
      throw Self.changed(external.folder, damage, "load the plugin")
    }
    var descriptor = try SharedObject.load("\(external.folder)/\(artefact)")
    descriptor.isInstalled = true
    loaded[name] = descriptor
    return descriptor
  }

  private static func changed(_ folder: String, _ damage: String, _ operation: String) -> CrossdockError {
    CrossdockError(
      operation, at: folder, reason: "it is not what was installed: \(damage)", hint: "install its bundle again",
      exitCode: .badConfiguration)
  }

  /// Absolute: a plugin's process works in its own folder, and finds nothing by a path from the agent's.
  static func storeFolder(_ section: PluginsSection) -> String { Files.absolute(section.folder) }

  static func hostPath(_ section: PluginsSection) -> String {
    section.host ?? "\(Files.folder(of: Files.ownProgram))/crossdock-plugin-host"
  }

  static func table(_ options: [PluginDescriptor.Option]) -> [PluginOptionDescription] {
    options.compactMap { option in
      PluginOptionDescription.Kind(rawValue: option.type).map {
        PluginOptionDescription(key: option.key, kind: $0, defaultValue: option.defaultValue, help: option.help)
      }
    }
  }

  /// A built-in plugin's own check of its options.
  private static func trial(_ descriptor: PluginDescriptor, _ model: ModelConfiguration) -> PluginTrial {
    { options, streams, counts in
      let quiet = Logger(label: "plugin") { _ in SwiftLogNoOpLogHandler() }
      do throws(CrossdockError) {
        _ = try InProcessModel(
          name: model.name, descriptor: descriptor, options: options.map { PluginOptionValue($0) },
          streams: streams, writes: model.writes, log: quiet)
        return UnscaledSamples.refusal(model, options, counts)
      } catch {
        return error.reason
      }
    }
  }

  // MARK: what is to run

  /// The plugins that run on the writer thread, by name.
  func inLine(_ configuration: AgentConfiguration) throws(CrossdockError) -> [String: PluginDescriptor] {
    var all = builtIn
    for model in configuration.models where isInLine(model) && builtIn[model.plugin] == nil {
      guard let external = try external(model.plugin, configuration.plugins) else { continue }
      all[model.plugin] = try loaded(model.plugin, external)
    }
    return all
  }

  /// What of that is installed without a signature, by the names of agent.conf.
  func unsignedInLine(_ configuration: AgentConfiguration) throws(CrossdockError) -> Set<String> {
    var names: Set<String> = []
    for model in configuration.models where isInLine(model) && builtIn[model.plugin] == nil {
      if try external(model.plugin, configuration.plugins)?.installed?.isSigned == false { names.insert(model.name) }
    }
    return names
  }

  /// By plugin that agent.conf uses: its version, and whether it runs. What a later reading is compared with.
  func versions(_ configuration: AgentConfiguration) throws(CrossdockError) -> [String: String] {
    var all: [String: String] = [:]
    for model in configuration.models {
      if isInLine(model), let descriptor = builtIn[model.plugin] {
        all[model.plugin] = descriptor.version
      } else if let external = try external(model.plugin, configuration.plugins) {
        all[model.plugin] = external.manifest.version.text
        if external.installed?.state.isEnabled == false { all[model.plugin, default: ""] += " (disabled)" }
      }
    }
    return all
  }
}

import Configuration
import Logging
import Platform
import PluginBundles
import PluginRuntime
import Records

/// What the plugins' names in agent.conf mean on this box: built in, or installed. Looking at an installed plugin starts its
/// process, confined, for as long as it takes to say hello.
final class PluginCatalog {
  /// A plugin that can run in a process of its own.
  struct External {
    var manifest: PluginManifest
    /// What it says of itself.
    var hello: PluginHello
    var folder: String
    /// Of the store; nil: it was built with the agent.
    var installed: InstalledPlugin?
  }

  let builtIn: [String: PluginDescriptor]
  private var externals: [String: Result<External?, CrossdockError>] = [:]
  private var loaded: [String: PluginDescriptor] = [:]

  init() throws(CrossdockError) {
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
      // Built in and run isolated: the agent has the same code at hand.
      let own = external.installed == nil ? builtIn[model.plugin] : nil
      return .found(
        Self.table(external.hello.options), misfits: misfits(model, external),
        trial: own.map { Self.trial($0, model) })
    } catch {
      return .unusable(reason: "\(error.place): \(error.reason)", hint: error.hint)
    }
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
    if let installed = try PluginStore.plugin(name, in: Self.storeFolder(section)) {
      let manifest = installed.manifest.plugin
      return External(
        manifest: manifest, hello: try Self.hello(manifest, installed.folder, section), folder: installed.folder,
        installed: installed)
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
    let folder = Files.folder(of: path)
    return External(
      manifest: manifest, hello: try Self.hello(manifest, folder, section), folder: folder, installed: nil)
  }

  private static func hello(
    _ manifest: PluginManifest, _ folder: String, _ section: PluginsSection
  ) throws(CrossdockError) -> PluginHello {
    // Saying hello needs no file and no network.
    let launch = try PluginLaunch(
      manifest, folder: folder, hostPath: hostPath(section), capabilities: PluginCapabilities())
    var quiet = Logger(label: "plugin") { _ in SwiftLogNoOpLogHandler() }
    quiet.logLevel = .critical
    do throws(PluginFailure) {
      let session = try PluginSession(launch, writes: [], log: quiet)
      defer { session.process.kill() }
      guard session.hello.role == manifest.role else {
        throw .cannotStart("it is a \(session.hello.role.rawValue), plugin.toml says \(manifest.role.rawValue)")
      }
      return session.hello
    } catch {
      throw CrossdockError(
        "look at the plugin", at: folder, reason: "\(error)", hint: "crossdock plugin test --no-build \(folder)",
        exitCode: .badConfiguration)
    }
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

  // MARK: what does not fit

  private func misfits(_ model: ModelConfiguration, _ external: External) -> [String] {
    let capabilities = external.manifest.capabilities
    var all = Self.roleMisfits(model, external.manifest.role)
    for stream in model.reads where !capabilities.allowsReading(stream) {
      all.append("\(model.plugin) does not declare that it reads \"\(stream)\" (plugin.toml, [capabilities] reads)")
    }
    for stream in model.writes where !capabilities.allowsWriting(stream) {
      all.append("\(model.plugin) does not declare that it writes \"\(stream)\" (plugin.toml, [capabilities] writes)")
    }
    if model.replyConnection != nil, !capabilities.replies {
      all.append("\(model.plugin) does not declare that it replies (plugin.toml, [capabilities] replies)")
    }
    if model.run == .inProcess, external.manifest.run == .exec {
      all.append("a program cannot run in the agent's process")
    }
    return all
  }

  private static func roleMisfits(_ model: ModelConfiguration, _ role: PluginManifest.Role) -> [String] {
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

  // MARK: what is to run

  /// The plugins that run on the writer thread, by name.
  func inLine(_ configuration: AgentConfiguration) throws(CrossdockError) -> [String: PluginDescriptor] {
    var all = builtIn
    for model in configuration.models where isInLine(model) && builtIn[model.plugin] == nil {
      guard let external = try external(model.plugin, configuration.plugins), let artefact = external.manifest.artefact
      else { continue }
      if loaded[model.plugin] == nil { loaded[model.plugin] = try SharedObject.load("\(external.folder)/\(artefact)") }
      all[model.plugin] = loaded[model.plugin]
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

  /// The options of every plugin of agent.conf, in its order: defaults filled in, files read.
  func options(_ configuration: AgentConfiguration) throws(CrossdockError) -> [[ResolvedModelOption]] {
    var all: [[ResolvedModelOption]] = []
    for model in configuration.models {
      let table: [PluginOptionDescription]
      if isInLine(model), let descriptor = builtIn[model.plugin] {
        table = Self.table(descriptor.options)
      } else {
        table = try external(model.plugin, configuration.plugins).map { Self.table($0.hello.options) } ?? []
      }
      all.append(
        resolveOptions(model, against: table) { InstalledModels.lookup(configuration.modelStore, $0, model) }.options)
    }
    return all
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

package import Records

/// The folder of installed plugins.
package typealias PluginStore = BundleStore<PluginState>

extension BundleStore where State == PluginState {
  /// Every plugin of a store by name; those that cannot be read as errors.
  package static func plugins(
    in folder: String
  ) throws(CrossdockError) -> (plugins: [InstalledPlugin], unreadable: [(name: String, error: CrossdockError)]) {
    var plugins: [InstalledPlugin] = []
    var unreadable: [(name: String, error: CrossdockError)] = []
    for name in try names(in: folder) {
      do throws(CrossdockError) {
        if let plugin = try plugin(name, in: folder) { plugins.append(plugin) }
      } catch {
        unreadable.append((name, error))
      }
    }
    return (plugins, unreadable)
  }

  /// Nil when there is none of the name.
  package static func plugin(_ name: String, in folder: String) throws(CrossdockError) -> InstalledPlugin? {
    guard let state = try state(name, in: folder) else { return nil }
    let place = "\(folder)/\(name)/\(state.current)"
    return InstalledPlugin(name: name, state: state, folder: place, manifest: try manifest(place, name, state.current))
  }

  package func plugin(_ name: String) throws(CrossdockError) -> InstalledPlugin {
    guard let plugin = try Self.plugin(name, in: folder) else { throw Self.missing(name, in: folder) }
    return plugin
  }

  /// Takes a staged bundle into use. What was in use becomes the version before; older ones go.
  ///
  /// - Parameter says: what its process says of itself, at most `PluginStatement.maxBytes`.
  package func activate(
    _ staged: StagedBundle<BundleManifest>, says: PluginStatement? = nil, nowNs: Int64
  ) throws(CrossdockError) {
    let name = staged.manifest.name
    let old = try Self.state(name, in: folder)
    var version = try settle(staged, nowNs: nowNs)
    version.says = says
    let previous = old?.current == version.version ? old?.previous : old?.current
    let kept = old?.versions.filter { $0.version == previous } ?? []
    try replaceState(
      name,
      PluginState(
        current: version.version, previous: previous, isEnabled: old?.isEnabled ?? true, parked: nil,
        returned: old?.current == version.version ? old?.returned : nil, versions: [version] + kept))
    try removeRemains(of: name)
  }

  /// - Returns: false when it was so already.
  @discardableResult package func setEnabled(_ name: String, _ isEnabled: Bool) throws(CrossdockError) -> Bool {
    var state = try state(name)
    guard state.isEnabled != isEnabled || (isEnabled && state.parked != nil) else { return false }
    state.isEnabled = isEnabled
    if isEnabled { state.parked = nil }
    try replaceState(name, state)
    return true
  }

  /// Writes down what the process of an installed version says of itself.
  package func setSays(
    _ name: String, _ version: SemanticVersion, _ says: PluginStatement
  ) throws(CrossdockError) {
    var state = try state(name)
    guard let index = state.versions.firstIndex(where: { $0.version == version }), state.versions[index].says != says,
      says.byteCount <= PluginStatement.maxBytes
    else { return }
    state.versions[index].says = says
    try replaceState(name, state)
  }

  /// Says that the agent has given a plugin up, or that it has not.
  package func setParked(_ name: String, _ reason: String?) throws(CrossdockError) {
    var state = try state(name)
    guard state.parked != reason else { return }
    state.parked = reason
    try replaceState(name, state)
  }

  /// The version before becomes the one in use, and the other way round.
  ///
  /// - Parameter reason: why the agent does so by itself; nil: an operator does.
  package func rollback(
    _ name: String, allowsUnsigned: Bool, because reason: String? = nil
  ) throws(CrossdockError) -> (from: SemanticVersion, to: SemanticVersion) {
    var state = try state(name)
    guard let previous = state.previous else {
      throw CrossdockError(
        "roll back the plugin", at: name, reason: "there is no version before \(state.current)",
        hint: "crossdock plugin install FILE --allow-downgrade installs an older one")
    }
    try checkSigned(state.version(previous), of: name, allowsUnsigned: allowsUnsigned, for: "roll back the plugin")
    try checkWhole(name, previous, for: "roll back the plugin")
    let current = state.current
    (state.current, state.previous, state.parked) = (previous, current, nil)
    state.returned = reason.map { PluginReturned(from: current, reason: $0) }
    try replaceState(name, state)
    return (current, previous)
  }
}

extension BundleStore {
  /// What may not be installed may not come back either.
  func checkSigned(
    _ version: StoredVersion?, of name: String, allowsUnsigned: Bool, for operation: String
  ) throws(CrossdockError) {
    guard let version, version.key == nil, !allowsUnsigned else { return }
    throw CrossdockError(
      operation, at: "\(name) \(version.version)",
      reason: "it was installed without a signature, and allow_unsigned is false",
      hint: "install a signed bundle of \(version.version), or allow it in [\(Manifest.noun)s]")
  }

  /// What cannot be read cannot go live.
  func checkWhole(_ name: String, _ version: SemanticVersion, for operation: String) throws(CrossdockError) {
    let place = "\(folder)/\(name)/\(version)"
    if let damage = try Self.manifest(place, name, version).damage(in: place).first {
      // As an install will judge it.
      let isOlder = version.isOlder(than: try state(name).reference)
      throw CrossdockError(
        operation, at: "\(name) \(version)", reason: damage,
        hint: "install the bundle of \(version) again\(isOlder ? " with --allow-downgrade" : "")")
    }
  }
}

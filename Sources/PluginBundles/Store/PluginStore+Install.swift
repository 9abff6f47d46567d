internal import Platform
package import Records

/// A bundle whose files are in the store and durable, and that is not in use yet.
package struct StagedPlugin: Sendable {
  package let manifest: BundleManifest
  package let folder: String
  let key: String?
}

extension PluginStore {
  /// What an install would do to what is there.
  package enum Standing: Sendable, Equatable {
    case new
    case upgrade(from: SemanticVersion)
    case downgrade(from: SemanticVersion)
    /// The version in use, with the same contents.
    case same
  }

  /// - Throws: when the version is installed with other contents.
  package func standing(of bundle: PluginBundle) throws(CrossdockError) -> Standing {
    let plugin = bundle.manifest.plugin
    guard let state = try Self.state(plugin.name, in: folder) else { return .new }
    if state.version(plugin.version) != nil {
      let place = "\(folder)/\(plugin.name)/\(plugin.version)"
      // One that cannot be read is not one to protect.
      if let there = try? Self.manifest(place, plugin.name, plugin.version), !there.hasSameContents(as: bundle.manifest)
      {
        throw CrossdockError(
          "install the plugin", at: "\(plugin.name) \(plugin.version)",
          reason: "this version is installed with other contents",
          hint: "give what has changed a new version, or remove the installed one first")
      }
    }
    if plugin.version == state.current { return .same }
    return plugin.version.isOlder(than: state.current)
      ? .downgrade(from: state.current) : .upgrade(from: state.current)
  }

  /// Writes a bundle's files beside the installed ones and syncs them. Nothing is in use yet.
  ///
  /// - Parameter key: the number of the key that signed it; nil: nobody did.
  package func stage(_ bundle: PluginBundle, key: String?) throws(CrossdockError) -> StagedPlugin {
    let place = "\(folder)/\(Self.incomingPrefix)\(Self.randomDigits())"
    try disk.createFolder(place)
    var folders: [String] = [place]
    let manifest = BundleFile(path: BundleManifest.fileName, bytes: bundle.manifest.encoded())
    for file in [manifest] + bundle.files {
      var path = place
      for part in file.path.split(separator: "/").dropLast() {
        path += "/\(part)"
        if folders.contains(path) { continue }
        try disk.createFolder(path)
        folders.append(path)
      }
      let name = "\(place)/\(file.path)"
      try disk.write(name, file.bytes, mode: file.isExecutable ? 0o755 : 0o644)
      try disk.syncFile(name)
    }
    for path in folders.reversed() { try disk.syncFolder(path) }
    return StagedPlugin(manifest: bundle.manifest, folder: place, key: key)
  }

  /// Takes a staged bundle into use. What was in use becomes the version before; older ones go.
  package func activate(_ staged: StagedPlugin, nowNs: Int64) throws(CrossdockError) {
    let plugin = staged.manifest.plugin
    let home = "\(folder)/\(plugin.name)"
    let old = try Self.state(plugin.name, in: folder)
    if !Files.isFolder(home) {
      try disk.createFolder(home)
      try disk.syncFolder(folder)
    }
    let place = "\(home)/\(plugin.version)"
    if !Files.exists(place) {
      try disk.rename(staged.folder, to: place)
    } else {
      // In use, or the version before: `standing` has said that it is the same. What is damaged is mended in one step.
      try disk.exchange(staged.folder, place)
      try disk.syncFolder(home)
      try disk.removeTree(staged.folder)
    }
    try disk.syncFolder(home)
    try disk.syncFolder(folder)
    let version = PluginState.Version(version: plugin.version, key: staged.key, installedNs: nowNs)
    let previous = old?.current == plugin.version ? old?.previous : old?.current
    let kept = old?.versions.filter { $0.version == previous } ?? []
    try replaceState(
      plugin.name,
      PluginState(
        current: plugin.version, previous: previous, isEnabled: old?.isEnabled ?? true, parked: nil,
        versions: [version] + kept))
    try removeRemains(of: plugin.name)
  }

  /// Gives a staged bundle up.
  package func discard(_ staged: StagedPlugin) throws(CrossdockError) {
    try disk.removeTree(staged.folder)
  }
}

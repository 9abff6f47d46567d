// The folder of installed plugins.
//
//   <store>/<name>/<version>/…       a bundle's files, with its manifest.json
//   <store>/<name>/state.json        which version is in use (PluginState.swift)
//   <store>/.incoming-<16 digits>/   an install under way
//   <store>/.removed-<16 digits>/    a removal under way
//   <store>/.lock                    held by the command that changes the store
//
// Every change is one rename that takes effect, with everything before it synced and nothing after it needed:
//
//   install   files and folders written and synced in .incoming; renamed to <name>/<version>; folders synced; state.json replaced
//   remove    <name> renamed to .removed; the store's folder synced
//   others    state.json replaced
//
// So after a power cut at any moment the store is as before or as after, and what lies around besides is removed when the store is
// opened to be changed the next time. Readers (the agent) need no lock: they take state.json, then the folder that it names, which nobody
// changes and which stays as long as it is the version in use or the one before.
internal import Platform
package import Records

package final class PluginStore {
  package static let incomingPrefix = ".incoming-"
  static let removedPrefix = ".removed-"
  static let lockName = ".lock"
  static let maxPlugins = 256

  /// Absolute.
  package let folder: String
  package let disk: StoreDisk
  private let lock: FileLock

  /// Opens the store to change it: makes it where there is none, and removes what an interrupted command has left.
  ///
  /// - Throws: when another command is changing it.
  package init(folder: String, observer: StoreDisk.Observer? = nil) throws(CrossdockError) {
    disk = StoreDisk(folder: folder, observer: observer)
    if !Files.isFolder(folder) {
      let above = Files.folder(of: folder)
      if !Files.exists(above) { try Files.createFolder(above) }
      try disk.createFolder(folder)
      try disk.syncFolder(above)
    }
    let folder = Files.absolute(folder)
    self.folder = folder
    lock = try FileLock(path: "\(folder)/\(Self.lockName)")
    disk.adopt("\(folder)/\(Self.lockName)")
    try removeRemains()
  }

  // MARK: reading, without a lock

  /// Every plugin of a store by name; those that cannot be read as errors.
  package static func plugins(
    in folder: String
  ) throws(CrossdockError) -> (plugins: [InstalledPlugin], unreadable: [(name: String, error: CrossdockError)]) {
    guard Files.isFolder(folder) else { return ([], []) }
    var plugins: [InstalledPlugin] = []
    var unreadable: [(name: String, error: CrossdockError)] = []
    for entry in try FolderListing.entries(of: folder).prefix(maxPlugins)
    where entry.kind == .folder && PluginManifest.isValidName(entry.name) {
      do throws(CrossdockError) {
        if let plugin = try plugin(entry.name, in: folder) { plugins.append(plugin) }
      } catch {
        unreadable.append((entry.name, error))
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

  static func state(_ name: String, in folder: String) throws(CrossdockError) -> PluginState? {
    guard PluginManifest.isValidName(name) else { return nil }
    let path = "\(folder)/\(name)/\(PluginState.fileName)"
    guard Files.exists(path) else { return nil }
    return try PluginState(json: try Files.read(path, limit: PluginState.maxBytes), path: path)
  }

  static func manifest(
    _ place: String, _ name: String, _ version: SemanticVersion
  ) throws(CrossdockError) -> BundleManifest {
    let path = "\(place)/\(BundleManifest.fileName)"
    let manifest = try BundleManifest(
      json: try Files.read(path, limit: BundleLimits.maxManifestBytes), place: path)
    guard manifest.plugin.name == name, manifest.plugin.version == version else {
      throw CrossdockError(
        "read the plugin", at: path, reason: "it describes \(manifest.plugin.name) \(manifest.plugin.version)",
        hint: "remove the plugin and install it again", exitCode: .badInput)
    }
    return manifest
  }

  // MARK: changing

  package func plugin(_ name: String) throws(CrossdockError) -> InstalledPlugin {
    if let plugin = try Self.plugin(name, in: folder) { return plugin }
    throw Self.noPlugin(name, in: folder)
  }

  package static func noPlugin(_ name: String, in folder: String) -> CrossdockError {
    let names = (try? plugins(in: folder))?.plugins.map(\.name) ?? []
    return CrossdockError(
      "find the plugin", at: name, reason: "no plugin of this name is installed in \(folder)",
      hint: names.isEmpty ? "nothing is installed" : "installed are: \(names.joined(separator: ", "))")
  }

  /// - Returns: false when it was so already.
  @discardableResult package func setEnabled(_ name: String, _ isEnabled: Bool) throws(CrossdockError) -> Bool {
    var state = try plugin(name).state
    guard state.isEnabled != isEnabled || (isEnabled && state.parked != nil) else { return false }
    state.isEnabled = isEnabled
    if isEnabled { state.parked = nil }
    try replaceState(name, state)
    return true
  }

  /// Says that the agent has given a plugin up, or that it has not.
  package func setParked(_ name: String, _ reason: String?) throws(CrossdockError) {
    var state = try plugin(name).state
    guard state.parked != reason else { return }
    state.parked = reason
    try replaceState(name, state)
  }

  /// The version before becomes the one in use, and the other way round.
  package func rollback(_ name: String) throws(CrossdockError) -> (from: SemanticVersion, to: SemanticVersion) {
    guard var state = try Self.state(name, in: folder) else { throw Self.noPlugin(name, in: folder) }
    guard let previous = state.previous else {
      throw CrossdockError(
        "roll back the plugin", at: name, reason: "there is no version before \(state.current)",
        hint: "crossdock plugin install FILE --allow-downgrade installs an older one")
    }
    // What cannot be read cannot go live.
    let place = "\(folder)/\(name)/\(previous)"
    let old = InstalledPlugin(
      name: name, state: state, folder: place, manifest: try Self.manifest(place, name, previous))
    if let damage = old.damage().first {
      throw CrossdockError(
        "roll back the plugin", at: "\(name) \(previous)", reason: damage,
        hint: "install the bundle of \(previous) again with --allow-downgrade")
    }
    let current = state.current
    (state.current, state.previous, state.parked) = (previous, current, nil)
    try replaceState(name, state)
    return (current, previous)
  }

  /// - Returns: what was removed: versions, files, bytes.
  package func remove(_ name: String) throws(CrossdockError) -> (versions: [SemanticVersion], files: Int, bytes: Int64)
  {
    guard PluginManifest.isValidName(name), Files.isFolder("\(folder)/\(name)") else {
      throw Self.noPlugin(name, in: folder)
    }
    let versions = (try? Self.state(name, in: folder))?.versions.map(\.version) ?? []
    let (files, bytes) = try Self.contents("\(folder)/\(name)")
    let grave = "\(folder)/\(Self.removedPrefix)\(Self.randomDigits())"
    try disk.rename("\(folder)/\(name)", to: grave)
    try disk.syncFolder(folder)
    try disk.removeTree(grave)
    return (versions, files, bytes)
  }

  /// A folder for whoever tries a staged plugin; gone at the next command at the latest.
  package func scratchFolder() throws(CrossdockError) -> String {
    let path = "\(folder)/\(Self.incomingPrefix)\(Self.randomDigits())"
    try disk.createFolder(path)
    return path
  }

  func replaceState(_ name: String, _ state: PluginState) throws(CrossdockError) {
    try disk.replace("\(folder)/\(name)/\(PluginState.fileName)", with: state.encoded())
  }

  /// What an interrupted command has left: folders under way, versions that no state names, plugins without a state.
  private func removeRemains() throws(CrossdockError) {
    for entry in try FolderListing.entries(of: folder) {
      let path = "\(folder)/\(entry.name)"
      if entry.name.hasPrefix(Self.incomingPrefix) || entry.name.hasPrefix(Self.removedPrefix) {
        try disk.removeTree(path)
      } else if entry.kind == .folder, PluginManifest.isValidName(entry.name) {
        try removeRemains(of: entry.name)
      }
    }
  }

  /// A state that cannot be read is left alone, with all that it may name.
  func removeRemains(of name: String) throws(CrossdockError) {
    let path = "\(folder)/\(name)"
    let state: PluginState?
    do throws(CrossdockError) { state = try Self.state(name, in: folder) } catch { return }
    guard let state else { return try disk.removeTree(path) }
    for entry in try FolderListing.entries(of: path) where entry.name != PluginState.fileName {
      if entry.name != state.current.text, entry.name != state.previous?.text {
        try disk.removeTree("\(path)/\(entry.name)")
      }
    }
  }

  private static func contents(_ path: String) throws(CrossdockError) -> (files: Int, bytes: Int64) {
    var total: (files: Int, bytes: Int64) = (0, 0)
    for entry in try FolderListing.entries(of: path) {
      if entry.kind == .folder {
        let inside = try contents("\(path)/\(entry.name)")
        total = (total.files + inside.files, total.bytes + inside.bytes)
      } else {
        total = (total.files + 1, total.bytes + entry.bytes)
      }
    }
    return total
  }

  static func randomDigits() -> String {
    let text = String(RandomBytes.word(), radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}

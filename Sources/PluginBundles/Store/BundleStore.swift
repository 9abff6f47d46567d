// The folder of installed plugins, or of trained models.
//
//   <store>/<name>/<version>/…       a bundle's files, with its manifest.json
//   <store>/<name>/state.json        which versions are in use (PluginState.swift, ModelState.swift)
//   <store>/.incoming-<16 digits>/   an install under way
//   <store>/.removed-<16 digits>/    a removal under way
//   <store>/.lock                    held by the command that changes the store; 64 KiB, which it gives up when the disk is full
//
// Every change is one rename that takes effect, with everything before it synced and nothing after it needed:
//
//   install   files and folders written and synced in .incoming; renamed to <name>/<version>; folders synced; state.json replaced
//   remove    <name> renamed to .removed; the store's folder synced
//   others    state.json replaced
//
// So after a power cut at any moment the store is as before or as after, and what lies around besides is removed when the store is
// opened to be changed the next time. Readers (the agent) need no lock: they take state.json, then the folders that it names, which nobody
// changes and which stay as long as the state names them.
internal import Platform
package import Records

package final class BundleStore<State: StoredState> {
  package typealias Manifest = State.Manifest

  static var incomingPrefix: String { ".incoming-" }
  static var removedPrefix: String { ".removed-" }
  static var lockName: String { ".lock" }
  static var maxEntries: Int { 256 }
  package static var lockPatienceMs: Int64 { 10_000 }

  /// Absolute.
  package let folder: String
  package let disk: StoreDisk
  private let lock: FileLock

  /// Opens the store to change it: makes it where there is none, and removes what an interrupted command has left.
  ///
  /// - Parameter lockTimeoutMs: how long to wait for another command, or for the agent, that is changing it: mostly done in a moment.
  /// - Throws: when another is changing it all that time.
  package init(
    folder: String, lockTimeoutMs: Int64 = BundleStore.lockPatienceMs, observer: StoreDisk.Observer? = nil
  ) throws(CrossdockError) {
    disk = StoreDisk(folder: folder, observer: observer)
    if !Files.isFolder(folder) {
      let above = Files.folder(of: folder)
      if !Files.exists(above) { try Files.createFolder(above) }
      try disk.createFolder(folder)
      try disk.syncFolder(above)
    }
    let folder = Files.absolute(folder)
    self.folder = folder
    lock = try FileLock(path: "\(folder)/\(Self.lockName)", timeoutMs: lockTimeoutMs)
    disk.adopt("\(folder)/\(Self.lockName)")
    disk.keepSpare()
    try removeRemains()
  }

  // MARK: reading, without a lock

  /// The names of what a store holds, whether it can be read or not.
  package static func names(in folder: String) throws(CrossdockError) -> [String] {
    guard Files.isFolder(folder) else { return [] }
    var names: [String] = []
    for entry in try FolderListing.entries(of: folder).prefix(maxEntries)
    where entry.kind == .folder && PluginManifest.isValidName(entry.name) {
      names.append(entry.name)
    }
    return names
  }

  /// Nil when there is none of the name.
  package static func state(_ name: String, in folder: String) throws(CrossdockError) -> State? {
    guard PluginManifest.isValidName(name) else { return nil }
    let path = "\(folder)/\(name)/\(StateFile.name)"
    guard Files.exists(path) else { return nil }
    return try State(json: try Files.read(path, limit: StateFile.maxBytes), path: path)
  }

  package static func manifest(
    _ place: String, _ name: String, _ version: SemanticVersion
  ) throws(CrossdockError) -> Manifest {
    let path = "\(place)/\(BundleManifestFile.name)"
    let manifest = try Manifest(json: try Files.read(path, limit: BundleLimits.maxManifestBytes), place: path)
    guard manifest.name == name, manifest.version == version else {
      throw CrossdockError(
        "read the \(Manifest.noun)", at: path, reason: "it describes \(manifest.name) \(manifest.version)",
        hint: "remove the \(Manifest.noun) and install it again", exitCode: .badInput)
    }
    return manifest
  }

  package static func missing(_ name: String, in folder: String) -> CrossdockError {
    let names = (try? names(in: folder))?.filter { (try? state($0, in: folder)) != nil } ?? []
    return CrossdockError(
      "find the \(Manifest.noun)", at: name, reason: "no \(Manifest.noun) of this name is installed in \(folder)",
      hint: names.isEmpty ? "nothing is installed" : "installed are: \(names.joined(separator: ", "))")
  }

  // MARK: changing

  package func state(_ name: String) throws(CrossdockError) -> State {
    guard let state = try Self.state(name, in: folder) else { throw Self.missing(name, in: folder) }
    return state
  }

  /// - Returns: what was removed: versions, files, bytes.
  package func remove(_ name: String) throws(CrossdockError) -> (versions: [SemanticVersion], files: Int, bytes: Int64)
  {
    guard PluginManifest.isValidName(name), Files.isFolder("\(folder)/\(name)") else {
      throw Self.missing(name, in: folder)
    }
    let versions = (try? Self.state(name, in: folder))?.versions.map(\.version) ?? []
    let (files, bytes) = try Self.contents("\(folder)/\(name)")
    let grave = "\(folder)/\(Self.removedPrefix)\(Self.randomDigits())"
    try disk.rename("\(folder)/\(name)", to: grave)
    try disk.syncFolder(folder)
    try disk.removeTree(grave)
    return (versions, files, bytes)
  }

  /// A folder for whoever tries a staged bundle; gone at the next command at the latest.
  package func scratchFolder() throws(CrossdockError) -> String {
    let path = "\(folder)/\(Self.incomingPrefix)\(Self.randomDigits())"
    try disk.createFolder(path)
    return path
  }

  func replaceState(_ name: String, _ state: State) throws(CrossdockError) {
    try disk.replace("\(folder)/\(name)/\(StateFile.name)", with: state.encoded())
  }

  /// What an interrupted command has left: folders under way, versions that no state names, names without a state.
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
    let state: State?
    do throws(CrossdockError) { state = try Self.state(name, in: folder) } catch { return }
    guard let state else { return try disk.removeTree(path) }
    let kept = state.kept.map(\.text)
    for entry in try FolderListing.entries(of: path) where entry.name != StateFile.name {
      if !kept.contains(entry.name) { try disk.removeTree("\(path)/\(entry.name)") }
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

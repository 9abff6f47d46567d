import Configuration
import Platform
import PluginBundles
import Records

/// The private folders of plugins' instances, `{data}` of their plugin.toml:
///
///   <data_dir>/plugin-data/<instance>/         the plugin's own
///   <data_dir>/plugin-data/.of-<instance>      the plugin's name: whose it is when agent.conf does not say so any more
struct PrivateFolders {
  private let configuration: AgentConfiguration
  private let folder: String

  private static let ownerPrefix = ".of-"
  private static let maxNameBytes = 256

  init(_ configuration: AgentConfiguration) {
    self.configuration = configuration
    folder = "\(configuration.agent.dataDirectory)/plugin-data"
  }

  func make(for model: ModelConfiguration) throws(CrossdockError) -> String {
    let path = "\(folder)/\(model.name)"
    try Files.createFolder(path)
    let owner = "\(folder)/\(Self.ownerPrefix)\(model.name)"
    // A disk that is full does not keep the agent from starting.
    if Self.text(owner) != model.plugin { try? Files.replace(owner, with: Array(model.plugin.utf8)) }
    return Files.absolute(path)
  }

  /// Removes those of a plugin that no section of agent.conf has.
  /// - Returns: how many there were that held anything.
  func remove(of plugin: String) throws(CrossdockError) -> Int {
    guard Files.isFolder(folder) else { return 0 }
    let disk = StoreDisk(folder: folder)
    var count = 0
    for entry in try FolderListing.entries(of: folder) where entry.name.hasPrefix(Self.ownerPrefix) {
      let instance = String(entry.name.dropFirst(Self.ownerPrefix.count))
      guard Self.text("\(folder)/\(entry.name)") == plugin,
        !configuration.models.contains(where: { $0.name == instance })
      else { continue }
      let path = "\(folder)/\(instance)"
      let isEmpty = Files.isFolder(path) ? try FolderListing.entries(of: path).isEmpty : true
      if !isEmpty { count += 1 }
      try disk.removeTree(path)
      try disk.removeTree("\(folder)/\(entry.name)")
    }
    return count
  }

  private static func text(_ path: String) -> String? {
    (try? Files.read(path, limit: maxNameBytes)).map { String(decoding: $0, as: UTF8.self) }
  }
}

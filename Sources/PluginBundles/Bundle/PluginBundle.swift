package import Records

/// A plugin's folder as one file.
package typealias PluginBundle = FileBundle<BundleManifest>

extension FileBundle where Manifest == BundleManifest {
  /// - Parameter files: in any order; none of them is called manifest.json.
  package init(plugin: PluginManifest, files: [BundleFile], createdNs: Int64) throws(CrossdockError) {
    self.init(files: files, createdNs: createdNs) { BundleManifest(plugin: plugin, createdNs: $1, files: $0) }
    if let artefact = plugin.artefact, file(artefact) == nil {
      throw CrossdockError(
        "pack the plugin", at: artefact, reason: "the artefact is not there",
        hint: "build it first, or say in [build] of plugin.toml how", exitCode: .badInput)
    }
  }
}

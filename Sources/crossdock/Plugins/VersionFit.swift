import CommandSyntax
import Configuration
import PluginBundles
import Records

/// Whether a version fits what agent.conf makes of the plugin: asked before it is taken into use, because an agent refuses one that does not,
/// and would not start with it either.
enum VersionFit {
  /// The version in use, where the plugin has gone back to it by itself, is judged as at a start.
  ///
  /// - Throws: when it does not; every problem, as check-config would name it, has been printed then.
  static func check(
    _ manifest: PluginManifest, _ says: PluginStatement, _ place: StorePlace, for operation: String
  ) throws(CrossdockError) {
    let problems = problems(manifest, says, place)
    guard !problems.isEmpty else { return }
    for problem in problems { Terminal.writeError("\(problem)\n") }
    throw CrossdockError(
      operation, at: "\(manifest.name) \(manifest.version)",
      reason: "it does not fit \(place.path): \(problems.count) error\(problems.count == 1 ? "" : "s")",
      hint: "they are above; change the file first, without a reload, and do this again: both are taken up together")
  }

  private static func problems(
    _ manifest: PluginManifest, _ says: PluginStatement, _ place: StorePlace
  ) -> [ConfigurationProblem] {
    let inUse = (try? PluginStore.plugin(manifest.name, in: place.pluginFolder)) ?? nil
    let lookup: PluginLookup = { _, model in
      guard model.plugin == manifest.name else { return .unchecked(misfits: [], warning: nil, hint: "") }
      let isInUse = inUse?.state.current == manifest.version
      return .found(
        says.table, misfits: PluginCatalog.misfits(model, manifest),
        failed: isInUse ? inUse?.failedVersion(model, in: place.pluginFolder) : nil)
    }
    return ConfigurationLoader.load(path: place.path, plugins: lookup, modelFiles: InstalledModels.lookup).problems
      .filter { $0.severity == .error }
  }
}

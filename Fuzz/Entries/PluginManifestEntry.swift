import Configuration
import PluginBundles
import Records

/// The input is plugin.toml. What passes can be packed, and the bundle's manifest says the same: the two readers have the same bounds.
enum PluginManifestEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    let (manifest, problems) = PluginManifestFile.load(text: Array(bytes), path: "plugin.toml")
    let hasErrors = problems.contains { $0.severity == .error }
    try require((manifest == nil) == hasErrors, "a manifest: \(manifest != nil), errors: \(hasErrors)")
    let lines = bytes.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
    for problem in problems {
      try require((0...(lines + 1)).contains(problem.line), "line \(problem.line) of \(lines): \(problem)")
    }
    guard var manifest, !manifest.isBuiltIn, manifest.artefact != BundleManifestFile.name else { return problems.count }
    let files = manifest.artefact.map { [BundleFile(path: $0, bytes: [1])] } ?? []
    do {
      let bundle = try PluginBundle(plugin: manifest, files: files, createdNs: 0)
      let read = try PluginBundle(archive: try bundle.archive())
      (manifest.buildCommand, manifest.bundleExclude) = ([], [])
      guard read.manifest.plugin == manifest else { throw FuzzFinding("the bundle's manifest says something else") }
      return read.files.count + 1
    } catch {
      throw FuzzFinding("plugin.toml passes, and its bundle does not: \(error)")
    }
  }
}

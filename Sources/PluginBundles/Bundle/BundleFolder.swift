internal import Platform
package import Records

/// A folder as the files of a bundle.
package enum BundleFolder {
  /// Never packed, wherever they are; the artefact is, whatever its name.
  static let leftOut = ["*.o", "*.cdp", "*.cdm", "*.minisig", "*.pyc", "__pycache__", "Makefile.local"]

  /// - Parameters:
  ///   - noun: what it is a folder of, for messages.
  ///   - exclude: more patterns of paths, from plugin.toml.
  /// - Returns: the files, and the time at which the newest of them was changed.
  package static func files(
    of folder: String, noun: String, artefact: String? = nil, exclude: [String] = []
  ) throws(CrossdockError) -> (files: [BundleFile], newestNs: Int64) {
    var found: [BundleFile] = []
    var newest: Int64 = 0
    var folders = [""]
    while let prefix = folders.popLast() {
      for entry in try FolderListing.entries(of: prefix.isEmpty ? folder : "\(folder)/\(prefix.dropLast())") {
        let path = prefix + entry.name
        if isLeftOut(path, name: entry.name, exclude), path != artefact { continue }
        switch entry.kind {
        case .folder: folders.append(path + "/")
        case .file(let isExecutable):
          found.append(try file(path, of: folder, isExecutable: isExecutable, noun))
          newest = max(newest, entry.modifiedNs)
        case .link, .other:
          throw failure(
            noun, path, "it is \(entry.kind == .link ? "a link" : "no file"); a bundle holds files and folders only")
        }
        guard found.count < BundleLimits.maxFiles else {
          throw failure(noun, folder, "it has more than \(BundleLimits.maxFiles) files")
        }
      }
    }
    // It may lie where nothing else is packed from: a build's own folder.
    if let artefact, !found.contains(where: { $0.path == artefact }), Files.exists("\(folder)/\(artefact)") {
      found.append(try file(artefact, of: folder, isExecutable: true, noun))
    }
    return (found, newest)
  }

  private static func file(
    _ path: String, of folder: String, isExecutable: Bool, _ noun: String
  ) throws(CrossdockError) -> BundleFile {
    if let problem = PluginPath.problem(path) { throw failure(noun, path, "the path \(problem)") }
    if path == BundleManifestFile.name { throw failure(noun, path, "the bundle's own manifest has that name") }
    let bytes = try Files.read("\(folder)/\(path)", limit: BundleLimits.maxFileBytes)
    return BundleFile(path: path, isExecutable: isExecutable, slice: bytes[...])
  }

  private static func isLeftOut(_ path: String, name: String, _ exclude: [String]) -> Bool {
    name.hasPrefix(".") || leftOut.contains { StreamPattern.matches($0, name) }
      || exclude.contains { StreamPattern.matches($0, path) }
  }

  private static func failure(_ noun: String, _ place: String, _ reason: String) -> CrossdockError {
    CrossdockError(
      "pack the \(noun)", at: place, reason: reason,
      hint: noun == BundleManifest.noun ? "remove it, or exclude it in [bundle] of plugin.toml" : "remove it",
      exitCode: .badInput)
  }
}

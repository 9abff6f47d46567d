package import Records

extension PluginLaunch {
  /// What plugin.toml asks for, for one instance.
  ///
  /// - Parameters:
  ///   - folder: the plugin's, absolute.
  ///   - data: the instance's private folder, absolute. It is there when the plugin asks for `{data}`.
  ///   - options: values of the instance's options as text, for `{option:KEY}`.
  /// - Throws: when an entry of its capabilities is no path or destination once it is filled in.
  package init(
    _ manifest: PluginManifest, hostPath: String, folder: String, data: String, options: [String: String]
  ) throws(CrossdockError) {
    let granted = try manifest.capabilities.resolved(data: data, options: options)
    let artefact: Artefact =
      switch manifest.run {
      case .sharedObject: .sharedObject(path: "\(folder)/\(manifest.artefact ?? "")")
      case .exec: .program(manifest.program)
      }
    self.init(hostPath: hostPath, artefact: artefact, folder: folder)
    readPaths = granted.readFiles
    writePaths = granted.writeFiles
    destinations = granted.network
    processes = granted.processes
    limits = manifest.limits
  }
}

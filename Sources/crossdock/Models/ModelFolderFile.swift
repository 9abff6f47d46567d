#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import ModelGovernance
  import Platform
  import PluginBundles
  import PluginRuntime
  import Records

  /// A trained model that is a folder or a `.cdm` file, not in the store.
  struct ModelFolderFile {
    let files: [BundleFile]

    init(_ path: String) throws(CrossdockError) {
      guard Files.isFolder(path) else {
        files = try BundleFileOnDisk<ModelBundleManifest>(path).decoded().files
        return
      }
      files = try BundleFolder.files(of: Files.absolute(path), noun: ModelBundleManifest.noun).files
    }

    func loaded() throws(CrossdockError) -> ModelVersion { try ModelBundleManifest.loaded(files) }

    /// As the store would hand it to a plugin, were it the active version.
    func asActive() throws(CrossdockError) -> [PluginOptionValue.File] {
      let description = try loaded().description
      let place = "\(ModelFilesFailure.prefix)\(description.name)/\(description.version)/active"
      return files.map { PluginOptionValue.File(path: "\(place)/\($0.path)", contents: Array($0.bytes)) }
    }
  }
#endif

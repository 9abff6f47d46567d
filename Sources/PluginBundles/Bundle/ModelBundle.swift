package import Records

/// A trained model's folder as one file.
package typealias ModelBundle = FileBundle<ModelBundleManifest>

extension FileBundle where Manifest == ModelBundleManifest {
  /// - Parameter files: in any order; none of them is called manifest.json.
  package init(
    name: String, version: SemanticVersion, summary: String, license: String, files: [BundleFile], createdNs: Int64
  ) {
    self.init(files: files, createdNs: createdNs) {
      ModelBundleManifest(
        name: name, version: version, summary: summary, license: license, createdNs: $1, files: $0)
    }
  }
}

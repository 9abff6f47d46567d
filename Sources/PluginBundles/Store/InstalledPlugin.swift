package import Records

/// A plugin of the store as it stands there.
package struct InstalledPlugin: Sendable {
  package let name: String
  package let state: PluginState
  /// Of the version in use: absolute or relative as the store is.
  package let folder: String
  package let manifest: BundleManifest

  /// Its key's number; nil: it was installed without a signature.
  package var key: String? { state.version(state.current)?.key }
  package var isSigned: Bool { key != nil }
  /// What the version in use said of itself when it was installed; nil: nobody has written it down.
  package var says: PluginStatement? { state.version(state.current)?.says }

  /// The version before; nil when there is none.
  package func previous(in store: String) throws(CrossdockError) -> InstalledPlugin? {
    guard let version = state.previous else { return nil }
    let place = "\(store)/\(name)/\(version)"
    return InstalledPlugin(
      name: name, state: state, folder: place, manifest: try PluginStore.manifest(place, name, version))
  }

  /// What is not as the bundle had it. Nothing when all is well.
  package func damage() -> [String] { manifest.damage(in: folder) }
}

import Configuration
import PluginBundles
import PluginRuntime
import Records

// What agent.conf is held against where a plugin has another version beside the one in use.
extension InstalledPlugin {
  /// The version that it has gone back from by itself, for a section of agent.conf; nil: it has not.
  func failedVersion(_ model: ModelConfiguration, in store: String) -> FailedVersion? {
    guard let returned = state.returned else { return nil }
    let manifest = (try? previous(in: store))??.manifest.plugin
    return FailedVersion(
      text: returned.from.text, present: state.current.text, table: state.version(returned.from)?.says?.table,
      misfits: manifest.map { PluginCatalog.misfits(model, $0) } ?? [])
  }

  /// The present version, as it would be if it failed now.
  func asFailed(_ model: ModelConfiguration, before previous: SemanticVersion) -> FailedVersion {
    FailedVersion(
      text: state.current.text, present: previous.text, table: says?.table,
      misfits: PluginCatalog.misfits(model, manifest.plugin))
  }

  /// What of agent.conf is for the version that it has gone back from, in sentences; nothing where its options are not known.
  func leftOver(_ place: StorePlace) -> [String] {
    guard let table = says?.table else { return [] }
    return place.configuration.models.filter { $0.plugin == name && state.returned != nil }.flatMap { model in
      let fit = PluginCatalog.fit(
        model, table, misfits: PluginCatalog.misfits(model, manifest.plugin),
        after: failedVersion(model, in: place.pluginFolder), place.configuration)
      return (fit.ignoredTexts + [fit.refusal].compactMap(\.self)).map { "\(model.name): \($0)" }
    }
  }
}

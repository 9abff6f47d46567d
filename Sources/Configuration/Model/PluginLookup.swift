/// What a name in `plugin = "…"` means on this box: asked for each `[[model]]` and `[[plugin]]` when the configuration is read.
package typealias PluginLookup = (_ plugins: PluginsSection, _ model: ModelConfiguration) -> PluginLookupResult

package enum PluginLookupResult: Sendable {
  /// There is none; the names that there are.
  case unknown([String])
  /// It is there and cannot be used, and why.
  case unusable(reason: String, hint: String)
  /// Its option table, and what of the instance does not fit its description.
  case found([PluginOptionDescription], misfits: [String])
}

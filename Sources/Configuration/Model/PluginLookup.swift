package import Records

/// What a name in `plugin = "…"` means on this box: asked for each `[[model]]` and `[[plugin]]` when the configuration is read.
package typealias PluginLookup = (_ plugins: PluginsSection, _ model: ModelConfiguration) -> PluginLookupResult

package enum PluginLookupResult: Sendable {
  /// There is none; the names that there are.
  case unknown([String])
  /// It is there and cannot be used, and why.
  case unusable(reason: String, hint: String)
  /// It is there, and its options are not judged; nil: nothing is said about that, because it is disabled.
  case unchecked(misfits: [String], warning: String?, hint: String)
  /// Its option table, what of the instance does not fit its description, and a way to ask the plugin itself; nil: that would start a
  /// process, or run an operator's code, which only an agent does. `failed` is the version that it has gone back from by itself.
  case found(
    [PluginOptionDescription], misfits: [String], trial: PluginTrial? = nil, failed: FailedVersion? = nil)
}

/// Makes a plugin as the agent would, and lets it go again: no journal, no record, no file written.
/// - Parameter counts: streams that it reads whose waveforms are integers: of a converter, in no unit.
/// - Returns: what it refuses, in its own words; nil: it takes the options.
package typealias PluginTrial =
  @Sendable (
    _ options: [ResolvedModelOption], _ streams: [StreamDefinition], _ counts: [String]
  ) -> String?

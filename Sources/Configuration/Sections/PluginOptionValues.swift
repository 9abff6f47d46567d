/// The options of a plugin by its table, from values that stand in another file than agent.conf: those of a test case.
///
/// - Parameters:
///   - file: what messages name.
///   - folder: what FILE options are relative to.
package func resolveOptions(
  _ values: [(key: String, value: ModelOption.Value)], of plugin: String, file: String, folder: String,
  against table: [PluginOptionDescription]
) -> (options: [ResolvedModelOption], problems: [ConfigurationProblem]) {
  let position = SourcePosition(line: 1, column: 1)
  let model = ModelConfiguration(
    name: plugin, plugin: plugin, reads: [], writes: [],
    options: values.map {
      ModelOption(key: $0.key, keyPosition: position, value: $0.value, valuePosition: position)
    }, position: position, file: file, folder: folder)
  return resolveOptions(model, against: table)
}

#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import CrossdockPlugin
  import PluginRuntime
  import Records

  /// The models of agent.conf that are of this plugin, with their options as the plugin gets them.
  struct MaintenanceModels {
    static let plugin = "predictive-maintenance"

    let configuration: ModelConfiguration
    let context: PluginContext

    /// What its waveforms of a stream are in.
    func waveformUnit(of stream: String, _ feeds: [FeedConfiguration]) -> String {
      if case .number(0)? = context.options["samples_scale"],
        feeds.contains(where: { $0.stream == stream && $0.samplesAreCounts })
      {
        return "counts"
      }
      return if case .string(let unit)? = context.options["vibration_unit"] { unit } else { "g" }
    }

    /// Where it is told what was done to machines; nil: nowhere that it reads.
    var eventStream: String? {
      guard case .string(let name)? = context.options["event_stream"], configuration.reads.contains(name) else {
        return nil
      }
      return name
    }

    static func all(_ file: ConfigurationFile) throws(CrossdockError) -> [MaintenanceModels] {
      var all: [MaintenanceModels] = []
      for model in file.configuration.models where model.plugin == plugin {
        guard let descriptor = file.catalog.builtIn[plugin] else { continue }
        var options: [String: PluginContext.Value] = [:]
        for option in resolveOptions(
          model, against: PluginCatalog.table(descriptor.options), modelFiles: { _ in .success([]) }
        ).options {
          switch option.value {
          case .string(let text): options[option.key] = .string(text)
          case .integer(let number): options[option.key] = .integer(number)
          case .number(let number): options[option.key] = .number(number)
          case .boolean(let flag): options[option.key] = .boolean(flag)
          case .files: options[option.key] = .files([])
          }
        }
        let streams = file.configuration.streams.map { PluginContext.Stream(name: $0.name, columns: $0.columns) }
        all.append(
          MaintenanceModels(
            configuration: model,
            context: PluginContext(options: options, streams: streams, writes: model.writes) { _, _ in }))
      }
      return all
    }

    /// The one of a name, or the first that reads a stream.
    static func one(
      named name: String?, reading stream: String, _ file: ConfigurationFile
    ) throws(CrossdockError) -> MaintenanceModels {
      let all = try all(file)
      let found = all.first { name == nil ? $0.configuration.reads.contains(stream) : $0.configuration.name == name }
      if let found {
        if found.configuration.reads.contains(stream) { return found }
        throw CrossdockError(
          "find the model", at: "--model \(found.configuration.name)",
          reason: "it does not read the stream \"\(stream)\"",
          hint: "it reads: \(found.configuration.reads.joined(separator: ", "))", exitCode: .badInput)
      }
      throw CrossdockError(
        "find the model", at: name.map { "--model \($0)" } ?? "stream \"\(stream)\"",
        reason: "agent.conf has no model of plugin \"\(plugin)\" \(name == nil ? "that reads it" : "of that name")",
        hint: all.isEmpty
          ? ""
          : "there is: \(all.map { "\($0.configuration.name) (\($0.configuration.reads.joined(separator: ", ")))" }.joined(separator: "; "))",
        exitCode: .badInput)
    }
  }
#endif

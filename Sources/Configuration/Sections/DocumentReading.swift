import Records

/// Reads the whole document: finds the sections, reads each, then checks what spans them.
struct DocumentReading {
  let root: TOMLTable
  let context: ReadingContext
  let plugins: PluginLookup?
  let modelFiles: ModelFilesLookup?

  static let sections = [
    "agent", "journal", "log", "class", "mqtt", "stream", "feed", "model", "plugin", "plugins", "models", "uplink",
    "control",
  ]
  private static let arrays: Set = ["stream", "feed", "model", "plugin", "uplink"]

  func configuration() -> AgentConfiguration {
    for entry in root.entries where !Self.sections.contains(entry.key) && entry.key != SyntaxRecovery.unreadableTable {
      reportUnknown(entry)
    }
    let agent = section("agent", AgentOptions.table, isRequired: true).agent()
    var journal = section("journal", JournalOptions.table).journal()
    let log = section("log", LogOptions.table).log()
    var checks = CrossChecks(context: context)
    checks.connections = connections(agentID: agent.id)
    let classes = classes()
    journal.classMaxBytes = classes.compactMapValues(\.maxBytes)
    checks.streams = tables("stream", StreamOptions.table).compactMap { $0.stream(classes) }
    checks.feeds = tables("feed", FeedOptions.table).map { $0.feed() }
    checks.models =
      tables("model", ModelOptions.table).map { $0.model() }
      + tables("plugin", ModelOptions.pluginTable).map { $0.model() }
    checks.uplinks = tables("uplink", UplinkOptions.table).map { $0.uplink() }
    let control = root.entry("control") == nil ? nil : section("control", ControlOptions.table).control()
    let installed = section("plugins", PluginsOptions.table).plugins(dataDirectory: agent.dataDirectory)
    let trained = section("models", ModelsOptions.table).models(dataDirectory: agent.dataDirectory)
    let streams = StreamShape(context: context).filled(checks.streams.map(\.definition), by: checks.feeds)
    checks.run()
    checkPlugins(checks, streams, installed, trained)
    return AgentConfiguration(
      path: context.file, agent: agent, journal: journal, log: log,
      connections: checks.connections.map(\.configuration), streams: streams, feeds: checks.feeds.map(\.configuration),
      models: checks.models.map(\.configuration), plugins: installed, modelStore: trained,
      uplinks: checks.uplinks.map(\.configuration), control: control)
  }

  private func reportUnknown(_ entry: TOMLTable.Entry) {
    let isTable: Bool
    switch entry.node.value {
    case .table, .array: isTable = true
    default: isTable = false
    }
    let suggestion = EditDistance.suggestion(for: entry.key, among: Self.sections)
    let key = printable(entry.key)
    context.error(
      entry.keyPosition, isTable ? "unknown section \"\(key)\"" : "unknown key \"\(key)\" outside of any section",
      hint: suggestion)
  }

  /// A `[name]` table; an empty one where the file has none.
  private func section(_ name: String, _ options: OptionTable, isRequired: Bool = false) -> SectionReader {
    let empty = TOMLTable(entries: [], position: root.position)
    let optional = OptionTable(
      header: options.header, summary: options.summary, rows: options.rows.map { $0.optional }, refused: options.refused
    )
    guard let entry = root.entry(name) else {
      if isRequired { context.error(SourcePosition(line: 1, column: 1), "missing section [\(name)]") }
      return SectionReader(empty, optional, context)
    }
    guard case .table(let table) = entry.node.value else {
      wrongHeader(entry, expected: "[\(name)]")
      return SectionReader(empty, optional, context)
    }
    return SectionReader(table, options, context)
  }

  /// The `[[name]]` tables.
  private func tables(_ name: String, _ options: OptionTable) -> [SectionReader] {
    guard let entry = root.entry(name) else { return [] }
    guard case .array(let elements) = entry.node.value else {
      if case .table(let table) = entry.node.value {
        wrongHeader(entry, expected: "[[\(name)]]")
        return [SectionReader(table, options, context)]
      }
      wrongHeader(entry, expected: "[[\(name)]]")
      return []
    }
    return elements.compactMap { element in
      guard case .table(let table) = element.value else {
        context.error(element.position, "\"\(name)\" must hold tables, found \(element.typeName)")
        return nil
      }
      return SectionReader(table, options, context)
    }
  }

  private func wrongHeader(_ entry: TOMLTable.Entry, expected: String) {
    if entry.node.isUnreadable { return }
    context.error(
      entry.keyPosition, "\"\(entry.key)\" is \(entry.node.typeName) here", hint: "write the header as \(expected)")
  }

  /// The `[class.NAME]` tables.
  private func classes() -> [StreamClass: Retention] {
    guard let entry = root.entry("class") else { return [:] }
    guard case .table(let table) = entry.node.value else {
      wrongHeader(entry, expected: "[class.NAME]")
      return [:]
    }
    var rules: [StreamClass: Retention] = [:]
    for entry in table.entries {
      guard let streamClass = StreamClass(name: entry.key), case .table(let keys) = entry.node.value else {
        context.error(
          entry.keyPosition, "\"\(printable(entry.key))\" is not a class",
          hint: "the classes are: \(StreamClass.allCases.reversed().map(\.name).joined(separator: ", "))")
        continue
      }
      rules[streamClass] = SectionReader(keys, ClassOptions.table, context, header: "[class.\(entry.key)]").retention(
        Retention())
    }
    return rules
  }

  private func connections(
    agentID: String
  ) -> [(name: String, entry: TOMLTable.Entry, configuration: MQTTConnectionConfiguration)] {
    guard let mqtt = root.entry("mqtt") else { return [] }
    guard case .table(let connections) = mqtt.node.value else {
      wrongHeader(mqtt, expected: "[mqtt.NAME]")
      return []
    }
    return connections.entries.compactMap { entry in
      guard case .table(let table) = entry.node.value else {
        context.error(
          entry.keyPosition, "\"\(printable(entry.key))\" in [mqtt] is not a connection",
          hint: "a connection has a name: [mqtt.NAME]")
        return nil
      }
      if !StreamDefinition.isValidName(entry.key) {
        context.error(
          entry.keyPosition, "\"\(printable(entry.key))\" is not a valid name of a connection",
          hint: "letters, digits, \"-\", \"_\", \".\", at most 64 bytes")
      }
      let reader = SectionReader(table, MQTTOptions.table, context, header: "[mqtt.\(printable(entry.key))]")
      return (entry.key, entry, reader.connection(entry.key, agentID: agentID))
    }
  }

  private func checkPlugins(
    _ checks: CrossChecks, _ streams: [StreamDefinition], _ section: PluginsSection, _ trained: ModelsSection
  ) {
    guard let plugins else { return }
    let counts = Set(checks.feeds.filter { $0.configuration.samplesAreCounts }.compactMap { $0.stream?.value })
    for model in checks.models where !model.configuration.plugin.isEmpty {
      let what = "\(model.header == ModelOptions.table.header ? "model" : "plugin") \"\(model.configuration.name)\""
      let position = model.configuration.position
      switch plugins(section, model.configuration) {
      case .found(let options, let misfits, let trial, let failed):
        let files = modelFiles.map { lookup in { lookup(trained, $0, model.configuration) } }
        let fit = PluginFit(
          model.configuration, table: options, misfits: misfits, after: failed, modelFiles: files)
        context.append(fit.problems)
        context.append(fit.warnings(model.configuration, calling: what))
        if let trial {
          let asked = OptionTrial(
            model.configuration, without: fit.problems, options, streams + [.quarantine, .tombstones],
            counts: model.configuration.reads.filter(counts.contains), modelFiles: files, trial)
          context.append(asked.problems(calling: what))
        }
        for misfit in fit.misfits { context.error(position, "\(what): \(misfit)") }
      case .unchecked(let misfits, let warning, let hint):
        if let warning { context.warning(position, "\(what): \(warning)", hint: hint) }
        for misfit in misfits { context.error(position, "\(what): \(misfit)") }
      case .unusable(let reason, let hint):
        context.error(
          position, "\(what): plugin \"\(model.configuration.plugin)\" cannot be used: \(reason)", hint: hint)
      case .unknown(let names):
        context.error(
          position, "\(what): there is no plugin \"\(model.configuration.plugin)\"",
          hint: EditDistance.suggestion(for: model.configuration.plugin, among: names))
      }
    }
  }
}

extension OptionRow {
  fileprivate var optional: OptionRow {
    var copy = self
    copy.isRequired = false
    return copy
  }
}

#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import Engine
  import Journal
  import Logging
  import PluginRuntime
  import Records

  /// A model of agent.conf, run over the journal's records: in this process, from a fresh instance, and nothing is written. Its trained models
  /// are those of the records' time (`PastVersions`): where they were changed, a new instance goes on from the checkpoint of the one before, as
  /// after a restart of the agent.
  final class OfflineModel {
    struct Said: Equatable {
      var stream: String
      var source: String
      var eventTimeNs: Int64
      var body: [UInt8]
    }

    private static let deadlineMs: Int64 = 60_000

    let configuration: ModelConfiguration
    let history: RecordHistory
    /// Nil: files were given in place of those of the store.
    let past: PastVersions?
    private var model: InProcessModel
    private let makeInstance: (Int64) throws(CrossdockError) -> InProcessModel
    private(set) var records = 0
    private(set) var failedBatches = 0

    /// - Parameters:
    ///   - overriding: options in place of those of agent.conf.
    ///   - bundles: files in place of those that a FILES option names.
    init(
      _ name: String, _ file: ConfigurationFile, overriding: [(key: String, text: String)],
      bundles: [PluginOptionValue.File]? = nil, log: Logger
    ) throws(CrossdockError) {
      let configuration = try Self.find(name, file)
      let descriptor = try Self.descriptor(configuration, file)
      let table = PluginCatalog.table(descriptor.options)
      let user = try configuration.with(overriding, table: table)
      let history = try RecordHistory(
        file.configuration, journalPath: file.journalPath, reads: configuration.reads)
      let firstNs = try Self.firstTimeNs(configuration, file)
      var past: PastVersions?
      if bundles == nil {
        var names: [String] = []
        _ = resolveOptions(user, against: table) { name in
          if !names.contains(name) { names.append(name) }
          return .success([])
        }
        past = try PastVersions(
          names, in: InstalledModels.storeFolder(file.configuration.modelStore), firstNs: firstNs)
      }
      makeInstance = { [past] timeNs throws(CrossdockError) in
        let (options, problems) = resolveOptions(user, against: table) { name in
          guard bundles == nil else { return .success([]) }
          guard let model = past?.model(name, at: timeNs) else {
            return InstalledModels.lookup(file.configuration.modelStore, name, user)
          }
          return InstalledModels.lookup(past: model, user)
        }
        for problem in problems where problem.severity == .error {
          throw CrossdockError(
            "replay the model \"\(name)\"", at: problem.file, reason: problem.message, hint: problem.hint,
            exitCode: .badConfiguration)
        }
        var values = options.map { PluginOptionValue($0) }
        if let bundles { values.replaceFiles(of: table, with: bundles) }
        return try InProcessModel(
          name: configuration.name, descriptor: descriptor, options: values, streams: history.streams,
          writes: configuration.writes,
          identity: PluginIdentity(agent: history.reader.agent, epoch: history.reader.epoch.description), log: log)
      }
      (self.configuration, self.history, self.past) = (configuration, history, past)
      model = try makeInstance(firstNs)
    }

    /// When the oldest record came in.
    private static func firstTimeNs(
      _ configuration: ModelConfiguration, _ file: ConfigurationFile
    ) throws(CrossdockError) -> Int64 {
      let history = try RecordHistory(file.configuration, journalPath: file.journalPath, reads: configuration.reads)
      return try history.next() ? history.batch.ingestTimesNs.first ?? .max : .max
    }

    private static func find(_ name: String, _ file: ConfigurationFile) throws(CrossdockError) -> ModelConfiguration {
      let models = file.configuration.models
      if let model = models.first(where: { $0.name == name }) { return model }
      throw CrossdockError(
        "replay the model \"\(name)\"", at: "--model", reason: "agent.conf has no such model",
        hint: models.isEmpty ? "it has none" : "it has: \(models.map(\.name).joined(separator: ", "))",
        exitCode: .wrongUsage)
    }

    private static func descriptor(
      _ model: ModelConfiguration, _ file: ConfigurationFile
    ) throws(CrossdockError) -> PluginDescriptor {
      if let known = file.catalog.builtIn[model.plugin] { return known }
      throw CrossdockError(
        "replay the model \"\(model.name)\"", at: "plugin \"\(model.plugin)\"",
        reason: "only plugins that are linked into this program are replayed",
        hint: "for others: crossdock plugin test, with the records of crossdock export", exitCode: .badConfiguration)
    }

    /// Everything that it says, in order, from records that came in at a time or later; those before only bring it to where it was.
    func run(sinceNs: Int64, _ say: (Said) -> Void) throws(CrossdockError) {
      var changes = (past?.changesNs ?? [])[...]
      while try history.next() {
        let times = history.batch.ingestTimesNs
        var start = 0
        while start < times.count {
          while let change = changes.first, change <= times[start] {
            changes.removeFirst()
            if changes.first.map({ $0 > times[start] }) ?? true { try goOn(at: change) }
          }
          let says = times[start] >= sinceNs
          let next = changes.first
          // Not behind the next change, and all before the time or all from it on.
          let end =
            times[start...].firstIndex { time in (next.map { $0 <= time } ?? false) || says != (time >= sinceNs) }
            ?? times.count
          process(start..<end, says: says, say)
          start = end
        }
      }
    }

    /// A new instance with the versions of a time, from where the one before is.
    private func goOn(at timeNs: Int64) throws(CrossdockError) {
      let state = model.checkpoint()
      let next = try makeInstance(timeNs)
      guard let state, next.restore(state) else {
        throw CrossdockError(
          "replay the model \"\(configuration.name)\"", at: Timestamp.text(timeNs),
          reason: "it cannot go on with the versions that came into use then")
      }
      model = next
    }

    private func process(_ range: Range<Int>, says: Bool, _ say: (Said) -> Void) {
      records += range.count
      let selection = range.map { UInt32($0) }
      guard model.process(history.batch, selection: selection, sources: history.sources, deadlineMs: Self.deadlineMs)
      else {
        failedBatches += 1
        return
      }
      guard says else { return }
      let emitted = model.emitted
      for record in emitted.records {
        say(
          Said(
            stream: model.writes[record.write],
            source: emitted.withSource(of: record) { String(decoding: $0, as: UTF8.self) },
            eventTimeNs: record.eventTimeNs, body: emitted.withBody(of: record) { Array($0) }))
      }
    }
  }

  extension ModelConfiguration {
    /// With options of the command line in place of those of the file.
    fileprivate func with(
      _ options: [(key: String, text: String)], table: [PluginOptionDescription]
    ) throws(CrossdockError) -> ModelConfiguration {
      var changed = self
      for (key, text) in options {
        let kind = table.first { $0.key == key }?.kind
        guard let kind, let value = ModelOption.Value(text, kind) else {
          throw CrossdockError(
            "read the command line", at: "--option \(key)=\(text)",
            reason: kind == nil ? "plugin \"\(plugin)\" has no such option" : "it is not a value of this option",
            hint: "the options are: \(table.map(\.key).joined(separator: ", "))", exitCode: .wrongUsage)
        }
        changed.options.removeAll { $0.key == key }
        changed.options.append(
          ModelOption(key: key, keyPosition: position, value: value, valuePosition: position))
      }
      return changed
    }
  }

  extension ModelOption.Value {
    fileprivate init?(_ text: String, _ kind: PluginOptionDescription.Kind) {
      switch kind {
      case .string, .file: self = .string(text)
      case .files: self = .strings(text.split(separator: ",").map(String.init))
      case .integer:
        guard let number = Int64(text) else { return nil }
        self = .integer(number)
      case .number:
        guard let number = Double(text) else { return nil }
        self = .number(number)
      case .boolean:
        guard let flag = Bool(text) else { return nil }
        self = .boolean(flag)
      }
    }
  }

  extension [PluginOptionValue] {
    fileprivate mutating func replaceFiles(
      of table: [PluginOptionDescription], with files: [PluginOptionValue.File]
    ) {
      for option in table where option.kind == .files {
        removeAll { $0.key == option.key }
        append(PluginOptionValue(key: option.key, value: .files(files)))
      }
    }
  }
#endif

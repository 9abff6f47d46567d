internal import Configuration
internal import Journal
internal import Logging
internal import MQTTFeed
internal import Platform
internal import PluginRuntime
internal import Records

/// Builds the engine's parts from a configuration that was checked.
struct EngineSetup {
  let configuration: AgentConfiguration
  let log: Logger

  func openJournal(now: ClockReading, boot: String) throws(CrossdockError) -> Journal {
    try Journal(
      folder: configuration.agent.dataDirectory, agent: configuration.agent.id, streams: configuration.streams,
      feeds: configuration.feeds.map(\.name) + [IngestPipeline.unroutedFeed],
      limits: limits, now: now, boot: boot)
  }

  private var limits: JournalLimits {
    JournalLimits(
      maxBytes: Int64(configuration.journal.maxBytes),
      // A broker of MQTT 3.1.1 says nothing of what it may send ahead.
      maxInFlight: configuration.connections.map { $0.version == .v5 ? Int($0.receiveMaximum) : 10_000 }.max() ?? 1000,
      maxKeys: configuration.feeds.map(\.dedupeWindow).max() ?? 0, classMaxBytes: configuration.journal.classMaxBytes)
  }

  func makePipeline(_ journal: Journal, now: ClockReading) throws(CrossdockError) -> IngestPipeline {
    var feeds: [FeedRuntime] = []
    for feed in configuration.feeds {
      guard let connection = configuration.connections.firstIndex(where: { $0.name == feed.connection }),
        let stream = journal.streamNumber(feed.stream),
        let definition = configuration.streams.first(where: { $0.name == feed.stream })
      else { preconditionFailure("the configuration was checked: feed \(feed.name)") }
      feeds.append(
        try FeedRuntime(
          feed, connection: connection, stream: stream, columnCount: definition.columns.count,
          isUrgent: definition.streamClass >= .scan,
          maxPayloadBytes: journal.limits.maxTransactionBytes / 2))
    }
    return try IngestPipeline(
      journal: journal, feeds: feeds, connectionNames: configuration.connections.map(\.name),
      maxMessages: configuration.journal.commitMaxMessages, maxBytes: configuration.journal.commitMaxBytes, now: now)
  }

  func makeModels(
    _ journal: Journal, plugins: [String: PluginDescriptor], options: [[PluginOptionValue]]
  ) throws(CrossdockError) -> ModelStage {
    let definitions = journal.streamStates.map(\.definition)
    var slots: [ModelStage.Slot] = []
    // The others run in processes of their own (Isolated/). What is installed does so unless its own section says otherwise, also where it
    // is at hand here because another section does.
    for (number, model) in configuration.models.enumerated()
    where model.run == .inProcess || (model.run == nil && plugins[model.plugin]?.isInstalled == false) {
      guard let descriptor = plugins[model.plugin] else {
        throw CrossdockError(
          "open the model \"\(model.name)\"", at: "\(model.file):\(model.position.line):\(model.position.column)",
          reason: "there is no plugin \"\(model.plugin)\"",
          hint: plugins.isEmpty
            ? "this build has no plugins" : "there is: \(plugins.keys.sorted().joined(separator: ", "))",
          exitCode: .badConfiguration)
      }
      let instance = try InProcessModel(
        name: model.name, descriptor: descriptor, options: options[number], streams: definitions, writes: model.writes,
        identity: PluginIdentity(agent: configuration.agent.id, epoch: "\(journal.epoch)"), log: log)
      slots.append(
        ModelStage.Slot(
          instance, reads: model.reads.compactMap(journal.streamNumber),
          writes: model.writes.compactMap(journal.streamNumber),
          streamCount: definitions.count, replyConnection: model.replyConnection))
    }
    leaveOutWhatComesLater(slots, definitions)
    return ModelStage(slots, journal: journal, log: log)
  }

  /// A model that reads what one behind it writes would see it in a replay only.
  private func leaveOutWhatComesLater(_ slots: [ModelStage.Slot], _ definitions: [StreamDefinition]) {
    for (index, slot) in slots.enumerated() {
      let later = Set(slots[index...].flatMap(\.writes))
      let unseen = slot.reads.filter(later.contains)
      guard !unseen.isEmpty else { continue }
      slot.leaveOut(unseen)
      log.warning(
        "a model reads what one behind it writes, and never sees it: put it behind that one",
        metadata: [
          "model": "\(slot.model.name)",
          "streams": "\(unseen.map { definitions[Int($0)].name }.joined(separator: ", "))",
        ])
    }
  }

  /// In the configuration's order.
  var connectionSettings: [MQTTSettings] {
    configuration.connections.map { ConnectionSettings.make($0, of: configuration) }
  }

  // MARK: subscriptions that the broker keeps with the session

  private static func checkpointName(_ connection: String) -> String { "_subscriptions:\(connection)" }

  static func filtersCheckpoint(_ filters: [String], connection: String) -> JournalTransaction.Checkpoint {
    // Topic filters have no line breaks: the configuration refuses control characters.
    JournalTransaction.Checkpoint(
      model: checkpointName(connection), version: "1", state: Array(filters.joined(separator: "\n").utf8))
  }

  func knownFilters(_ journal: Journal, connection: String) throws(CrossdockError) -> [String] {
    guard let saved = try journal.checkpoint(of: Self.checkpointName(connection)) else { return [] }
    return String(decoding: saved.state, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import CrossdockPlugin
  import JSONText
  import Records

  /// `crossdock model event`: tells the models what was done to a machine.
  struct ModelEventCommand: Command {
    private static let kinds = ["maintenance", "sensor-replaced"]

    static let syntax = CommandSyntax(
      name: "model event", summary: "say that a sensor was replaced or maintenance was done",
      discussion: """
        Publishes {"event":…,"asset":…} at QoS 1 to the topic of the feed that fills the stream of events of a model (its option event_stream), \
        over that feed's connection of agent.conf. So it is a record as any other: the model's baselines begin anew at that place in the order of records, \
        also when they are replayed. ASSET is the source as records name it. Where the feed's topic has placeholders, --topic names the topic.

        Exit codes: 0 the broker has it; 69 the broker is not there; 78 no model has an event_stream, or no feed fills it.
        """,
      positionals: [
        .init("ASSET", help: "the asset: a source"), .init("EVENT", help: "maintenance or sensor-replaced"),
      ],
      options: [
        ConfigurationFile.option,
        .init("--component", "NAME", help: "of this component only: a column, or what alerts call it"),
        .init("--note", "TEXT", help: "for whoever reads it later"),
        .init("--model", "NAME", help: "whose stream of events; default: the first model that has one"),
        .init("--topic", "TOPIC", help: "where to publish; default: the feed's topic"),
      ],
      examples: [
        "crossdock model event hall-a/motor-1 sensor-replaced --component motor_c",
        "crossdock model event hall-a/motor-1 maintenance --note \"bearing 6205 replaced\"",
      ])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let (asset, event) = (arguments.positionals[0], arguments.positionals[1])
      guard kinds.contains(event) else {
        throw CrossdockError(
          "read the command line", at: "EVENT", reason: "\"\(event)\" is no event",
          hint: "it is \(kinds.joined(separator: " or "))", exitCode: .wrongUsage)
      }
      let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
      let stream = try eventStream(arguments.value("--model"), file)
      let (feed, topic) = try place(stream, arguments.value("--topic"), file.configuration)
      guard let connection = file.configuration.connections.first(where: { $0.name == feed.connection }) else {
        throw CrossdockError(
          "publish the event", at: "feed \"\(feed.name)\"", reason: "its connection is not in agent.conf",
          exitCode: .badConfiguration)
      }
      var json = JSONWriter()
      json.object {
        $0.member("event", event)
        $0.member("asset", asset)
        if let component = arguments.value("--component") { $0.member("component", component) }
        if let note = arguments.value("--note") { $0.member("note", note) }
      }
      try OneMessage(connection, of: file.configuration).publish(topic: topic, payload: json.bytes)
      Terminal.write("\(event) of \(asset): told on \(topic), for stream \(stream)\n")
      return .success
    }

    private static func eventStream(_ name: String?, _ file: ConfigurationFile) throws(CrossdockError) -> String {
      for model in try MaintenanceModels.all(file) where name == nil || model.configuration.name == name {
        let stream = model.context.string("event_stream")
        if !stream.isEmpty { return stream }
      }
      throw CrossdockError(
        "publish the event", at: name.map { "model \"\($0)\"" } ?? "agent.conf",
        reason: "no model of plugin \"\(MaintenanceModels.plugin)\" has an event_stream",
        hint: "name a stream that a feed fills in [model.options] event_stream and in reads",
        exitCode: .badConfiguration)
    }

    private static func place(
      _ stream: String, _ topic: String?, _ configuration: AgentConfiguration
    ) throws(CrossdockError) -> (FeedConfiguration, String) {
      let feeds = configuration.feeds.filter { $0.stream == stream }
      guard let first = feeds.first else {
        throw CrossdockError(
          "publish the event", at: "stream \"\(stream)\"", reason: "no feed fills it",
          hint: "add a [[feed]] with stream = \"\(stream)\"", exitCode: .badConfiguration)
      }
      if let topic { return (first, topic) }
      guard let feed = feeds.first(where: { !$0.filter.contains("+") && !$0.filter.contains("#") }) else {
        throw CrossdockError(
          "publish the event", at: "feed \"\(first.name)\"",
          reason: "its topic \(first.topicTemplate) has placeholders", hint: "name the topic: --topic …",
          exitCode: .wrongUsage)
      }
      return (feed, feed.filter)
    }
  }
#endif

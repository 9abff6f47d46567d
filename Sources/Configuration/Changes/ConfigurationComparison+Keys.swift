import Records

// Key by key, by the names that agent.conf has for them.
extension ConfigurationComparison {
  static func agent(_ old: AgentConfiguration, _ new: AgentConfiguration) -> [ConfigurationChange] {
    var identity = KeyComparison(.identity)
    identity.text("id", old.agent.id, new.agent.id)
    identity.text("data_dir", old.agent.dataDirectory, new.agent.dataDirectory)
    var journal = KeyComparison(.journal)
    journal.bytes("max_size", old.journal.maxBytes, new.journal.maxBytes)
    journal.bytes("min_free", old.journal.minFreeBytes, new.journal.minFreeBytes)
    journal.number("commit_linger_ms", old.journal.commitLingerMs, new.journal.commitLingerMs)
    journal.number("commit_max_messages", old.journal.commitMaxMessages, new.journal.commitMaxMessages)
    journal.bytes("commit_max_bytes", old.journal.commitMaxBytes, new.journal.commitMaxBytes)
    var log = KeyComparison(.log)
    log.text("level", old.log.level.rawValue, new.log.level.rawValue)
    var all = identity.changes + journal.changes + log.changes
    for streamClass in StreamClass.allCases {
      var rules = KeyComparison(.classRules(streamClass.name))
      rules.bytes("max_size", old.journal.classMaxBytes[streamClass], new.journal.classMaxBytes[streamClass])
      all += rules.changes
    }
    return all
  }

  static func keys(
    _ old: MQTTConnectionConfiguration, _ new: MQTTConnectionConfiguration, _ keys: inout KeyComparison
  ) {
    keys.text("host", old.host, new.host)
    keys.number("port", old.port, new.port)
    keys.text("version", old.version.rawValue, new.version.rawValue)
    keys.text("client_id", old.clientID, new.clientID)
    keys.text("username", old.username, new.username)
    keys.secret("password", old.password, new.password)
    tls(old.tls, new.tls, &keys)
    keys.number("keepalive_s", old.keepaliveS, new.keepaliveS)
    keys.number("session_expiry_s", old.sessionExpiryS, new.sessionExpiryS)
    keys.number("receive_maximum", old.receiveMaximum, new.receiveMaximum)
    keys.text("status_topic", old.statusTopic, new.statusTopic)
    keys.number("reconnect_min_ms", old.reconnectMinMs, new.reconnectMinMs)
    keys.number("reconnect_max_ms", old.reconnectMaxMs, new.reconnectMaxMs)
  }

  private static func tls(_ old: TLSConfiguration?, _ new: TLSConfiguration?, _ keys: inout KeyComparison) {
    keys.word("tls", old != nil, new != nil)
    keys.text("ca_file", old?.caFile, new?.caFile)
    keys.text("cert_file", old?.certFile, new?.certFile)
    keys.text("key_file", old?.keyFile, new?.keyFile)
  }

  static func keys(_ old: StreamDefinition, _ new: StreamDefinition, _ keys: inout KeyComparison) {
    keys.text("class", old.streamClass.name, new.streamClass.name)
    keys.bytes("max_size", old.retention.maxBytes, new.retention.maxBytes)
    keys.number("max_age_s", old.retention.maxAgeMs.map { $0 / 1000 }, new.retention.maxAgeMs.map { $0 / 1000 })
    keys.text("when_full", old.retention.whenFull.rawValue, new.retention.whenFull.rawValue)
    keys.number("thin_window_s", old.retention.thinWindowMs / 1000, new.retention.thinWindowMs / 1000)
    keys.texts("columns", old.columns, new.columns)
    if old.bodyFormat != new.bodyFormat { keys.note("what its feeds fill it with changed") }
  }

  static func keys(_ old: FeedConfiguration, _ new: FeedConfiguration, _ keys: inout KeyComparison) {
    keys.text("connection", old.connection, new.connection)
    keys.text("topic", old.topicTemplate, new.topicTemplate)
    keys.text("share", old.share, new.share)
    keys.number("qos", old.qos, new.qos)
    keys.text("stream", old.stream, new.stream)
    decoder(old.decoder, new.decoder, &keys)
    keys.text("source", old.sourceTemplate, new.sourceTemplate)
    keys.texts("dedupe", old.dedupe, new.dedupe)
    keys.number("dedupe_window", old.dedupeWindow, new.dedupeWindow)
    keys.number("dedupe_window_s", old.dedupeWindowS, new.dedupeWindowS)
    keys.bytes("max_payload_bytes", old.maxPayloadBytes, new.maxPayloadBytes)
  }

  private static func decoder(
    _ old: DecoderConfiguration, _ new: DecoderConfiguration, _ keys: inout KeyComparison
  ) {
    keys.text("decoder", old.name, new.name)
    keys.texts("fields", old.fields.map(\.text), new.fields.map(\.text))
    switch (old, new) {
    case (.json(let old), .json(let new)):
      keys.text("time", old.time, new.time)
      keys.text("time_format", old.timeFormat.rawValue, new.timeFormat.rawValue)
      keys.text("samples", old.samples, new.samples)
      keys.text("samples_format", old.samplesFormat.rawValue, new.samplesFormat.rawValue)
    case (.csv(let old), .csv(let new)):
      keys.text("time", old.time, new.time)
      keys.text("time_format", old.timeFormat.rawValue, new.timeFormat.rawValue)
      keys.text("delimiter", String(UnicodeScalar(old.delimiter)), String(UnicodeScalar(new.delimiter)))
      keys.texts("header", old.header, new.header)
    default: break
    }
  }

  static func keys(_ old: ModelConfiguration, _ new: ModelConfiguration, _ keys: inout KeyComparison) {
    keys.text("plugin", old.plugin, new.plugin)
    keys.text("run", old.run?.rawValue, new.run?.rawValue)
    keys.text("begin", old.begin?.rawValue, new.begin?.rawValue)
    keys.texts("reads", old.reads, new.reads)
    keys.texts("writes", old.writes, new.writes)
    keys.text("reply_connection", old.replyConnection, new.replyConnection)
    options(old.options, new.options, &keys)
  }

  /// A plugin's option table does not say which of them is a secret: those whose names sound like one are not shown.
  static func options(_ old: [ModelOption], _ new: [ModelOption], _ keys: inout KeyComparison) {
    let secretWords = ["pass", "token", "secret", "key", "credential"]
    let all = new + old.filter { option in !new.contains { $0.key == option.key } }
    for key in all.map(\.key) {
      let before = old.first { $0.key == key }?.value
      let after = new.first { $0.key == key }?.value
      guard before != after else { continue }
      let name = "option \(printable(key))"
      if secretWords.contains(where: { key.lowercased().contains($0) }) {
        keys.note("\(name) \(before == nil ? "added" : after == nil ? "removed" : "changed")")
      } else {
        keys.word(name, before?.text ?? "default", after?.text ?? "default")
      }
    }
  }

  static func keys(_ old: UplinkConfiguration, _ new: UplinkConfiguration, _ keys: inout KeyComparison) {
    keys.text("url", old.url, new.url)
    keys.secret("token", old.token, new.token)
    tls(old.tls, new.tls, &keys)
    keys.texts("streams", old.streams, new.streams)
    keys.bytes("segment_max_bytes", old.segmentMaxBytes, new.segmentMaxBytes)
    keys.number("segment_max_records", old.segmentMaxRecords, new.segmentMaxRecords)
    keys.number("interval_ms", old.intervalMs, new.intervalMs)
    keys.number("timeout_ms", old.timeoutMs, new.timeoutMs)
    keys.number("backoff_min_ms", old.backoffMinMs, new.backoffMinMs)
    keys.number("backoff_max_ms", old.backoffMaxMs, new.backoffMaxMs)
    keys.bytes("max_bytes_per_s", old.maxBytesPerS, new.maxBytesPerS)
    keys.text("commands", old.commands, new.commands)
  }

  static func control(_ old: ControlConfiguration?, _ new: ControlConfiguration?) -> [ConfigurationChange] {
    guard let old, let new else {
      return old == nil && new == nil ? [] : [ConfigurationChange(.control, old == nil ? "added" : "removed")]
    }
    var keys = KeyComparison(.control)
    keys.text("listen", old.listen, new.listen)
    keys.text("cert_file", old.certificate?.certFile, new.certificate?.certFile)
    keys.text("key_file", old.certificate?.keyFile, new.certificate?.keyFile)
    keys.secret("token", old.token, new.token)
    if old != new, keys.changes.isEmpty { keys.note("changed") }
    return keys.changes
  }
}

extension ControlConfiguration {
  /// As agent.conf has it: `127.0.0.1:7780`, `[::1]:7780`.
  package var listen: String { "\(listenHost.contains(":") ? "[\(listenHost)]" : listenHost):\(listenPort)" }
}

extension FieldConfiguration {
  fileprivate var text: String { "\(name) = \(path)" }
}

extension ModelOption.Value {
  /// As it would stand in agent.conf.
  fileprivate var text: String {
    switch self {
    case .string(let text): "\"\(printable(text))\""
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .boolean(let flag): "\(flag)"
    case .strings(let texts): "[\(texts.map { "\"\(printable($0))\"" }.joined(separator: ", "))]"
    case .other(let type): type
    }
  }
}

// MARK: sections wherever they stand

extension MQTTConnectionConfiguration: NamedSection {
  var part: ConfigurationChange.Part { .connection(name) }
  var withoutPlaces: Self {
    var copy = self
    copy.position = .none
    return copy
  }
}

extension StreamDefinition: NamedSection {
  var part: ConfigurationChange.Part { .stream(name) }
  var withoutPlaces: Self { self }
}

extension FeedConfiguration: NamedSection {
  var part: ConfigurationChange.Part { .feed(name) }
  var withoutPlaces: Self {
    var copy = self
    copy.position = .none
    return copy
  }
}

extension ModelConfiguration: NamedSection {
  package var part: ConfigurationChange.Part { section == .plugin ? .pluginAtWork(name) : .model(name) }
  /// Options count by key: their order means nothing; nor does the name of the section.
  var withoutPlaces: Self {
    var copy = self
    copy.section = .model
    copy.position = .none
    copy.optionsPosition = nil
    copy.options = options.map {
      ModelOption(key: $0.key, keyPosition: .none, value: $0.value, valuePosition: .none)
    }.sorted { $0.key < $1.key }
    return copy
  }
}

extension UplinkConfiguration: NamedSection {
  var part: ConfigurationChange.Part { .uplink(name) }
  var withoutPlaces: Self {
    var copy = self
    copy.position = .none
    return copy
  }
}

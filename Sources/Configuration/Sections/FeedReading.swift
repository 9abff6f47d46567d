import Records

/// A feed with the places that checks across sections name.
struct ReadFeed {
  var configuration: FeedConfiguration
  var name: Located<String>?
  var connection: Located<String>?
  var stream: Located<String>?
  var topic: Located<String>?
  var decoderIsKnown: Bool
}

extension SectionReader {
  func feed() -> ReadFeed {
    let decoderName = choice(FeedOptions.decoder)
    if let decoderName { checkApplicable(to: decoderName) }
    let name = identifier(FeedOptions.name)
    let connection = self.name(FeedOptions.connection)
    let stream = self.name(FeedOptions.stream)
    let (topic, template) = topic()
    let configuration = FeedConfiguration(
      name: name?.value ?? "", connection: connection?.value ?? "", topicTemplate: topic?.value ?? "",
      filter: template?.filter ?? "", share: share(), qos: Int32(qos()), stream: stream?.value ?? "",
      decoder: decoder(decoderName ?? ""), sourceTemplate: source(template),
      dedupe: paths(FeedOptions.dedupe, decoderName), dedupeWindow: number(FeedOptions.dedupeWindow) ?? 0,
      dedupeWindowS: number(FeedOptions.dedupeWindowS),
      maxPayloadBytes: number(FeedOptions.maxPayload) ?? 0, position: position)
    return ReadFeed(
      configuration: configuration, name: name, connection: connection, stream: stream,
      topic: template.flatMap { _ in topic },
      decoderIsKnown: decoderName != nil)
  }

  private func checkApplicable(to decoder: String) {
    for entry in table.entries {
      guard let row = options.row(entry.key), !row.decoders.isEmpty, !row.decoders.contains(decoder) else { continue }
      context.error(
        entry.keyPosition, "\"\(row.key)\" does not apply to decoder \"\(decoder)\"",
        hint: "it is for \(row.decoders.joined(separator: " and "))")
    }
  }

  private func topic() -> (Located<String>?, TopicTemplate?) {
    guard let text = string(FeedOptions.topic) else { return (nil, nil) }
    switch TopicTemplate.parse(text.value) {
    case .success(let template): return (text, template)
    case .failure(let invalid):
      context.error(text.position, invalid.message, hint: invalid.hint)
      return (text, nil)
    }
  }

  private func share() -> String? {
    guard let group = name(FeedOptions.share) else { return nil }
    if group.value.contains(where: { "/+#".contains($0) }) {
      context.error(group.position, "\"share\" must not contain \"/\", \"+\" or \"#\"")
    }
    return group.value
  }

  private func qos() -> Int {
    let qos = number(FeedOptions.qos) ?? 1
    if qos == 2, let node = node(FeedOptions.qos) {
      context.error(
        node.position,
        "QoS 2 is refused: after PUBREC the MQTT library keeps the message only in memory, and a crash loses it",
        hint: "use qos = 1: what is redelivered is recognised and stored once")
    }
    return qos
  }

  private func source(_ template: TopicTemplate?) -> String {
    guard isGiven(FeedOptions.source) else {
      guard let template, !template.placeholders.isEmpty else { return "{topic}" }
      return template.placeholders.map { "{\($0)}" }.joined(separator: "/")
    }
    guard let text = string(FeedOptions.source) else { return "" }
    if let template, let problem = SourceTemplate.problem(text.value, names: template.placeholders + ["topic"]) {
      context.error(text.position, "\"source\": \(problem.message)", hint: problem.hint)
    }
    return text.value
  }

  private func decoder(_ name: String) -> DecoderConfiguration {
    let format = choice(FeedOptions.timeFormat, TimeFormat.self) ?? .auto
    switch name {
    case "json":
      return .json(
        JSONDecoderConfiguration(
          time: path(FeedOptions.time, name), timeFormat: format, fields: fields(name),
          samples: path(FeedOptions.samples, name),
          samplesFormat: choice(FeedOptions.samplesFormat, SamplesFormat.self) ?? .numbers))
    case "csv":
      let header = columnNames()
      return .csv(
        CSVDecoderConfiguration(
          time: path(FeedOptions.time, name), timeFormat: format, fields: fields(name), delimiter: delimiter(),
          header: header))
    default: return .raw
    }
  }

  private func fields(_ decoder: String) -> [FieldConfiguration] {
    var fields: [FieldConfiguration] = []
    for pair in pairs(FeedOptions.fields) ?? [] {
      if pair.name.value.isEmpty { context.error(pair.name.position, "a field without a name") }
      if let path = checked(pair.text, decoder) { fields.append(FieldConfiguration(name: pair.name.value, path: path)) }
    }
    if fields.count > Self.maxFields, let node = node(FeedOptions.fields) {
      context.error(node.position, "\"fields\" has \(fields.count) entries; at most \(Self.maxFields) are allowed")
    }
    return fields
  }

  static var maxFields: Int { 256 }

  private func path(_ row: OptionRow, _ decoder: String) -> String? { string(row).flatMap { checked($0, decoder) } }

  private func paths(_ row: OptionRow, _ decoder: String?) -> [String] {
    (strings(row) ?? []).compactMap { checked($0, decoder ?? "raw") }
  }

  /// A JSON pointer of a json feed, a column of a csv feed.
  private func checked(_ text: Located<String>, _ decoder: String) -> String? {
    if decoder == "json", let problem = JSONPointer.problem(text.value) {
      context.error(text.position, problem.message, hint: problem.hint)
      return nil
    }
    if decoder == "csv" {
      let columns = isGiven(FeedOptions.header) ? columnTexts() : []
      if text.value.isEmpty || (!columns.isEmpty && !columns.contains(text.value)) {
        context.error(
          text.position, "\"\(printable(text.value))\" is not a column of \"header\"",
          hint: EditDistance.suggestion(for: text.value, among: columns))
        return nil
      }
    }
    return text.value
  }

  /// The names as they stand, with no report of what is wrong with them.
  private func columnTexts() -> [String] {
    guard case .array(let elements) = node(FeedOptions.header)?.value else { return [] }
    return elements.compactMap { element in
      if case .string(let text) = element.value { return text }
      return nil
    }
  }

  private func columnNames() -> [String] {
    var names: [String] = []
    for column in strings(FeedOptions.header) ?? [] {
      if names.contains(column.value) {
        context.error(column.position, "column \"\(printable(column.value))\" stands twice in \"header\"")
      }
      names.append(column.value)
    }
    if names.count > Self.maxFields, let node = node(FeedOptions.header) {
      context.error(node.position, "\"header\" has \(names.count) entries; at most \(Self.maxFields) are allowed")
    }
    return names
  }

  private func delimiter() -> UInt8 {
    guard let text = string(FeedOptions.delimiter) else { return 0 }
    guard text.value.utf8.count == 1, let byte = text.value.utf8.first, byte < 0x80,
      !"\"\r\n\0".utf8.contains(byte)
    else {
      context.error(
        text.position,
        "\"delimiter\" is \"\(printable(text.value))\"; it must be one ASCII character, not a quote or line end")
      return 0
    }
    return byte
  }
}

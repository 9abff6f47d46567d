import Records

/// What no section can know by itself: names that must be unique, references, and feeds that disagree. Values that could not
/// be read are nil here and take no part, so that one mistake gives one message.
struct CrossChecks {
  let context: ReadingContext
  var connections: [(name: String, entry: TOMLTable.Entry, configuration: MQTTConnectionConfiguration)] = []
  var streams: [(definition: StreamDefinition, name: Located<String>)] = []
  var feeds: [ReadFeed] = []
  var models: [ReadModel] = []
  var uplinks: [ReadUplink] = []

  func run() {
    unique(streams.map(\.name), in: "[[stream]]")
    unique(feeds.compactMap(\.name), in: "[[feed]]")
    // One space of names: positions and checkpoints are kept under them.
    unique(models.compactMap(\.name), in: models.contains { $0.header == "[[plugin]]" } ? "[[plugin]]" : "[[model]]")
    unique(uplinks.compactMap(\.name), in: "[[uplink]]")
    clientIDs()
    commandSources()
    references()
    overlaps()
    modelStreams()
    loops()
    unusedStreams()
  }

  private func unique(_ names: [Located<String>], in header: String) {
    var first: [String: SourcePosition] = [:]
    for name in names {
      if let earlier = first[name.value] {
        context.error(
          name.position, "duplicate name \"\(printable(name.value))\" in \(header)",
          hint: "the first is in line \(earlier.line)")
      } else {
        first[name.value] = name.position
      }
    }
  }

  /// A broker ends the session of the first client when a second one comes with its name, and so on for ever.
  private func clientIDs() {
    for (index, connection) in connections.enumerated() {
      let rival = connections[..<index].first {
        $0.configuration.clientID == connection.configuration.clientID
          && $0.configuration.host == connection.configuration.host
          && $0.configuration.port == connection.configuration.port
      }
      guard let rival, !connection.configuration.clientID.isEmpty else { continue }
      context.error(
        connection.entry.keyPosition,
        "connections \"\(printable(rival.name))\" and \"\(printable(connection.name))\" have one client id at one broker",
        hint: "they would throw each other out; give each its own \"client_id\"")
    }
  }

  /// Central forgets what one of them has taken: of two that ask under one agent's name, both might do a command, or neither.
  private func commandSources() {
    for (index, uplink) in uplinks.enumerated() {
      guard let commands = uplink.commands, !uplink.configuration.url.isEmpty else { continue }
      let rival = uplinks[..<index].first { $0.commands != nil && $0.configuration.url == uplink.configuration.url }
      guard let rival else { continue }
      context.error(
        commands.position,
        "uplinks \"\(printable(rival.configuration.name))\" and \"\(printable(uplink.configuration.name))\" ask one central for commands",
        hint: "leave \"commands\" out of one of them: a command is for one reader")
    }
  }

  private func references() {
    let connectionNames = connections.map(\.name)
    let streamNames = streams.map(\.definition.name)
    let own = [StreamDefinition.quarantine.name, StreamDefinition.tombstones.name]
    for feed in feeds {
      check(feed.connection, among: connectionNames, what: "connection", declare: "[mqtt.NAME]")
      check(feed.stream, among: streamNames, what: "stream", declare: "[[stream]]")
    }
    for model in models {
      check(model.replyConnection, among: connectionNames, what: "connection", declare: "[mqtt.NAME]")
      for stream in model.reads { check(stream, among: streamNames + own, what: "stream", declare: "[[stream]]") }
      for stream in model.writes { check(stream, among: streamNames, what: "stream", declare: "[[stream]]") }
    }
    for uplink in uplinks {
      for stream in uplink.streams { check(stream, among: streamNames + own, what: "stream", declare: "[[stream]]") }
      check(uplink.commands, among: streamNames, what: "stream", declare: "[[stream]]")
    }
  }

  private func check(_ name: Located<String>?, among names: [String], what: String, declare: String) {
    guard let name, !names.contains(name.value) else { return }
    let nearest = EditDistance.suggestion(for: name.value, among: names)
    context.error(
      name.position, "unknown \(what) \"\(printable(name.value))\"",
      hint: nearest.isEmpty ? "declare it as \(declare.replacing("NAME", with: name.value))" : nearest)
  }

  private func overlaps() {
    for (index, feed) in feeds.enumerated() {
      guard let topic = feed.topic else { continue }
      let configuration = feed.configuration
      for other in feeds[..<index]
      where other.topic != nil && other.configuration.connection == configuration.connection
        && TopicTemplate.overlap(other.configuration.filter, configuration.filter)
      {
        context.warning(
          topic.position,
          """
          feed "\(configuration.name)" overlaps feed "\(other.configuration.name)" (line \
          \(other.configuration.position.line)) on connection "\(printable(configuration.connection))"
          """, hint: "a broker may send a message that matches both filters once or twice")
      }
    }
  }

  private func modelStreams() {
    for model in models {
      for stream in model.writes {
        if model.reads.contains(where: { $0.value == stream.value }) {
          context.error(
            stream.position,
            "\(model.configuration.section.rawValue) \"\(model.configuration.name)\" writes to \"\(printable(stream.value))\", which it reads"
          )
        }
        let feed = feeds.first { $0.stream?.value == stream.value }
        if let feed {
          context.error(
            stream.position,
            """
            stream "\(printable(stream.value))" is filled by feed "\(feed.configuration.name)" (line \
            \(feed.configuration.position.line)); a \(model.configuration.section.rawValue) writes to streams of its own
            """)
        }
      }
    }
  }

  /// Records that make records for ever: a plugin in a process of its own reads what others wrote in an earlier transaction, so the
  /// order of the configuration ends nothing.
  private func loops() {
    for (start, model) in models.enumerated() where model.configuration.run != .inProcess {
      var reached: Set<String> = []
      var front = Set(model.writes.map(\.value))
      while !front.isEmpty {
        reached.formUnion(front)
        let next = models.filter { $0.reads.contains { front.contains($0.value) } }.flatMap { $0.writes.map(\.value) }
        front = Set(next).subtracting(reached)
      }
      guard let stream = model.reads.first(where: { reached.contains($0.value) }),
        !model.writes.contains(where: { $0.value == stream.value })
      else { continue }
      let others = models.indices.filter { $0 != start }.map { models[$0].configuration.name }
      context.error(
        stream.position,
        "\"\(model.configuration.name)\" reads \"\(printable(stream.value))\", which is made of what it writes itself",
        hint: "records would go round for ever; look at the writes of: \(others.joined(separator: ", "))")
    }
  }

  private func unusedStreams() {
    let filled = Set(
      feeds.compactMap { $0.stream?.value } + models.flatMap { $0.writes.map(\.value) }
        + uplinks.compactMap { $0.commands?.value })
    // A feed or model whose streams could not be read may be the one that fills it.
    guard feeds.allSatisfy({ $0.stream != nil }), !context.hasErrors else { return }
    for stream in streams where !filled.contains(stream.name.value) {
      context.warning(stream.name.position, "no feed and no model fills stream \"\(stream.name.value)\"")
    }
  }
}

extension String {
  fileprivate func replacing(_ word: String, with other: String) -> String {
    guard let range = firstRange(of: word) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }

  private func firstRange(of word: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(word), let end = index(start, offsetBy: word.count, limitedBy: endIndex) {
        return start..<end
      }
      start = index(after: start)
    }
    return nil
  }
}

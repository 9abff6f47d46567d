package import Records

/// agent.conf as typed, checked, plain values. Made by `ConfigurationLoader` only, so that every default comes from the
/// option tables; the properties are variables so that a test or a command-line option can change one.
package struct AgentConfiguration: Sendable, Equatable {
  /// The path that was loaded, as given.
  package var path: String
  package var agent: AgentSection
  package var journal: JournalSection
  package var log: LogSection
  package var connections: [MQTTConnectionConfiguration]
  /// In the order of the text, with body format and columns as the feeds fill them.
  package var streams: [StreamDefinition]
  package var feeds: [FeedConfiguration]
  package var models: [ModelConfiguration]
  package var plugins: PluginsSection
  /// `[models]`
  package var modelStore: ModelsSection
  package var uplinks: [UplinkConfiguration]
  /// Nil: no control API.
  package var control: ControlConfiguration?

  /// Whether a topic may match the filters of two feeds of a connection.
  package func hasOverlappingFeeds(connection: String) -> Bool {
    let filters = feeds.filter { $0.connection == connection }.map(\.filter)
    return filters.indices.contains { index in
      filters[..<index].contains { TopicTemplate.overlap($0, filters[index]) }
    }
  }
}

/// `[agent]`
package struct AgentSection: Sendable, Equatable {
  /// Letters, digits, `-`, `_`, `.`; at most 64 bytes.
  package var id: String
  /// Absolute, or relative to the working directory where agent.conf was named so.
  package var dataDirectory: String
}

/// `[journal]`
package struct JournalSection: Sendable, Equatable {
  /// Database, WAL and shared-memory file together.
  package var maxBytes: Int
  /// What must stay free on the disk; 0: not watched.
  package var minFreeBytes: Int
  /// What the streams of a class may take together.
  package var classMaxBytes: [StreamClass: Int64] = [:]
  /// How long telemetry waits for company.
  package var commitLingerMs: Int
  /// A commit takes at most so many messages, and at most so many payload bytes.
  package var commitMaxMessages: Int
  package var commitMaxBytes: Int
}

/// `[log]`
package struct LogSection: Sendable, Equatable {
  package var level: LogLevel
}

package enum LogLevel: String, CaseIterable, Sendable {
  case error
  case warning
  case info
  case debug
}

/// `[control]`: the agent's own HTTP interface.
package struct ControlConfiguration: Sendable, Equatable {
  package var listenHost: String
  /// 0: the kernel chooses a free port.
  package var listenPort: UInt16
  /// Certificate and key of the server; nil: plain HTTP.
  package var certificate: ServerCertificate?
  /// Nil only on a loopback address.
  package var token: Secret?
}

/// PEM files, both readable when the configuration was loaded.
package struct ServerCertificate: Sendable, Equatable {
  package var certFile: String
  package var keyFile: String
}

/// A place in agent.conf; lines and columns count from 1.
package struct SourcePosition: Sendable, Equatable, Comparable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (a: SourcePosition, b: SourcePosition) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

extension AgentConfiguration {
  /// One line for `check-config` and the log.
  package var summary: String {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let plugins = models.count { $0.section == .plugin }
    let parts = [
      count(connections.count, "connection"), count(feeds.count, "feed"), count(streams.count, "stream"),
      count(models.count - plugins, "model"), count(plugins, "plugin"), count(uplinks.count, "uplink"),
    ]
    return "agent \(agent.id): \(parts.joined(separator: ", ")), journal of \(Quantity.text(bytes: journal.maxBytes))"
  }
}

/// `[capabilities]` of plugin.toml: everything that it does not name is denied.
package struct PluginCapabilities: Sendable, Equatable {
  package static let maxEntries = 64
  package static let processesRange = 0...64
  /// Stands for the private folder that the agent makes for an instance.
  package static let dataPlaceholder = "{data}"

  /// Names of streams, or patterns with `*`, that `reads` and `writes` of agent.conf must match.
  package var reads: [String]
  package var writes: [String]
  /// Whether it may answer devices.
  package var replies: Bool
  /// Absolute paths beneath which it may read, or read and write. `{data}` and `{option:KEY}` may stand at the beginning.
  package var readFiles: [String]
  package var writeFiles: [String]
  /// `tcp:HOST:PORT`; HOST may be `*`, and both may be `{option:KEY}`.
  package var network: [String]
  /// More processes and threads that it may start.
  package var processes: Int

  package init(
    reads: [String] = [], writes: [String] = [], replies: Bool = false, readFiles: [String] = [],
    writeFiles: [String] = [], network: [String] = [], processes: Int = 0
  ) {
    self.reads = reads
    self.writes = writes
    self.replies = replies
    self.readFiles = readFiles
    self.writeFiles = writeFiles
    self.network = network
    self.processes = processes
  }

  package func allowsReading(_ stream: String) -> Bool { reads.contains { StreamPattern.matches($0, stream) } }
  package func allowsWriting(_ stream: String) -> Bool { writes.contains { StreamPattern.matches($0, stream) } }

  /// The files and destinations of one instance: `{data}` and `{option:KEY}` filled in.
  ///
  /// - Parameters:
  ///   - data: The private folder of the instance.
  ///   - options: Values of its options as text. What names an option that is empty is left out: nothing was asked for.
  /// - Throws: when an entry names an option that is not there, or what comes out is no path or destination.
  package func resolved(data: String, options: [String: String]) throws(CrossdockError) -> PluginCapabilities {
    var copy = self
    copy.readFiles = try readFiles.resolvedEach(PluginPlaceholders(data: data, options: options), check: .path)
    copy.writeFiles = try writeFiles.resolvedEach(PluginPlaceholders(data: data, options: options), check: .path)
    copy.network = try network.resolvedEach(PluginPlaceholders(data: data, options: options), check: .destination)
    return copy
  }
}

extension [String] {
  fileprivate func resolvedEach(
    _ placeholders: PluginPlaceholders, check: PluginPlaceholders.Check
  ) throws(CrossdockError) -> [String] {
    var out: [String] = []
    for entry in self { if let entry = try placeholders.fill(entry, check) { out.append(entry) } }
    return out
  }
}

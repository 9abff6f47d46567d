/// Everything that decides how an agent is made, as it was read at one moment: agent.conf, what is in the files that it names, and
/// the versions of the plugins that it uses.
package struct ConfigurationState: Sendable {
  /// A file that a key names and that is opened when the agent is made.
  package struct InputFile: Sendable, Hashable {
    package var part: ConfigurationChange.Part
    package var key: String
    package var path: String

    package init(_ part: ConfigurationChange.Part, key: String, path: String) {
      self.part = part
      self.key = key
      self.path = path
    }
  }

  package var configuration: AgentConfiguration
  /// A hash of what is in each file.
  package var files: [InputFile: UInt64]
  /// By plugin: its version.
  package var plugins: [String: String]

  package init(
    _ configuration: AgentConfiguration, files: [InputFile: UInt64] = [:], plugins: [String: String] = [:]
  ) {
    self.configuration = configuration
    self.files = files
    self.plugins = plugins
  }
}

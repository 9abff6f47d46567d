package import Configuration
package import PluginRuntime
package import Records

/// A plugin that runs in a process of its own, as the configuration and its plugin.toml have it.
package struct IsolatedPlugin: Sendable, Equatable {
  /// What is run: a version of the plugin, with what agent.conf gives to that version.
  package struct Version: Sendable, Equatable {
    package var text: String
    package var launch: PluginLaunch
    package var options: [PluginOptionValue]
    /// Of agent.conf, each with the reason: another version knows them, from which the plugin has gone back.
    package var ignoredOptions: [String] = []
    /// Why it cannot run with what agent.conf has for another version; nil: it can.
    package var misfit: String?

    package init(text: String, launch: PluginLaunch, options: [PluginOptionValue] = []) {
      self.text = text
      self.launch = launch
      self.options = options
    }
  }

  /// What a plugin's process says to what agent.conf gives it.
  package enum Answer: Sendable {
    case ready(Version)
    /// It cannot be used as it stands in agent.conf.
    case refused(String)
    case failed(PluginFailure)
  }

  /// The instance: unique among the plugins of agent.conf. Positions and checkpoints are kept under it.
  package var name: String
  package var plugin: String
  package var role: PluginManifest.Role
  package var version: Version
  /// What to go back to when the present version fails its first batches; nil: there is none.
  package var previous: Version?
  package var reads: [String]
  package var writes: [String]
  package var replyConnection: String?
  package var begin: ModelConfiguration.Begin
  /// Whether the operator wants it to run.
  package var isEnabled = true
  package var isUnsigned = false
  /// Of the store; else it was built with the agent.
  package var isInstalled = false
  /// Nobody knows its options: its process is asked first, with this section of agent.conf, and the version's options and launch come
  /// from what it says. Nil: they are known.
  package var unasked: ModelConfiguration?
  /// Its own, if it declares one; else empty.
  package var dataFolder = ""
  /// Why agent.conf does not let it run. One that runs while this changes is started again, and then found out.
  package var refusal: String?

  package init(
    name: String, plugin: String, role: PluginManifest.Role, version: Version, previous: Version? = nil,
    reads: [String], writes: [String], replyConnection: String? = nil,
    begin: ModelConfiguration.Begin = .new
  ) {
    self.name = name
    self.plugin = plugin
    self.role = role
    self.version = version
    self.previous = previous
    self.reads = reads
    self.writes = writes
    self.replyConnection = replyConnection
    self.begin = begin
  }

  var positionName: String { Self.positionName(name) }
  var previousName: String { "_previous:\(name)" }

  static func positionName(_ name: String) -> String { "_position:\(name)" }
}

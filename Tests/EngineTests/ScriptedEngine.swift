import Configuration
import Logging
import PluginRuntime
import Records
import Testing

@testable import Engine

extension Engine {
  /// An engine over a configuration with one connection, which is scripted, and connected.
  static func scripted(
    _ text: String, plugins: [String: PluginDescriptor] = [:], now: ClockReading, boot: String
  ) throws -> (Engine, ScriptedConnection) {
    let loaded = ConfigurationLoader.load(text: Array(text.utf8), path: "agent.conf")
    let configuration = try #require(loaded.configuration, "\(loaded.problems)")
    var made: ScriptedConnection?
    let engine = try Engine(
      configuration, plugins: plugins, options: configuration.models.map { _ in [] }, handle: EngineHandle(), now: now,
      boot: boot, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      callbacks: Engine.Callbacks(reload: {}, setAside: { [] })
    ) { settings in
      let connection = ScriptedConnection(settings[0], nowMs: now.monotonicMs)
      made = connection
      return [connection]
    }
    let connection = try #require(made)
    connection.connect(sessionPresent: true, nowMs: now.monotonicMs)
    return (engine, connection)
  }
}

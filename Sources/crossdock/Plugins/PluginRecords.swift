import Logging
import PluginBundles
import Records

/// What the agent does with plugins by itself, written down in the store, so that `crossdock plugin list` and the next start know.
enum PluginRecords {
  /// It went back to a plugin's previous version.
  static func rolledBack(
    _ plugin: String, from version: String, _ reason: String, in folder: String, _ log: Logger
  ) {
    write(plugin, log) { () throws(CrossdockError) in
      let store = try PluginStore(folder: folder)
      // Somebody may have installed another one meanwhile.
      guard try store.plugin(plugin).state.current.text == version else { return }
      // It runs already: the agent was given no version before where that may not come back.
      _ = try store.rollback(plugin, allowsUnsigned: true, because: reason)
    }
  }

  /// It has given a plugin up, or it runs again.
  static func parked(_ plugin: String, _ reason: String?, in folder: String, _ log: Logger) {
    write(plugin, log) { () throws(CrossdockError) in
      // Built-in ones are not in the store; and mostly there is nothing to change.
      guard let installed = try PluginStore.plugin(plugin, in: folder), installed.state.parked != reason else { return }
      try PluginStore(folder: folder).setParked(plugin, reason)
    }
  }

  /// What the process of a version says of itself, which nobody has written down when it was installed.
  static func says(
    _ plugin: String, _ version: SemanticVersion, _ says: PluginStatement, in folder: String, _ log: Logger
  ) {
    write(plugin, log) { () throws(CrossdockError) in
      try PluginStore(folder: folder).setSays(plugin, version, says)
    }
  }

  private static func write(_ plugin: String, _ log: Logger, _ change: () throws(CrossdockError) -> Void) {
    do throws(CrossdockError) {
      try change()
    } catch {
      log.warning(
        "the store of plugins was not brought up to date",
        metadata: ["plugin": "\(plugin)", "reason": "\(error.reason)"])
    }
  }
}

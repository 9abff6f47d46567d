import Logging
import PluginBundles
import Records

/// The agent went back to a plugin's previous version by itself: the store says so too, so that the next start does the same.
enum PluginRollBack {
  static func record(_ plugin: String, _ version: String, _ reason: String, in folder: String, _ log: Logger) {
    do throws(CrossdockError) {
      let store = try PluginStore(folder: folder)
      // Somebody may have installed another one meanwhile.
      guard try store.plugin(plugin).state.current.text == version else { return }
      _ = try store.rollback(plugin)
    } catch {
      log.error(
        "the store still names the version that failed",
        metadata: ["plugin": "\(plugin)", "version": "\(version)", "reason": "\(error.reason)"])
    }
  }
}

import Configuration
import Logging
import Platform
import PluginBundles
import PluginCases
import PluginRuntime
import Records

// What a plugin says of itself: from its process, and as agent.conf is held against it.
extension PluginStatement {
  init(_ role: PluginManifest.Role, _ options: [PluginDescriptor.Option]) {
    self.init(
      role: role,
      options: options.map { Option(key: $0.key, type: $0.type, defaultValue: $0.defaultValue, help: $0.help) })
  }

  var table: [PluginOptionDescription] {
    options.compactMap { option in
      PluginOptionDescription.Kind(rawValue: option.type).map {
        PluginOptionDescription(key: option.key, kind: $0, defaultValue: option.defaultValue, help: option.help)
      }
    }
  }

  /// Starts its process, confined, and waits for its HELLO, for as long as plugin.toml gives it. Never on the writer's thread.
  ///
  /// - Parameter stop: ends the wait.
  static func asked(
    _ manifest: PluginManifest, folder: String, hostPath: String, stop: WakeDescriptor? = nil
  ) throws(PluginFailure) -> PluginStatement {
    let launch: PluginLaunch
    do throws(CrossdockError) {
      // Saying hello needs no file and no network.
      launch = try PluginLaunch(manifest, folder: folder, hostPath: hostPath, capabilities: PluginCapabilities())
    } catch {
      throw .cannotStart(error.reason)
    }
    var quiet = Logger(label: "plugin") { _ in SwiftLogNoOpLogHandler() }
    quiet.logLevel = .critical
    let session = try PluginSession(launch, writes: [], stop: stop, log: quiet)
    defer { session.process.kill() }
    guard session.hello.role == manifest.role else {
      throw .cannotStart("it is a \(session.hello.role.rawValue), plugin.toml says \(manifest.role.rawValue)")
    }
    return PluginStatement(manifest.role, session.hello.options)
  }
}

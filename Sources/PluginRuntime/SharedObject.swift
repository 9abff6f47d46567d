internal import CCrossdockPlugin
internal import Glibc
package import Records

/// A plugin in a shared object. Once loaded it stays: a Swift runtime inside cannot be unloaded, and its descriptor is a
/// constant for the life of the process.
package enum SharedObject {
  private typealias Entry = @convention(c) (UInt32) -> UnsafePointer<crossdock_plugin>?

  /// Loads the file and reads its descriptor. The code of the file runs in this process from here on.
  /// - Throws: when it cannot be loaded, exports no `crossdock_plugin_entry`, does not run on this ABI, or has a descriptor
  ///   that is not whole.
  package static func load(_ path: String) throws(CrossdockError) -> PluginDescriptor {
    func refuse(_ reason: String, _ hint: String = "") -> CrossdockError {
      CrossdockError("load the plugin", at: path, reason: reason, hint: hint, exitCode: .badInput)
    }
    // A name without a slash would be looked for in the library path.
    let file = path.contains("/") ? path : "./" + path
    guard let library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw refuse(dlerror().map { String(cString: $0) } ?? "it cannot be loaded")
    }
    guard let symbol = dlsym(library, "crossdock_plugin_entry") else {
      throw refuse("it exports no crossdock_plugin_entry", "build it as crossdock_plugin.h says")
    }
    guard let descriptor = unsafeBitCast(symbol, to: Entry.self)(CROSSDOCK_ABI_VERSION) else {
      throw refuse("it does not run on ABI \(CROSSDOCK_ABI_VERSION)", "build it with this host's header")
    }
    return try PluginDescriptor(descriptor, from: path)
  }
}

import CCrossdockPlugin
import Platform
import PluginRuntime
import Records

#if PLUGIN_PICK_ROUTING
  import PickRouting
#endif
#if PLUGIN_PREDICTIVE_MAINTENANCE
  import PredictiveMaintenance
#endif
#if PLUGIN_STOP_SEQUENCING
  import StopSequencing
#endif

/// The plugins that are linked into this program: whatever folder of Plugins/ was there when it was built. They use the
/// same contract as an operator's.
enum BuiltInPlugins {
  /// Made once: a descriptor is for as long as the process, and every reading of agent.conf asks for them.
  private static let made = Result { () throws(CrossdockError) in try make() }

  static func descriptors() throws(CrossdockError) -> [String: PluginDescriptor] { try made.get() }

  private static func make() throws(CrossdockError) -> [String: PluginDescriptor] {
    var raw: [UnsafePointer<crossdock_plugin>] = []
    #if PLUGIN_PICK_ROUTING
      raw.append(PickRoutingPlugin.descriptor())
    #endif
    #if PLUGIN_PREDICTIVE_MAINTENANCE
      raw.append(PredictiveMaintenancePlugin.descriptor())
    #endif
    #if PLUGIN_STOP_SEQUENCING
      raw.append(StopSequencingPlugin.descriptor())
    #endif
    var named: [String: PluginDescriptor] = [:]
    for plugin in raw {
      let descriptor = try PluginDescriptor(plugin, from: "a built-in plugin")
      named[descriptor.name] = descriptor
    }
    return named
  }

  /// A built-in plugin as a shared object, for a process of its own: beside the program, or where the package puts it.
  static func sharedObject(_ name: String) -> String? {
    let programs = Files.folder(of: Files.ownProgram)
    return ["\(programs)/lib\(name).so", "\(Files.folder(of: programs))/lib/crossdock/lib\(name).so"].first {
      Files.exists($0)
    }
  }
}

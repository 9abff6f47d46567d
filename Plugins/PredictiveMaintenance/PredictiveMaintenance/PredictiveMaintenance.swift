package import CCrossdockPlugin
internal import CrossdockPlugin

/// The plugin as it is linked into the agent.
package enum PredictiveMaintenancePlugin {
  package static func descriptor() -> UnsafePointer<crossdock_plugin> {
    ExportedPlugin.descriptor(MaintenanceModel.self)
  }
}

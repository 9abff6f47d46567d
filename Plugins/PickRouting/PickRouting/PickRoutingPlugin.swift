package import CCrossdockPlugin
internal import CrossdockPlugin

/// The plugin `pick-routing`, for linking into a program.
package enum PickRoutingPlugin {
  package static func descriptor() -> UnsafePointer<crossdock_plugin> {
    ExportedPlugin.descriptor(PickRoutingModel.self)
  }
}

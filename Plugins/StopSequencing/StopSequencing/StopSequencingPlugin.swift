package import CCrossdockPlugin
internal import CrossdockPlugin

/// The plugin `stop-sequencing`, for linking into a program.
package enum StopSequencingPlugin {
  package static func descriptor() -> UnsafePointer<crossdock_plugin> {
    ExportedPlugin.descriptor(StopSequencingModel.self)
  }
}

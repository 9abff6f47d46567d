public import CCrossdockPlugin
internal import StopSequencing

/// The one symbol of this plugin's shared object.
@c public func crossdock_plugin_entry(_ host: UInt32) -> UnsafePointer<crossdock_plugin>? {
  host >= CROSSDOCK_ABI_VERSION ? StopSequencingPlugin.descriptor() : nil
}

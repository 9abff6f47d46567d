public import CCrossdockPlugin
internal import CrossdockPlugin

/// The one symbol that a host looks for.
@c public func crossdock_plugin_entry(_ host: UInt32) -> UnsafePointer<crossdock_plugin>? {
  ExportedPlugin.entry(Appender.self, hostABI: host)
}

// The one symbol of cold-chain-watch.so. In a target of its own, so that a program that links the model in does not get it too.
public import CCrossdockPlugin
internal import ColdChainWatch
internal import CrossdockPlugin

@c public func crossdock_plugin_entry(_ host: UInt32) -> UnsafePointer<crossdock_plugin>? {
  ExportedPlugin.entry(ColdChainModel.self, hostABI: host)
}

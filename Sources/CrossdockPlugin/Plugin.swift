/// What every plugin is, whatever its role: a type that conforms to `Model`, `Decoder`, `Uplink` or `Feed`. One instance is used by
/// one thread at a time. Export it with one line in the plugin's shared object:
///
///     @c public func crossdock_plugin_entry(_ host: UInt32) -> UnsafePointer<crossdock_plugin>? {
///       ExportedPlugin.entry(MyModel.self, hostABI: host)
///     }
public protocol Plugin: AnyObject {
  /// Name, version, summary and option table.
  static var manifest: PluginManifest { get }

  /// Throws `PluginError` with text for the operator when the options cannot be used.
  init(_ context: PluginContext) throws

  /// State that makes a new instance go on as this one would; called between batches. Empty: nothing to keep.
  func checkpoint() -> [UInt8]

  /// Takes over such a state. Throwing makes the host start the instance anew.
  func restore(_ checkpoint: [UInt8]) throws
}

extension Plugin {
  public func checkpoint() -> [UInt8] { [] }
  public func restore(_ checkpoint: [UInt8]) throws {}
}

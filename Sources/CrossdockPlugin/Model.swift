/// A model: reads records, emits records. One instance is used by one thread at a time, and must be deterministic: the same
/// batches from the same checkpoint give the same outputs. Time comes with the records.
///
/// Export it with one line in the plugin's shared object:
///
///     @c public func crossdock_plugin_entry(_ host: UInt32) -> UnsafePointer<crossdock_plugin>? {
///       ExportedPlugin.entry(MyModel.self, hostABI: host)
///     }
public protocol Model: AnyObject {
  /// Name, version, summary and option table.
  static var manifest: PluginManifest { get }

  /// Throws `PluginError` with text for the operator when the options cannot be used.
  init(_ context: PluginContext) throws

  /// Works on the batch's selected records. Throwing gives the batch back to the host as failed.
  func process(_ batch: PluginBatch, into output: PluginOutput) throws

  /// State that makes a new instance go on as this one would; called between batches. Empty: nothing to keep.
  func checkpoint() -> [UInt8]

  /// Takes over such a state. Throwing makes the host start the instance anew.
  func restore(_ checkpoint: [UInt8]) throws
}

extension Model {
  public func checkpoint() -> [UInt8] { [] }
  public func restore(_ checkpoint: [UInt8]) throws {}
}

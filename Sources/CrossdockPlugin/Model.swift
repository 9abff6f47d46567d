/// A model: reads records, emits records. It must be deterministic: the same batches from the same checkpoint give the same
/// outputs. Time comes with the records.
public protocol Model: Plugin {
  /// Works on the batch's selected records. Throwing gives the batch back to the host as failed.
  func process(_ batch: PluginBatch, into output: PluginOutput) throws
}

internal import Journal
package import PluginRuntime

/// Records from somewhere else than feeds and plugins (central's commands): they become durable in one transaction with how far their origin has
/// been read, so that each comes into its stream exactly once.
package struct ForeignRecords: Sendable {
  /// Unique: the position is kept under it.
  package var origin: String
  package var stream: String
  package var emitted: EmittedRecords
  /// As `JournalReader.checkpoint(of: origin)` gives it back.
  package var position: [UInt8]

  package init(origin: String, stream: String, emitted: EmittedRecords, position: [UInt8]) {
    self.origin = origin
    self.stream = stream
    self.emitted = emitted
    self.position = position
  }
}

extension EngineHandle {
  static let foreignVersion = "1"

  /// Hands records to the writer and waits until they are durable. Call it from the origin's own thread.
  /// - Returns: false when `isStopping` said so first: they are not durable, or it is not known; the position in the journal tells.
  package func store(_ records: ForeignRecords, isStopping: () -> Bool) -> Bool {
    let ticket = plugins.post(
      PluginResult(
        plugin: records.origin, version: Self.foreignVersion, emitted: records.emitted, writes: [records.stream],
        isDerived: false, position: .none,
        checkpoints: [
          JournalTransaction.Checkpoint(
            model: records.origin, version: Self.foreignVersion, state: records.position)
        ]), from: records.origin)
    var generation = plugins.committed.generation
    while !plugins.isCommitted(ticket, from: records.origin) {
      if isStopping() {
        plugins.forget(records.origin)
        return false
      }
      generation = plugins.committed.wait(past: generation, timeoutMs: 100)
    }
    return true
  }

  /// Whether what was posted last is durable: before that the journal does not say yet how far an origin was read.
  package func isSettled(_ origin: String) -> Bool { plugins.isSettled(origin) }
}

internal import Journal
internal import PluginRuntime
internal import Records

/// What a plugin's process has done, on its way to the writer: outputs, position and checkpoint become durable in one
/// transaction, so that each record has its effect exactly once.
struct PluginResult: Sendable {
  enum Position: Sendable, Equatable {
    /// Every record up to that arrival is dealt with.
    case at(Int64)
    /// Whatever was committed by now is not for it.
    case end
    /// A feed plugin has none.
    case none
  }

  /// A record that the plugin could not deal with, kept in the quarantine.
  struct SetAside: Sendable {
    var stream: String
    var record: StoredRecord
    var reason: String
  }

  var plugin: String
  var version: String
  var emitted = EmittedRecords()
  /// By `EmittedRecords.Record.write`.
  var writes: [String] = []
  var isDerived = true
  var replyConnection: String?
  var setAside: [SetAside] = []
  var position: Position
  var checkpoints: [JournalTransaction.Checkpoint] = []

  /// Whether records come of it: the plugin waits until they are durable.
  var hasRecords: Bool { !emitted.records.isEmpty || !setAside.isEmpty }
  var bytes: Int { emitted.bytes + setAside.reduce(0) { $0 + $1.record.body.count * 4 / 3 + 512 } }
}

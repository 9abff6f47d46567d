package import Journal
package import Records

/// The engine as others may see it: made by the writer thread a few times a second.
package struct EngineSnapshot: Sendable {
  package struct Feed: Sendable {
    package var name: String
    package var connection: String
    package var counters: FeedCounters
    package var ratePerS: Double
    package var lagMs: Int64
  }

  package struct Connection: Sendable {
    package var name: String
    package var address: String
    package var state: String
    package var reconnects: UInt64
    package var lastError: String?
  }

  package struct Model: Sendable {
    package var name: String
    package var plugin: String
    package var batches: UInt64
    package var records: UInt64
    package var emitted: UInt64
    package var failed: UInt64
    /// Outputs that were not taken.
    package var refused: UInt64
    package var lastRefusal: String?
    package var lastBatchUs: Int64
    package var maxBatchUs: Int64
    /// Counters of the plugin's own.
    package var counters: [String: UInt64]
  }

  package var epoch: Epoch
  package var startedNs: Int64
  package var now: ClockReading
  package var startedMonotonicNs: Int64
  package var journalPath: String
  package var journalBytes: Int64
  package var journalMaxBytes: Int64
  package var commits: UInt64
  package var lastCommitUs: Int64
  package var evictedRecords: UInt64
  /// Why nothing is acknowledged at present; nil while all is well.
  package var holdReason: String?
  /// Why nothing is read at present (a stream that rejects is full, the disk is nearly full); nil while all is well.
  package var pauseReason: String?
  package var feeds: [Feed]
  package var connections: [Connection]
  package var streams: [StreamState]
  package var models: [Model]
}

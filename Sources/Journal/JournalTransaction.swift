internal import Records

/// Everything that becomes durable at once with a batch.
package struct JournalTransaction {
  /// A reply that a record of the batch asks for.
  package struct Reply {
    package var connection: String
    package var topic: String
    package var recordIndex: Int

    package init(connection: String, topic: String, recordIndex: Int) {
      self.connection = connection
      self.topic = topic
      self.recordIndex = recordIndex
    }
  }

  package struct Checkpoint {
    package var model: String
    package var version: String
    package var state: [UInt8]
    /// The last record, by its order of arrival, that the state knows; nil: the last of this transaction.
    package var arrival: Int64?

    package init(model: String, version: String, state: [UInt8], arrival: Int64? = nil) {
      self.model = model
      self.version = version
      self.state = state
      self.arrival = arrival
    }
  }

  /// Changes of the counters since the last transaction, by feed number.
  package var counters: [(feed: Int, delta: FeedCounters)] = []
  /// By connection: packet ids and hashes, 10 bytes each (see JournalSchema).
  package var deliveries: [(connection: String, entries: [UInt8])] = []
  /// By feed number: hashes of dedupe keys, 8 bytes each.
  package var recentKeys: [(feed: Int, hashes: [UInt8])] = []
  package var cursors: [CursorUpdate] = []
  /// Appended to `_tombstones` after the batch.
  package var tombstones: [Tombstone] = []
  package var checkpoints: [Checkpoint] = []
  package var replies: [Reply] = []
  /// Numbers of replies that the broker has acknowledged.
  package var confirmedReplies: [Int64] = []

  package init() {}

  package var isEmpty: Bool {
    counters.isEmpty && deliveries.isEmpty && recentKeys.isEmpty && cursors.isEmpty && tombstones.isEmpty
      && checkpoints.isEmpty
      && replies.isEmpty && confirmedReplies.isEmpty
  }

  /// Whether there is nothing for the column `meta`.
  var hasNoMeta: Bool { counters.isEmpty && deliveries.isEmpty && recentKeys.isEmpty }

  package mutating func removeAll() {
    counters.removeAll(keepingCapacity: true)
    deliveries.removeAll(keepingCapacity: true)
    recentKeys.removeAll(keepingCapacity: true)
    cursors.removeAll(keepingCapacity: true)
    tombstones.removeAll(keepingCapacity: true)
    checkpoints.removeAll(keepingCapacity: true)
    replies.removeAll(keepingCapacity: true)
    confirmedReplies.removeAll(keepingCapacity: true)
  }
}

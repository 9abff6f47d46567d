/// The bounds of a journal. The cap covers every file: database, write-ahead log and its index.
package struct JournalLimits: Sendable, Equatable {
  package static let smallestMaxBytes: Int64 = 1 << 20
  package static let maxStreams = 256
  package static let maxSources = 200_000
  /// Messages of one connection that are remembered to recognise redelivery: more than any in-flight window in use.
  package var deliveryWindow: Int { Int(min(20_000, maxBytes / 1024)) }
  /// Replies that wait for the broker's PUBACK; the oldest is given up beyond it (it stays in its stream).
  package static let maxPendingReplies = 10_000

  static let pageBytes: Int64 = 4096
  /// The write-ahead log's index: 32 KiB for each 4096 pages of log.
  static let indexBytes: Int64 = 32_768

  package var maxBytes: Int64

  package init(maxBytes: Int64) {
    precondition(maxBytes >= Self.smallestMaxBytes, "JournalLimits: below 1 MiB")
    self.maxBytes = maxBytes
  }

  /// The log is moved into the database at this length: an eighth of the cap, at most 4 MiB.
  var logPages: Int64 { min(max(maxBytes / 8, 64 * Self.pageBytes), 4 << 20) / Self.pageBytes }
  /// One transaction may write this many bytes of records: the log can hold a transaction and as much again before
  /// it is moved.
  package var maxTransactionBytes: Int { Int(min(maxBytes / 16, 4 << 20)) }
  /// Pages that the database may have in use. The log may overshoot by one transaction.
  var databasePages: Int64 {
    (maxBytes - Self.indexBytes - 2 * logPages * Self.pageBytes - Int64(maxTransactionBytes)) / Self.pageBytes
  }
  /// Eviction makes room down to this, at most 1 MiB at a time: seldom enough for few tombstones, and no long stall.
  var lowWaterPages: Int64 { databasePages - min(max(8, databasePages / 16), 256) }
}

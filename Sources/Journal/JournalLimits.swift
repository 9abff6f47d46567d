package import Records

/// The bounds of a journal. The cap covers every file: database, write-ahead log and its index.
package struct JournalLimits: Sendable, Equatable {
  package static let smallestMaxBytes: Int64 = 1 << 20
  package static let maxStreams = 256
  package static let maxSources = 200_000
  /// The longest name of a source that a plugin makes.
  package static let maxPluginSourceBytes = 1024
  /// Names of sources that one plugin may bring in while the journal lives: a sixteenth.
  package static let maxSourcesOfPlugin = maxSources / 16
  /// What a source takes beside its name.
  static let sourceRowBytes = 16
  /// Replies that wait for the broker's PUBACK; the oldest is given up beyond it (it stays in its stream).
  package static let maxPendingReplies = 10_000

  static let pageBytes: Int64 = 4096
  /// The write-ahead log's index: 32 KiB for each 4096 pages of log.
  static let indexBytes: Int64 = 32_768
  /// A segment is full with so many bytes of bodies, or so many records.
  static let segmentBytes: Int64 = 128 << 10
  static let segmentRecords: UInt64 = 4096

  /// Column buffers that packing keeps for the next time.
  static let maxSpareColumns = 4
  static let maxSpareBytes = 512 << 10
  /// For tools, which may not throw anything away: whatever an agent is configured for fits in.
  package static let unbounded = JournalLimits(maxBytes: 1 << 40, maxInFlight: 32_767, maxKeys: 1 << 24)
  /// Pages that a transaction frees at most beyond what it needs.
  static let maxPagesFreedAtOnce: Int64 = 256

  package var maxBytes: Int64
  /// Messages that a broker may have sent before the first is acknowledged.
  package var maxInFlight: Int
  /// Dedupe keys of one feed that are remembered.
  package var maxKeys: Int
  /// What the streams of a class may take together.
  package var classMaxBytes: [StreamClass: Int64]

  package init(
    maxBytes: Int64, maxInFlight: Int = 1000, maxKeys: Int = 10_000, classMaxBytes: [StreamClass: Int64] = [:]
  ) {
    precondition(maxBytes >= Self.smallestMaxBytes, "JournalLimits: below 1 MiB")
    self.maxBytes = maxBytes
    self.maxInFlight = maxInFlight
    self.maxKeys = maxKeys
    self.classMaxBytes = classMaxBytes
  }

  /// Messages of one connection that are remembered to recognise redelivery: twice what may be on its way.
  package var deliveryWindow: Int { min(max(2 * maxInFlight, 4096), Int(maxBytes / 512), 65_535) }
  package var keyWindow: Int { min(maxKeys, Int(maxBytes / 256)) }

  /// The write-ahead log is moved into the database at this length: a sixteenth of the cap, at most 4 MiB.
  var logPages: Int64 { min(max(maxBytes / 16, 32 * Self.pageBytes), 4 << 20) / Self.pageBytes }
  /// Rows of `log` are packed when they take so much.
  var packAtBytes: Int64 { min(max(maxBytes / 32, 32 << 10), 384 << 10) }
  /// Packed by one call.
  var packBytes: Int64 { min(packAtBytes / 2, 128 << 10) }
  /// One transaction may write this many bytes of records: the write-ahead log can hold a transaction and as much again before
  /// it is moved.
  package var maxTransactionBytes: Int { Int(min(maxBytes / 16, Int64(Self.mostTransactionBytes))) }
  package static let mostTransactionBytes = 4 << 20
  /// Pages that the database may have in use. The write-ahead log may overshoot by one transaction, and one that makes room packs
  /// up to three times `packAtBytes` on the way and writes the pages that it empties too.
  var databasePages: Int64 {
    (maxBytes - Self.indexBytes - 2 * logPages * Self.pageBytes - Int64(maxTransactionBytes) - 4 * packAtBytes)
      / Self.pageBytes
  }
  /// Eviction makes room down to this, at most 1 MiB at a time: seldom enough for few tombstones, and no long stall.
  var lowWaterPages: Int64 { databasePages - min(max(8, databasePages / 16), 256) }
  /// What the names of sources may take, with their rows: an eighth of the cap.
  var maxSourceBytes: Int { Int(maxBytes / 8) }
  /// And of that the names that one plugin brings in: a sixteenth.
  var maxSourceBytesOfPlugin: Int { maxSourceBytes / 16 }
  /// Beyond this tombstones go before anything else: one that says what became of tombstones stays.
  var tombstoneBytes: Int64 { max(maxBytes / 16, 32 << 10) }
  /// A journal that rejects stops reading while there is still room for what is on its way.
  var rejectPages: Int64 { databasePages - Int64(maxTransactionBytes) / Self.pageBytes - 16 }
}

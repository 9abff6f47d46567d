package import Records

/// A stream as it stands in the journal.
package struct StreamState: Sendable, Equatable {
  package var definition: StreamDefinition
  /// The oldest sequence that is still here; `last + 1` when the stream is empty.
  package var first: UInt64
  package var last: UInt64
  /// What its records take in the journal; 0 where nobody has counted.
  package var storedBytes: Int64
  /// Records that went for a rule or for room, in this journal's life.
  package var evictedRecords: UInt64
  /// Records from `first` on that were found damaged and cut out.
  package var missingRecords: UInt64
  /// By reason: records that tombstones have named since the writer was opened.
  package var dropped: [String: UInt64]
  package var records: UInt64 { last + 1 - first }

  package init(
    definition: StreamDefinition, first: UInt64, last: UInt64, storedBytes: Int64 = 0, evictedRecords: UInt64 = 0,
    missingRecords: UInt64 = 0, dropped: [String: UInt64] = [:]
  ) {
    self.definition = definition
    self.first = first
    self.last = last
    self.storedBytes = storedBytes
    self.evictedRecords = evictedRecords
    self.missingRecords = missingRecords
    self.dropped = dropped
  }
}

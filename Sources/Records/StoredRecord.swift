/// A record as a reader gets it from the journal or from a segment.
package struct StoredRecord: Sendable, Equatable {
  package var sequence: UInt64
  package var source: String
  package var eventTimeNs: Int64
  package var ingestTimeNs: Int64
  package var monotonicNs: Int64
  /// Number of the boot in its journal: monotonic times are comparable only within one boot.
  package var boot: UInt32
  package var flags: RecordFlags
  package var body: [UInt8]

  package init(
    sequence: UInt64, source: String, eventTimeNs: Int64, ingestTimeNs: Int64, monotonicNs: Int64, boot: UInt32,
    flags: RecordFlags, body: [UInt8]
  ) {
    self.sequence = sequence
    self.source = source
    self.eventTimeNs = eventTimeNs
    self.ingestTimeNs = ingestTimeNs
    self.monotonicNs = monotonicNs
    self.boot = boot
    self.flags = flags
    self.body = body
  }
}

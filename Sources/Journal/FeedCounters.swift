/// What became of a feed's messages. In every committed state `received = stored + quarantined + dropped`.
package struct FeedCounters: Sendable, Equatable {
  package var received: UInt64 = 0
  package var stored: UInt64 = 0
  package var quarantined: UInt64 = 0
  /// Recognised as sent again by the broker.
  package var redelivered: UInt64 = 0
  /// The feed's dedupe key was seen before.
  package var duplicate: UInt64 = 0
  /// Larger than the feed's bound. Leaves a tombstone.
  package var oversize: UInt64 = 0
  /// Records made of the stored messages (one message can hold several rows).
  package var records: UInt64 = 0

  package init() {}

  package var dropped: UInt64 { redelivered + duplicate + oversize }
  package var isBalanced: Bool { received == stored + quarantined + dropped }

  package static func += (a: inout FeedCounters, b: FeedCounters) {
    a.received += b.received
    a.stored += b.stored
    a.quarantined += b.quarantined
    a.redelivered += b.redelivered
    a.duplicate += b.duplicate
    a.oversize += b.oversize
    a.records += b.records
  }
}

/// How much of a stream is kept, and what happens beyond it.
package struct Retention: Sendable, Equatable {
  package enum WhenFull: String, CaseIterable, Sendable {
    /// The oldest records go; a tombstone names them.
    case dropOldest = "drop-oldest"
    /// The oldest records are replaced by minimum, maximum, mean and count of a window each, in the stream `_thinned`.
    case thin
    /// Nothing goes that an uplink has not confirmed: the agent stops reading, and the broker keeps what comes.
    case reject
  }

  /// Bytes that the stream's records take in the journal; nil: only the journal's cap counts.
  package var maxBytes: Int64?
  /// Nil: records have no age.
  package var maxAgeMs: Int64?
  package var whenFull: WhenFull
  /// What one thinned record stands for.
  package var thinWindowMs: Int64

  package init(
    maxBytes: Int64? = nil, maxAgeMs: Int64? = nil, whenFull: WhenFull = .dropOldest, thinWindowMs: Int64 = 60_000
  ) {
    self.maxBytes = maxBytes
    self.maxAgeMs = maxAgeMs
    self.whenFull = whenFull
    self.thinWindowMs = thinWindowMs
  }
}

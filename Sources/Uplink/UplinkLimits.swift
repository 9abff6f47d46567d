/// The bounds and intervals of one uplink. Times are milliseconds.
package struct UplinkLimits: Sendable, Equatable {
  /// Of one segment: bytes of bodies before compression, and records. A single larger record is sent alone.
  package var segmentMaxBytes = 1 << 20
  package var segmentMaxRecords = 5000
  /// Records of the classes scan, summary and telemetry wait at most so long for company; alerts and decisions never wait.
  package var intervalMs: Int64 = 250
  /// Of one request, from connect to the end of the answer.
  package var timeoutMs: Int64 = 30_000
  /// Full-jitter back-off: uniform over 1…ceiling, the ceiling doubles from the first to the second with each failure.
  package var backoffMinMs: Int64 = 500
  package var backoffMaxMs: Int64 = 60_000
  /// After an answer that only an operator can change (401, 403, 404 …), and between records that are set aside when
  /// every one of them is refused: at least half of this.
  package var refusedBackoffMs: Int64 = 60_000
  /// A `Retry-After` beyond this is taken for this.
  package var retryAfterMaxMs: Int64 = 3_600_000
  /// Bytes on the wire a second; nil: no budget.
  package var maxBytesPerS: Int?
  /// How often the heads of all streams are told to the destination: at least, and (when they have moved and everything
  /// is sent) at most.
  package var headsIntervalMs: Int64 = 30_000
  package var headsSpacingMs: Int64 = 1000
  /// The journal is asked for news at most so often.
  package var refreshMs: Int64 = 20

  /// Successes after which one halving that a 413 asked for is tried back.
  static let growAfterTooLarge = 64
  /// Records refused one after the other, nothing accepted in between, before a fault of the destination is suspected
  /// rather than one of the records.
  static let refusalsBeforeSuspicion = 3
  /// Conflicts in a row without progress before an uplink backs off.
  static let maxConflictsInARow = 3
  /// A segment under a budget takes this part of a second's bytes.
  static let segmentsPerBudgetSecond = 8
  /// With a budget no segment shrinks below this by the budget alone.
  static let smallestBudgetSegment = 1024

  package init() {}

  /// Bytes of bodies in one segment, the budget considered.
  var effectiveSegmentMaxBytes: Int {
    guard let rate = maxBytesPerS else { return segmentMaxBytes }
    return min(segmentMaxBytes, max(rate / Self.segmentsPerBudgetSecond, Self.smallestBudgetSegment))
  }
}

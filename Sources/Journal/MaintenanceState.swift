/// What `maintain` keeps from call to call.
struct MaintenanceState {
  /// Bytes of blocks and metas in `log`.
  var logBytes: Int64 = 0
  /// When the oldest row of `log` was committed, by the monotonic clock; nil: `log` is empty.
  var logSinceMs: Int64?
  var retentionDueMs: Int64 = .min
  /// By stream: before this its oldest segment is not too old.
  var expiryDueMs: [Int: Int64] = [:]
  /// Packing failed (a full disk): not tried again before.
  var pausedUntilMs: Int64 = .min
  /// Where the next look at segments goes on.
  var scrubKey: Int64 = 0
  var scrubDueMs: Int64 = .min
  /// By stream: a reader met damage in what comes after the sequence.
  var suspects: [String: UInt64] = [:]
}

internal import Records

/// How long a plugin waits before its next batch, so that over a minute it takes no more than its share of a core and adds no
/// more records than its limits say. No clock: times are handed in.
struct PluginThrottle {
  /// What was not used counts for so long.
  private static let windowMs: Int64 = 60_000
  /// Outputs may come ahead of their rate by so much.
  private static let outputAheadMs: Int64 = 1000

  private let limits: PluginLimits
  private var lastMs: Int64?
  private var cpuMs: Int64 = 0
  /// CPU time that may still be used, in hundredths of a millisecond, so that percents stay whole.
  private var cpuCredit: Int64
  private var outputDebtUs: Int64 = 0

  init(_ limits: PluginLimits) {
    self.limits = limits
    cpuCredit = Self.windowMs * Int64(limits.cpuPercent)
  }

  /// A process has begun anew: its CPU time counts from 0.
  mutating func restarted() { cpuMs = 0 }

  /// - Parameters:
  ///   - cpuMs: of the process since its start.
  ///   - records: and `bytes`: what the batch added.
  /// - Returns: how long to wait before the next batch.
  mutating func pauseMs(nowMs: Int64, cpuMs used: Int64, records: Int, bytes: Int) -> Int64 {
    let elapsed = max(0, nowMs - (lastMs ?? nowMs))
    lastMs = nowMs
    let share = Int64(limits.cpuPercent)
    cpuCredit = min(Self.windowMs * share, cpuCredit + elapsed * share) - max(0, used - cpuMs) * 100
    cpuMs = used
    outputDebtUs = max(0, outputDebtUs - elapsed * 1000)
    outputDebtUs += max(
      Int64(records) * 1_000_000 / Int64(limits.outputRecordsPerS),
      Int64(bytes) * 1_000_000 / (Int64(limits.outputKbPerS) << 10))
    let cpuPause = cpuCredit < 0 ? -cpuCredit / share : 0
    let outputPause = outputDebtUs / 1000 - Self.outputAheadMs
    return max(0, cpuPause, outputPause)
  }
}

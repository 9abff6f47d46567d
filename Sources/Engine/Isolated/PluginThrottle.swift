internal import PluginRuntime
internal import Records

/// How long a plugin waits before its next batch, so that over a minute it takes no more than its share of a core and adds no
/// more records than its limits say; and whether it computes beyond its share although nothing is asked of it, where waiting does not help.
/// No clock: times are handed in.
struct PluginThrottle {
  /// What was not used counts for so long.
  private static let windowMs: Int64 = 60_000
  /// Outputs may come ahead of their rate by so much.
  private static let outputAheadMs: Int64 = 1000
  /// What it does without being asked is judged over so long.
  private static let idleWindowMs: Int64 = 10_000

  private let limits: PluginLimits
  private var lastMs: Int64?
  private var cpuMs: Int64 = 0
  /// CPU time that may still be used, in hundredths of a millisecond, so that percents stay whole.
  private var cpuCredit: Int64
  private var outputDebtUs: Int64 = 0
  /// The reading before, when nothing was asked of it since.
  private var idle: (ms: Int64, cpuMs: Int64)?
  private var idleMs: Int64 = 0
  private var idleCpuMs: Int64 = 0

  init(_ limits: PluginLimits) {
    self.limits = limits
    cpuCredit = Self.windowMs * Int64(limits.cpuPercent)
  }

  /// A process has begun anew: its CPU time counts from 0.
  mutating func restarted() {
    cpuMs = 0
    (idle, idleMs, idleCpuMs) = (nil, 0, 0)
  }

  /// Something is asked of it: what it takes now is its work.
  mutating func asked() { idle = nil }

  /// Nothing is asked of it.
  /// - Parameters:
  ///   - readMs: when `cpuMs` was read.
  ///   - cpuMs: of the process since its start.
  /// - Returns: how it is beyond its share; nil: it is not.
  mutating func idles(readMs: Int64, cpuMs used: Int64) -> PluginFailure? {
    charge(readMs, used)
    if let idle {
      idleMs += max(0, readMs - idle.ms)
      idleCpuMs += max(0, used - idle.cpuMs)
    }
    idle = (readMs, used)
    guard idleMs >= Self.idleWindowMs else { return nil }
    defer { (idleMs, idleCpuMs) = (0, 0) }
    guard cpuCredit < 0, idleCpuMs * 100 > idleMs * Int64(limits.cpuPercent) else { return nil }
    return .overworked(
      percent: Int(idleCpuMs * 100 / idleMs), seconds: Int(idleMs / 1000), limit: limits.cpuPercent)
  }

  private mutating func charge(_ nowMs: Int64, _ used: Int64) {
    let share = Int64(limits.cpuPercent)
    let elapsed = max(0, nowMs - (lastMs ?? nowMs))
    lastMs = max(nowMs, lastMs ?? nowMs)
    cpuCredit = min(Self.windowMs * share, cpuCredit + elapsed * share) - max(0, used - cpuMs) * 100
    outputDebtUs = max(0, outputDebtUs - elapsed * 1000)
    cpuMs = used
  }

  /// - Parameters:
  ///   - cpuMs: of the process since its start.
  ///   - records: and `bytes`: what the batch added.
  /// - Returns: how long to wait before the next batch.
  mutating func pauseMs(nowMs: Int64, cpuMs used: Int64, records: Int, bytes: Int) -> Int64 {
    charge(nowMs, used)
    let share = Int64(limits.cpuPercent)
    outputDebtUs += max(
      Int64(records) * 1_000_000 / Int64(limits.outputRecordsPerS),
      Int64(bytes) * 1_000_000 / (Int64(limits.outputKbPerS) << 10))
    let cpuPause = cpuCredit < 0 ? -cpuCredit / share : 0
    let outputPause = outputDebtUs / 1000 - Self.outputAheadMs
    return max(0, cpuPause, outputPause)
  }
}

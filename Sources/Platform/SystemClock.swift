internal import CLinux
internal import Glibc
package import Records
internal import Synchronization

/// The box's clocks. Whether the wall clock is disciplined is asked of the kernel at most once a second.
package final class SystemClock: Sendable {
  /// A wall clock before this (2025-01-01) is certainly wrong: the program was built later.
  package static let earliestPlausibleNs: Int64 = 1_735_689_600_000_000_000

  private struct Quality {
    var isDisciplined = false
    var askedNs = Int64.min
  }
  private let quality = Mutex(Quality())

  package init() {}

  package func now() -> ClockReading {
    let wall = Self.read(CLOCK_REALTIME)
    let monotonic = Self.monotonicNs()
    let isDisciplined = quality.withLock { quality in
      if quality.askedNs == Int64.min || monotonic - quality.askedNs > 1_000_000_000 {
        quality.isDisciplined = crossdock_clock_is_synchronised() != 0
        quality.askedNs = monotonic
      }
      return quality.isDisciplined
    }
    return ClockReading(
      wallNs: wall, monotonicNs: monotonic, isSynchronised: isDisciplined && wall >= Self.earliestPlausibleNs)
  }

  /// Nanoseconds since boot, suspended time included.
  package static func monotonicNs() -> Int64 { read(CLOCK_BOOTTIME) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

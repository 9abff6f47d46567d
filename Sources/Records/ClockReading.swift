/// One look at the clocks, taken once a batch and handed to everything that needs a time.
package struct ClockReading: Sendable, Equatable {
  /// Nanoseconds since 1970-01-01 UTC, as far as the box knows.
  package var wallNs: Int64
  /// CLOCK_BOOTTIME: nanoseconds since boot, suspended time included. Durations come from this one.
  package var monotonicNs: Int64
  /// False while nothing disciplines the clock, or while it stands before the program was built.
  package var isSynchronised: Bool

  package init(wallNs: Int64, monotonicNs: Int64, isSynchronised: Bool) {
    self.wallNs = wallNs
    self.monotonicNs = monotonicNs
    self.isSynchronised = isSynchronised
  }
}

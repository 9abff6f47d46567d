/// What is to be known about a record beside its facts; the same bits as `CROSSDOCK_FLAG_…` in `crossdock_plugin.h`.
package struct RecordFlags: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The box's clock was not disciplined (NTP, GNSS) when the message was read, or stood before the program was built.
  package static let clockUnsynchronised = RecordFlags(rawValue: 1 << 0)
  /// The message had no time: event time is ingest time.
  package static let eventTimeMissing = RecordFlags(rawValue: 1 << 1)
  /// The message's time was out of bounds: event time is ingest time.
  package static let eventTimeClamped = RecordFlags(rawValue: 1 << 2)
  /// The broker sent it as a retained message: possibly old.
  package static let retained = RecordFlags(rawValue: 1 << 3)
  /// Emitted by a model.
  package static let derived = RecordFlags(rawValue: 1 << 4)

  package static let names: [(RecordFlags, String)] = [
    (.clockUnsynchronised, "clock_unsynchronised"), (.eventTimeMissing, "event_time_missing"),
    (.eventTimeClamped, "event_time_clamped"), (.retained, "retained"), (.derived, "derived"),
  ]
}

/// One uplink as the status page shows it.
package struct UplinkStatus: Sendable, Equatable {
  package enum Activity: String, Sendable {
    /// The journal has not been looked at yet.
    case starting
    case idle
    case sending
    case backingOff = "backing_off"
    case stopped
  }

  package struct Stream: Sendable, Equatable {
    package var name: String
    package var watermark: UInt64
    package var last: UInt64
    /// Records that the destination does not have.
    package var lag: UInt64
  }

  package struct Totals: Sendable, Equatable {
    /// Records in accepted segments, and bytes of all segments as sent (compressed), refused ones included.
    package var sentRecords: UInt64 = 0
    package var sentBytes: UInt64 = 0
    package var segments: UInt64 = 0
    /// Requests that were not accepted, conflicts aside.
    package var failures: UInt64 = 0
    /// Answers that moved a cursor back or forward.
    package var rewinds: UInt64 = 0
    package var jumps: UInt64 = 0
    /// Gaps declared: sequences that were gone, or set aside, before they could be sent.
    package var missingRecords: UInt64 = 0
    package var setAside: UInt64 = 0
    /// Accepted segments of which the destination wrote less than was sent.
    package var shortWrites: UInt64 = 0

    package init() {}
  }

  package var name: String
  package var url: String
  package var activity: Activity
  package var totals: Totals
  package var lastError: String?
  /// Nil until the journal has been looked at.
  package var streams: [Stream]?

  package init(
    name: String, url: String, activity: Activity = .starting, totals: Totals = Totals(), lastError: String? = nil,
    streams: [Stream]? = nil
  ) {
    self.name = name
    self.url = url
    self.activity = activity
    self.totals = totals
    self.lastError = lastError
    self.streams = streams
  }

  /// Nil while nobody knows: no backlog is told only where there is none.
  package var lagRecords: UInt64? { streams?.reduce(0) { $0 + $1.lag } }
}

/// `[[uplink]]`: a destination outside the box, its cursors, its budget.
package struct UplinkConfiguration: Sendable, Equatable {
  package var name: String
  /// `http://host:port/path` or `https://…`, without a slash at its end.
  package var url: String
  package var token: Secret?
  /// Used when the URL is https; the defaults trust the authorities of the operating system.
  package var tls: TLSConfiguration
  /// Nil: every stream of the journal, the agent's own ones too.
  package var streams: [String]?
  /// Bounds of one segment: bytes before compression, and records.
  package var segmentMaxBytes: Int
  package var segmentMaxRecords: Int
  /// A segment that is not full waits for more records at most so long.
  package var intervalMs: Int
  /// Of one request, from connect to the end of the answer.
  package var timeoutMs: Int
  /// Bounds of the full-jitter back-off after a failure.
  package var backoffMinMs: Int
  package var backoffMaxMs: Int
  /// Bytes on the wire a second; nil: no budget.
  package var maxBytesPerS: Int?
  /// The stream that central's commands come into; nil: none are asked for.
  package var commands: String?
  package var position: SourcePosition
}

package import Configuration

/// Where an uplink sends to and as whom.
package struct UplinkDestination: Sendable {
  package var name: String
  /// `http://host:port/path` or `https://…`, without a slash at its end.
  package var url: String
  package var token: Secret?
  /// Nil: the authorities of the operating system, no client certificate.
  package var tls: TLSConfiguration?
  /// Nil: every stream of the journal.
  package var streams: [String]?
  package var limits: UplinkLimits

  package init(
    name: String, url: String, token: Secret? = nil, tls: TLSConfiguration? = nil, streams: [String]? = nil,
    limits: UplinkLimits = UplinkLimits()
  ) {
    self.name = name
    self.url = url
    self.token = token
    self.tls = tls
    self.streams = streams
    self.limits = limits
  }

  package init(_ configuration: UplinkConfiguration) {
    var limits = UplinkLimits()
    limits.segmentMaxBytes = configuration.segmentMaxBytes
    limits.segmentMaxRecords = configuration.segmentMaxRecords
    limits.intervalMs = Int64(configuration.intervalMs)
    limits.timeoutMs = Int64(configuration.timeoutMs)
    limits.backoffMinMs = Int64(configuration.backoffMinMs)
    limits.backoffMaxMs = Int64(configuration.backoffMaxMs)
    limits.maxBytesPerS = configuration.maxBytesPerS
    self.init(
      name: configuration.name, url: configuration.url, token: configuration.token, tls: configuration.tls,
      streams: configuration.streams, limits: limits)
  }

  /// Name of the durable cursors.
  package var cursorName: String { "uplink:\(name)" }
}

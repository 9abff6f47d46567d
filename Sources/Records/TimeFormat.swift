/// How a feed writes its times.
package enum TimeFormat: String, Sendable, CaseIterable {
  /// RFC 3339 text, or a number (also as text) whose magnitude tells its unit: s, ms, µs or ns.
  case auto
  case rfc3339
  case unixS = "unix_s"
  case unixMs = "unix_ms"
  case unixUs = "unix_us"
  case unixNs = "unix_ns"
}

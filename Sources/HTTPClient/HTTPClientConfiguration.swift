/// Where a client connects to, and its bounds.
package struct HTTPClientConfiguration: Sendable {
  /// `http://host[:port][/prefix]` or `https://…`
  package var url: String
  /// PEM files. Without a CA file the system's certificate authorities are asked.
  package var caFile: String?
  package var certificateFile: String?
  package var keyFile: String?
  package var token: String?
  package var connectTimeoutMs: Int32 = 5_000
  /// Longest silence while an answer is awaited: longer than the `wait=` of a long poll.
  package var readTimeoutMs: Int32 = 60_000
  package var writeTimeoutMs: Int32 = 30_000
  /// Of an answer; a longer one is an error.
  package var maxBodyBytes = 16 << 20

  package init(url: String) {
    self.url = url
  }
}

/// How a server listens, and its bounds.
package struct HTTPServerConfiguration: Sendable {
  /// `HOST:PORT` or `[IPv6]:PORT`. Port 0 lets the system choose; `HTTPServer.port` says which.
  package var listen: String
  /// PEM texts. Both or none.
  package var certificatePEM: String?
  package var keyPEM: String?
  /// Required when the address is not loopback.
  package var token: BearerToken?
  package var maxConnections: UInt32 = 64
  /// A connection with no traffic for so long is closed. Waiting requests do not count.
  package var connectionTimeoutS: UInt32 = 30
  package var maxBodyBytes = 1 << 20
  /// Requests that wait (long poll) at one time; one more is answered 503.
  package var maxWaiting = 32
  /// Request line and headers, of one connection.
  package var maxHeaderBytes = 32 << 10

  package init(listen: String = "127.0.0.1:0") {
    self.listen = listen
  }
}

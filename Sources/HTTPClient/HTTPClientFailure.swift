import CHTTPClient
import Records

extension HTTPClient {
  /// The error in words. All but a wrong certificate set-up may go away by themselves.
  func failure(_ error: crossdock_http_error, _ detail: String, _ request: String) -> CrossdockError {
    let place = "\(url.isSecure ? "https" : "http")://\(url.host):\(url.port)\(url.prefix)"
    var (reason, hint, isRetryable) = ("", "", true)
    switch error {
    case CROSSDOCK_HTTP_UNRESOLVED:
      (reason, hint) = ("the host \(url.host) is not known: \(detail)", "check the name and the box's DNS")
    case CROSSDOCK_HTTP_REFUSED:
      (reason, hint) = ("connection refused", "nothing listens on port \(url.port) there; is the service running?")
    case CROSSDOCK_HTTP_UNREACHABLE:
      reason = detail.isEmpty ? "no connection" : "unreachable: \(detail)"
    case CROSSDOCK_HTTP_CONNECT_TIMEOUT: reason = "timed out while connecting"
    case CROSSDOCK_HTTP_READ: reason = "timed out or closed before the answer was complete"
    case CROSSDOCK_HTTP_WRITE: reason = "closed or timed out while the request was sent"
    case CROSSDOCK_HTTP_TLS:
      (reason, hint) = ("the TLS handshake failed", "is this port TLS, and does it ask for a client certificate?")
    case CROSSDOCK_HTTP_CA_FILE:
      (reason, hint, isRetryable) = ("the CA file cannot be loaded", "it must be a readable PEM file", false)
    case CROSSDOCK_HTTP_CERTIFICATE:
      (reason, hint) = ("TLS: certificate verify failed: \(detail)", "check ca_file, the host name and both clocks")
    case CROSSDOCK_HTTP_TOO_LARGE: (reason, isRetryable) = ("the answer is larger than this client takes", false)
    case CROSSDOCK_HTTP_STOPPED: (reason, isRetryable) = ("stopped", false)
    default: reason = detail.isEmpty ? "the request failed" : detail
    }
    return CrossdockError(
      "send \(request)", at: place, reason: reason, hint: hint, isRetryable: isRetryable,
      exitCode: isRetryable ? .unavailable : .failure)
  }
}

import CHTTPClient
package import Records

/// A blocking HTTP/1.1 client that keeps one connection open. One thread at a time sends; any thread may `stop()`.
///
/// Every request must be one that may be repeated: a kept connection that turns out to be closed is replaced once and the
/// request sent again.
///
/// `@unchecked Sendable` because the C client is locked inside where `stop` meets a request, and everything else is constant.
package final class HTTPClient: @unchecked Sendable {
  package let url: HTTPURL
  private let configuration: HTTPClientConfiguration
  private let client: OpaquePointer

  /// Does not connect yet.
  ///
  /// - Throws: `CrossdockError` (`badConfiguration`) when the URL is wrong or the client's certificate does not load.
  package init(_ configuration: HTTPClientConfiguration) throws(CrossdockError) {
    url = try HTTPURL(configuration.url)
    self.configuration = configuration
    guard let client = Self.create(configuration, url) else {
      throw CrossdockError(
        "set up TLS", at: configuration.certificateFile ?? configuration.url,
        reason: "client certificate and key cannot be loaded",
        hint: "both must be readable PEM files that belong together",
        exitCode: .badConfiguration)
    }
    self.client = client
  }

  deinit { crossdock_http_client_free(client) }

  /// Ends a request under way (one that is still connecting: at its timeout) and refuses every later one.
  package func stop() {
    crossdock_http_client_stop(client)
  }

  package func get(
    _ path: String, headers: [(name: String, value: String)] = []
  ) throws(CrossdockError) -> HTTPResult {
    try send("GET", path, headers: headers, body: [])
  }

  package func post(
    _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8], contentType: String
  ) throws(CrossdockError) -> HTTPResult {
    try send("POST", path, headers: headers + [("Content-Type", contentType)], body: body)
  }

  /// - Parameter path: from the root, with its query, percent-encoded.
  /// - Throws: `CrossdockError` when there is no complete answer. Answers of any status are results.
  package func send(
    _ method: String, _ path: String, headers: [(name: String, value: String)], body: [UInt8]
  ) throws(CrossdockError) -> HTTPResult {
    var all = headers
    if let token = configuration.token { all.append(("Authorization", "Bearer \(token)")) }
    if method == "POST", body.isEmpty { all.append(("Content-Length", "0")) }
    precondition(path.hasPrefix("/"), "HTTPClient: a path begins with /")
    for header in all {
      precondition(header.value.utf8.allSatisfy { $0 >= 0x20 }, "HTTPClient: control character in \(header.name)")
    }
    guard let response = exchange(method, url.prefix + path, all, body) else {
      throw CrossdockError(
        "send \(method) \(path)", at: configuration.url, reason: "no memory", isRetryable: true)
    }
    defer { crossdock_http_response_free(response) }
    let error = crossdock_http_response_error(response)
    guard error == CROSSDOCK_HTTP_OK else {
      throw failure(error, String(cString: crossdock_http_response_detail(response)), "\(method) \(path)")
    }
    return result(response)
  }

  private func result(_ response: OpaquePointer) -> HTTPResult {
    func header(_ name: String) -> String? {
      crossdock_http_response_header(response, name).map { String(cString: $0) }
    }
    var size = 0
    let body = crossdock_http_response_body(response, &size)
    return HTTPResult(
      status: Int(crossdock_http_response_status(response)), retryAfterS: header("Retry-After").flatMap(Int.init),
      cursor: header("Crossdock-Cursor"), body: Array(UnsafeRawBufferPointer(start: body, count: size)))
  }

  private func exchange(
    _ method: String, _ target: String, _ headers: [(name: String, value: String)], _ body: [UInt8]
  ) -> OpaquePointer? {
    // One arena of zero-terminated texts, and pointers into it.
    var arena: [CChar] = []
    var offsets: [Int] = []
    for text in headers.map(\.name) + headers.map(\.value) {
      offsets.append(arena.count)
      arena.append(contentsOf: text.utf8CString)
    }
    return arena.withUnsafeBufferPointer { arena in
      let texts = offsets.map { offset in arena.baseAddress.map { $0 + offset } }
      return texts.withUnsafeBufferPointer { texts in
        body.withUnsafeBytes {
          crossdock_http_send(
            client, method, target, texts.baseAddress, texts.baseAddress.map { $0 + headers.count }, headers.count,
            $0.baseAddress, $0.count)
        }
      }
    }
  }

  private static func create(_ configuration: HTTPClientConfiguration, _ url: HTTPURL) -> OpaquePointer? {
    func withText<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
      if let text { text.withCString(body) } else { body(nil) }
    }
    return url.host.withCString { host in
      withText(configuration.caFile) { ca in
        withText(configuration.certificateFile) { certificate in
          withText(configuration.keyFile) { key in
            var options = crossdock_http_options()
            options.host = host
            options.port = Int32(url.port)
            options.tls = url.isSecure ? 1 : 0
            options.ca_file = ca
            options.cert_file = certificate
            options.key_file = key
            options.connect_timeout_ms = configuration.connectTimeoutMs
            options.read_timeout_ms = configuration.readTimeoutMs
            options.write_timeout_ms = configuration.writeTimeoutMs
            options.max_body = configuration.maxBodyBytes
            return crossdock_http_client_new(&options)
          }
        }
      }
    }
  }
}

import CMicrohttpd

/// One request from its request line to its answer. Owned by libmicrohttpd's request state; lives on the server's thread.
final class PendingRequest {
  let connection: OpaquePointer
  let target: RequestTarget?
  var request: HTTPRequest?
  var route: HTTPRoute?
  /// Decided by the headers: the body is read, thrown away, and this is sent.
  var refusal: HTTPResponse?
  var maxBodyBytes = 0
  var discardedBytes = 0
  var wait: HTTPResponse.Wait?

  init(connection: OpaquePointer, target: String) {
    self.connection = connection
    self.target = RequestTarget(target)
  }

  var hasHeaders: Bool { request != nil || refusal != nil }

  static func headers(of connection: OpaquePointer) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    withUnsafeMutablePointer(to: &headers) { list in
      crossdock_mhd_each_header(
        connection,
        { list, name, value in
          guard let list, let name, let value else { return }
          list.assumingMemoryBound(to: [(name: String, value: String)].self).pointee.append(
            (String(cString: name), String(cString: value)))
        }, list)
    }
    return headers
  }
}

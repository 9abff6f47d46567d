package import JSONText

/// What a handler answers.
package struct HTTPResponse: Sendable {
  /// The connection is put aside; the handler is called again when the token is woken or at the deadline.
  package struct Wait: Sendable, Equatable {
    /// CLOCK_BOOTTIME.
    package var untilNs: Int64
    package var token: String
  }

  package var status: Int
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
  package var wait: Wait?

  package init(
    status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    contentType: String? = nil
  ) {
    self.status = status
    self.headers = contentType.map { headers + [("Content-Type", $0)] } ?? headers
    self.body = body
  }

  /// A JSON object.
  package static func json(
    _ status: Int = 200, headers: [(name: String, value: String)] = [], _ members: (inout JSONWriter) -> Void
  ) -> HTTPResponse {
    var json = JSONWriter()
    json.object(members)
    return HTTPResponse(
      status: status, headers: headers, body: json.bytes + [0x0A], contentType: "application/json")
  }

  package static func text(
    _ status: Int = 200, _ text: String, contentType: String = "text/plain; charset=utf-8"
  ) -> HTTPResponse {
    HTTPResponse(status: status, body: Array(text.utf8), contentType: contentType)
  }

  /// `{"error":…,"hint":…}`
  package static func error(
    _ status: Int, _ error: String, hint: String = "", headers: [(name: String, value: String)] = []
  ) -> HTTPResponse {
    json(status, headers: headers) {
      $0.member("error", error)
      $0.member("hint", hint)
    }
  }

  /// Long poll. Nothing is missed between a handler's look at the data and its wait: wakes are handled on the same thread,
  /// after it. A deadline that is past is an error of the handler: compare with `request.nowNs` first.
  package static func wait(untilNs: Int64, for token: String = "") -> HTTPResponse {
    var response = HTTPResponse(status: 204)
    response.wait = Wait(untilNs: untilNs, token: token)
    return response
  }
}

/// One request, read whole. Bodies are the caller's data and never go into logs.
package struct HTTPRequest: Sendable {
  package var method: HTTPMethod
  /// As sent, without the query, still percent-encoded.
  package var path: String
  /// The values of the route's `{name}` components, percent-decoded.
  package var parameters: [String: String]
  /// Percent-decoded, `+` is a space; the last value of a name that comes twice.
  package var query: [String: String]
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
  /// CLOCK_BOOTTIME when the request was complete.
  package var arrivedNs: Int64
  /// CLOCK_BOOTTIME of this call of the handler; later than `arrivedNs` after a `.wait`.
  package var nowNs: Int64

  package init(
    method: HTTPMethod, path: String, parameters: [String: String] = [:], query: [String: String] = [:],
    headers: [(name: String, value: String)] = [], body: [UInt8] = [], arrivedNs: Int64 = 0, nowNs: Int64 = 0
  ) {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.query = query
    self.headers = headers
    self.body = body
    self.arrivedNs = arrivedNs
    self.nowNs = nowNs
  }

  /// The first value of a header, whatever the case of its name.
  package func header(_ name: String) -> String? {
    headers.first { HTTPRequest.isSame($0.name, name) }?.value
  }

  static func isSame(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lowercase($0) == lowercase($1) }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}

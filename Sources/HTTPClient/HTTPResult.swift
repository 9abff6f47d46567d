/// An answer, whatever its status.
package struct HTTPResult: Sendable {
  package var status: Int
  /// `Retry-After` when it is a number of seconds.
  package var retryAfterS: Int?
  /// `Crossdock-Cursor`
  package var cursor: String?
  package var body: [UInt8]

  package init(status: Int, retryAfterS: Int? = nil, cursor: String? = nil, body: [UInt8] = []) {
    self.status = status
    self.retryAfterS = retryAfterS
    self.cursor = cursor
    self.body = body
  }

  package var isSuccess: Bool { (200..<300).contains(status) }
}

import Testing

@testable import Uplink

struct UplinkAnswerTests {
  private func read(_ status: Int, _ body: String = "", retryAfter: String? = nil) -> UplinkAnswer {
    UplinkAnswer.reading(status: status, retryAfter: retryAfter, body: Array(body.utf8))
  }

  @Test func statusesBecomeWhatTheUplinkDoes() {
    #expect(read(200, #"{"watermark":9,"written":3}"#) == .accepted(watermark: 9, written: 3))
    #expect(read(409, #"{"expected":10,"watermark":9}"#) == .conflict(watermark: 9))
    #expect(read(409, #"{"expected":10}"#) == .conflict(watermark: 9))
    #expect(read(413) == .tooLarge)
    #expect(read(422, #"{"error":"body is no JSON"}"#) == .refused(status: 422, reason: "body is no JSON"))
    #expect(read(400) == .refused(status: 400, reason: ""))
    for status in [301, 401, 403, 404, 405, 409, 415, 426] {
      guard case .misconfigured(status, _) = read(status) else {
        Issue.record("\(status)")
        continue
      }
    }
    for status in [408, 425, 429, 500, 502, 503, 504] {
      #expect(read(status) == .later(status: status, retryAfterMs: nil, reason: ""))
    }
  }

  @Test func retryAfterIsReadInSecondsAndADateCountsAsAbsent() {
    #expect(read(429, retryAfter: "7") == .later(status: 429, retryAfterMs: 7000, reason: ""))
    #expect(read(503, retryAfter: " 0 ") == .later(status: 503, retryAfterMs: 0, reason: ""))
    #expect(read(503, retryAfter: "-5") == .later(status: 503, retryAfterMs: 0, reason: ""))
    #expect(
      read(503, retryAfter: "Fri, 31 Dec 2027 23:59:59 GMT") == .later(status: 503, retryAfterMs: nil, reason: ""))
    #expect(
      read(503, retryAfter: "9223372036854775807") == .later(status: 503, retryAfterMs: 4_294_967_296_000, reason: ""))
  }

  @Test(arguments: [
    "", "OK", "{}", #"{"watermark":-1,"written":1}"#, #"{"watermark":1.5,"written":1}"#,
    #"{"watermark":"1","written":1}"#,
    #"{"watermark":1}"#, #"{"watermark":1,"written":-1}"#, #"{"watermark":1e300,"written":1}"#, "[1]",
  ])
  func senselessSuccessIsNoAnswer(body: String) {
    guard case .noAnswer = read(200, body) else {
      Issue.record("taken for an answer: \(body)")
      return
    }
  }

  @Test func reasonOfTheDestinationIsPrintableAndShort() {
    let long = String(repeating: "x", count: 1000)
    #expect(read(400, #"{"error":"\#(long)"}"#) == .refused(status: 400, reason: String(long.prefix(200))))
    #expect(read(400, #"{"error":"a\nb\u001b[31m"}"#) == .refused(status: 400, reason: "a b [31m"))
  }
}

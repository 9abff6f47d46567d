import Testing

@testable import Uplink

struct UplinkAnswerTests {
  private func read(_ status: Int, _ body: String = "", retryAfterS: Int? = nil) -> UplinkAnswer {
    UplinkAnswer.reading(status: status, retryAfterS: retryAfterS, body: Array(body.utf8))
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

  @Test func retryAfterIsBoundedOnBothSides() {
    #expect(read(429, retryAfterS: 7) == .later(status: 429, retryAfterMs: 7000, reason: ""))
    #expect(read(503, retryAfterS: -5) == .later(status: 503, retryAfterMs: 0, reason: ""))
    #expect(read(503, retryAfterS: .max) == .later(status: 503, retryAfterMs: 4_294_967_296_000, reason: ""))
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

internal import JSONText

/// What the destination said to one request, reduced to what the uplink does about it.
package enum UplinkAnswer: Sendable, Equatable {
  /// 200: durable up to the watermark; so many records of this request were written.
  case accepted(watermark: UInt64, written: Int)
  /// 409: the segment does not follow the destination's watermark.
  case conflict(watermark: UInt64)
  /// 413
  case tooLarge
  /// 400, 422: these records, and they will be refused again.
  case refused(status: Int, reason: String)
  /// 401, 403, 404 and other answers that an operator has to do something about.
  case misconfigured(status: Int, reason: String)
  /// 408, 425, 429, 5xx: later.
  case later(status: Int, retryAfterMs: Int64?, reason: String)
  /// No answer, or one that makes no sense.
  case noAnswer(reason: String)

  static let maxReasonBytes = 200

  /// - Parameters:
  ///   - retryAfterS: `Retry-After` in seconds (RFC 9110 §10.2.3); a date there counts as absent.
  ///   - body: at most a few hundred bytes are looked at.
  package static func reading(status: Int, retryAfterS: Int?, body: [UInt8]) -> UplinkAnswer {
    switch status {
    case 200, 201, 204: return accepted(body)
    case 409:
      guard let watermark = watermark(body) else {
        return .misconfigured(status: 409, reason: "the answer has no watermark")
      }
      return .conflict(watermark: watermark)
    case 413: return .tooLarge
    case 400, 422: return .refused(status: status, reason: reason(body))
    case 408, 425, 429, 500...599:
      // 501 and 505 will not change by waiting, but waiting is all that can be done, and it is shown.
      let retryAfterMs = retryAfterS.map { Int64(max(0, min($0, 1 << 32))) * 1000 }
      return .later(status: status, retryAfterMs: retryAfterMs, reason: reason(body))
    default: return .misconfigured(status: status, reason: reason(body))
    }
  }

  /// The answer to a report of heads: its body is not needed.
  package static func readingHeads(status: Int, retryAfterS: Int?, body: [UInt8]) -> UplinkAnswer {
    if (200...204).contains(status) { return .accepted(watermark: 0, written: 0) }
    return reading(status: status, retryAfterS: retryAfterS, body: body)
  }

  private static func accepted(_ body: [UInt8]) -> UplinkAnswer {
    guard let json = try? JSONValue.parse(body), let watermark = json["watermark"]?.integer, watermark >= 0,
      let written = json["written"]?.integer, written >= 0
    else { return .noAnswer(reason: "an answer of 200 without watermark and written: is this crossdock-central?") }
    return .accepted(watermark: UInt64(watermark), written: written)
  }

  private static func watermark(_ body: [UInt8]) -> UInt64? {
    guard let json = try? JSONValue.parse(body) else { return nil }
    if let watermark = json["watermark"]?.integer, watermark >= 0 { return UInt64(watermark) }
    if let expected = json["expected"]?.integer, expected >= 1 { return UInt64(expected) - 1 }
    return nil
  }

  /// The destination's own words, where it sent `{"error": …}` as crossdock-central does; printable and short.
  private static func reason(_ body: [UInt8]) -> String {
    guard body.count <= 65_536, let json = try? JSONValue.parse(body), let text = json["error"]?.string else {
      return ""
    }
    let printable = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : String($0) }.joined()
    return String(decoding: printable.utf8.prefix(maxReasonBytes), as: UTF8.self)
  }
}

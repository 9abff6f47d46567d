// Segments of a file on their way to a destination, as an uplink would send them: the same requests, the same answers. It sends each
// once and says what became of it; a segment that the destination has already changes nothing there.
package import Records
package import Segments

package final class SegmentDelivery {
  package enum Outcome: Sendable, Equatable {
    /// Durable there; so many records were new.
    case taken(written: Int, watermark: UInt64)
    /// The destination has less than what the segment follows: what lies between is not in this file.
    case ahead(watermark: UInt64)
  }

  private let destination: UplinkDestination
  private let pause: (Int64) -> Void
  private var connection: UplinkConnection?
  private var agent = ""
  /// Answers "later", and no answers, in a row.
  private static let maxTries = 5
  private static let pauseMs: Int64 = 500
  private static let maxPauseMs: Int64 = 30_000

  /// - Parameter pause: waits so many milliseconds.
  package init(_ destination: UplinkDestination, pause: @escaping (Int64) -> Void) {
    self.destination = destination
    self.pause = pause
  }

  /// - Throws: exit code 69 when the destination is not there, 78 when it does not let us in, 65 when it refuses the records.
  package func send(_ segment: [UInt8], _ header: SegmentHeader) throws(CrossdockError) -> Outcome {
    if connection == nil || agent != header.agent {
      agent = header.agent
      connection = try UplinkConnection(destination, agent: agent)
    }
    guard let connection else { preconditionFailure("SegmentDelivery: no connection") }
    var tries = 0
    while true {
      tries += 1
      switch connection.post(segment, stream: header.stream) {
      case .accepted(let watermark, let written): return .taken(written: written, watermark: watermark)
      case .conflict(let watermark): return .ahead(watermark: watermark)
      case .tooLarge: return try sendInHalves(segment, header)
      case .refused(let status, let reason):
        throw failure(
          "it refuses records \(header.first) to \(header.last) of \(header.stream) (\(status)): \(reason)", .badInput)
      case .misconfigured(let status, let reason):
        let hint = status == 401 || status == 403 ? "check --token-file" : "is this crossdock-central?"
        throw failure("it answers \(status): \(reason)", .badConfiguration, hint: hint)
      case .later(let status, let retryAfterMs, let reason):
        guard tries < Self.maxTries else { throw failure("it answers \(status): \(reason)", .unavailable) }
        pause(min(retryAfterMs ?? Self.pauseMs << Int64(tries), Self.maxPauseMs))
      case .noAnswer(let reason):
        guard tries < Self.maxTries else { throw failure(reason, .unavailable) }
        pause(Self.pauseMs << Int64(tries - 1))
      }
    }
  }

  /// The destination takes smaller segments only.
  private func sendInHalves(_ segment: [UInt8], _ header: SegmentHeader) throws(CrossdockError) -> Outcome {
    let records = try SegmentDecoder.decode(segment).records
    guard records.count > 1 else {
      throw failure("record \(header.first) of \(header.stream) is too large for it", .badInput)
    }
    let middle = records.count / 2
    var (written, follows) = (0, header.follows)
    var last = Outcome.taken(written: 0, watermark: 0)
    for half in [records[..<middle], records[middle...]] {
      let part = try SegmentEncoder.encode(
        Array(half), agent: header.agent, epoch: header.epoch, stream: header.stream, streamClass: header.streamClass,
        bodyFormat: header.bodyFormat, follows: follows)
      last = try send(part, try SegmentDecoder.header(of: part))
      guard case .taken(let count, let watermark) = last else { return last }
      written += count
      last = .taken(written: written, watermark: watermark)
      follows = half.last?.sequence ?? follows
    }
    return last
  }

  private func failure(_ reason: String, _ code: ExitCode, hint: String = "") -> CrossdockError {
    CrossdockError("send the segments", at: destination.url, reason: reason, hint: hint, exitCode: code)
  }
}

internal import Configuration
internal import HTTPClient
internal import JSONText
internal import Records

/// The requests of an uplink over one kept connection.
struct UplinkConnection {
  /// Request line, headers and the answer, about: what a request costs beside its body.
  static let overheadBytes = 400
  private static let connectTimeoutMs: Int64 = 10_000
  /// Answers are a line of JSON.
  private static let maxAnswerBytes = 64 << 10

  let client: HTTPClient
  private let agent: String

  init(_ destination: UplinkDestination, agent: String) throws(CrossdockError) {
    var configuration = HTTPClientConfiguration(url: destination.url)
    configuration.token = destination.token?.reveal()
    configuration.caFile = destination.tls?.caFile
    configuration.certificateFile = destination.tls?.certFile
    configuration.keyFile = destination.tls?.keyFile
    let timeoutMs = destination.limits.timeoutMs
    configuration.connectTimeoutMs = Int32(clamping: min(timeoutMs, Self.connectTimeoutMs))
    configuration.readTimeoutMs = Int32(clamping: timeoutMs)
    configuration.writeTimeoutMs = Int32(clamping: timeoutMs)
    configuration.maxBodyBytes = Self.maxAnswerBytes
    client = try HTTPClient(configuration)
    self.agent = agent
  }

  /// Agents and streams have names that need no escapes in a path.
  func post(_ segment: [UInt8], stream: String) -> UplinkAnswer {
    request("/v1/streams/\(stream)/segments", segment, "application/vnd.crossdock.segment") {
      UplinkAnswer.reading(status: $0.status, retryAfterS: $0.retryAfterS, body: $0.body)
    }
  }

  /// `{"epoch":"1-…","streams":{"vibration":123}}`
  func reportHeads(_ heads: [(stream: String, last: UInt64)], epoch: Epoch) -> UplinkAnswer {
    var json = JSONWriter()
    json.object { json in
      json.member("epoch", epoch.description)
      json.member("streams", object: { json in for head in heads { json.member(head.stream, head.last) } })
    }
    return request("/v1/agents/\(agent)/heads", json.bytes, "application/json") {
      UplinkAnswer.readingHeads(status: $0.status, retryAfterS: $0.retryAfterS, body: $0.body)
    }
  }

  private func request(
    _ path: String, _ body: [UInt8], _ contentType: String, _ read: (HTTPResult) -> UplinkAnswer
  ) -> UplinkAnswer {
    do throws(CrossdockError) {
      return read(try client.post(path, body: body, contentType: contentType))
    } catch {
      return .noAnswer(reason: error.hint.isEmpty ? error.reason : "\(error.reason); \(error.hint)")
    }
  }
}

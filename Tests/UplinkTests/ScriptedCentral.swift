import Fixtures
import Foundation
import HTTPServer
import Records
import Segments

/// A destination that keeps the push contract in memory, with faults put in by a script: one behaviour a segment, then the
/// contract again. Served by the real server, decoded by the real decoder.
///
/// `@unchecked Sendable` because everything behind `lock` is used under it only.
final class ScriptedCentral: @unchecked Sendable {
  enum Behaviour {
    case contract
    case status(Int, retryAfterS: Int? = nil)
    /// Applies the segment; the answer never comes: the client times out.
    case loseAnswer
    /// Applies the segment and says that it wrote one record less.
    case countOneLess
  }

  struct Received {
    var sequences: [UInt64] = []
    var watermark: UInt64 = 0
    var gaps: [ClosedRange<UInt64>] = []
    var head: UInt64 = 0
  }

  private let lock = NSLock()
  private var script: [Behaviour]
  private var streams: [String: Received] = [:]
  private var seenEpochs: Set<Epoch> = []
  private var order: [String] = []
  private var bodyBytes = 0
  private var posts = 0
  private var segmentTimesNs: [Int64] = []
  private var lost: Set<Int64> = []
  /// Segments with more records are answered 413, such with a body that contains the text 422.
  private let maxRecords: Int
  private let poison: [UInt8]?
  private var server: HTTPServer!
  private let claim: LoopbackPort
  private var port: UInt16 { claim.number }

  init(_ script: [Behaviour] = [], maxRecords: Int = .max, poison: String? = nil, token: String? = nil) throws {
    self.script = script
    self.maxRecords = maxRecords
    self.poison = poison.map { Array($0.utf8) }
    claim = try LoopbackPort()
    try listen(token: token)
  }

  func listen(token: String? = nil) throws {
    var configuration = HTTPServerConfiguration(listen: "127.0.0.1:\(port)")
    configuration.token = token.flatMap { BearerToken($0.utf8) }
    configuration.maxBodyBytes = SegmentLimits.maxSegmentBytes
    server = try HTTPServer(
      configuration,
      routes: [
        HTTPRoute(.post, "/v1/streams/{stream}/segments") { [unowned self] in segment($0) },
        HTTPRoute(.post, "/v1/agents/{agent}/heads") { [unowned self] in heads($0) },
      ])
  }

  func stop() { server.stop() }

  var url: String { "http://127.0.0.1:\(port)" }
  func received(_ stream: String) -> Received { lock.withLock { streams[stream] ?? Received() } }
  var epochs: Set<Epoch> { lock.withLock { seenEpochs } }
  /// Stream names in the order of accepted segments.
  var acceptedOrder: [String] { lock.withLock { order } }
  var requests: Int { lock.withLock { posts } }
  var arrivals: (bytes: Int, timesNs: [Int64]) { lock.withLock { (bodyBytes, segmentTimesNs) } }

  private func segment(_ request: HTTPRequest) -> HTTPResponse {
    lock.withLock {
      if lost.contains(request.arrivedNs) { return .text(500, "too late") }
      posts += 1
      bodyBytes += request.body.count
      segmentTimesNs.append(request.arrivedNs)
      switch script.isEmpty ? .contract : script.removeFirst() {
      case .contract: return apply(request.body)
      case .status(let status, let retryAfterS):
        return .error(status, "scripted", headers: retryAfterS.map { [("Retry-After", String($0))] } ?? [])
      case .loseAnswer:
        _ = apply(request.body)
        lost.insert(request.arrivedNs)
        return .wait(untilNs: request.nowNs + 60_000_000_000)
      case .countOneLess: return apply(request.body, countLess: 1)
      }
    }
  }

  private func apply(_ body: [UInt8], countLess: Int = 0) -> HTTPResponse {
    guard let (header, records) = try? SegmentDecoder.decode(body) else { return .error(400, "no segment") }
    var state = streams[header.stream] ?? Received()
    guard header.follows == state.watermark else {
      return .text(409, #"{"expected":\#(state.watermark + 1),"watermark":\#(state.watermark)}"#)
    }
    if header.count > maxRecords { return .error(413, "too many") }
    if let poison, records.contains(where: { $0.body.contains(poison) }) { return .error(422, "refused") }
    seenEpochs.insert(header.epoch)
    if let gap = header.declaredGap { state.gaps.append(gap) }
    state.sequences += records.map(\.sequence)
    state.watermark = header.last
    streams[header.stream] = state
    order.append(header.stream)
    return .text(200, #"{"watermark":\#(state.watermark),"written":\#(header.count - countLess)}"#)
  }

  private func heads(_ request: HTTPRequest) -> HTTPResponse {
    guard request.parameters["agent"] == "dock-7",
      let json = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any],
      let epoch = json["epoch"] as? String, Epoch(epoch) != nil, let heads = json["streams"] as? [String: UInt64]
    else { return .error(400, "no heads") }
    lock.withLock { for (stream, head) in heads { streams[stream, default: Received()].head = head } }
    return .text(200, "{}")
  }
}

extension Array where Element == UInt8 {
  fileprivate func contains(_ part: [UInt8]) -> Bool {
    count >= part.count && (0...(count - part.count)).contains { self[$0..<($0 + part.count)].elementsEqual(part) }
  }
}

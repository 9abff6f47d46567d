import Foundation
import HTTPClient
import HTTPServer
import JSONText
import Logging
import Records
import SQLite
import Segments
import Synchronization

@testable import CentralService

/// A folder that is gone after the test.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "crossdock-central-" + UUID().uuidString
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// An agent that pushes: the records of a stream are a function of their sequence.
struct PushingAgent {
  var name = "dock-7"
  var epoch = Epoch(counter: 1, high: 1, low: 1)
  var stream = "scans"
  var client: HTTPClient

  func record(_ sequence: UInt64, text: String = "") -> StoredRecord {
    StoredRecord(
      sequence: sequence, source: "hall/\(sequence % 3)", eventTimeNs: 1_700_000_000_000_000_000 + Int64(sequence),
      ingestTimeNs: 1_700_000_000_100_000_000, monotonicNs: Int64(sequence), boot: 1,
      flags: sequence % 2 == 0 ? [.retained] : [], body: Array("{\"n\":\(sequence),\"t\":\"\(text)\"}".utf8))
  }

  func segment(
    _ range: ClosedRange<UInt64>, follows: UInt64, text: String = "", format: BodyFormat = .json
  ) throws -> [UInt8] {
    try SegmentEncoder.encode(
      range.map { record($0, text: text) }, agent: name, epoch: epoch, stream: stream, streamClass: .scan,
      bodyFormat: format, follows: follows)
  }

  @discardableResult
  func push(_ range: ClosedRange<UInt64>, follows: UInt64? = nil, text: String = "") throws -> HTTPResult {
    try post(try segment(range, follows: follows ?? range.lowerBound - 1, text: text))
  }

  @discardableResult
  func post(_ segment: [UInt8]) throws -> HTTPResult {
    try client.post("/v1/streams/\(stream)/segments", body: segment, contentType: "application/vnd.crossdock.segment")
  }
}

/// A central in this process and an agent connected to it.
struct RunningCentral {
  let folder = TemporaryFolder()
  let service: CentralService
  let agent: PushingAgent

  init() throws {
    var log = Logger(label: "test")
    log.logLevel = .critical
    service = try CentralService(dataFolder: folder.path, server: HTTPServerConfiguration(), log: log)
    agent = PushingAgent(client: try HTTPClient(HTTPClientConfiguration(url: "http://\(service.address)")))
  }

  func pull(_ query: String) throws -> HTTPResult { try agent.client.get("/v1/changes?\(query)") }
}

extension HTTPResult {
  var json: JSONValue? { try? JSONValue.parse(body) }
  var lines: [JSONValue] { body.split(separator: 0x0A).compactMap { try? JSONValue.parse(Array($0)) } }
  var sequences: [Int] { lines.compactMap { $0["sequence"]?.integer } }
}

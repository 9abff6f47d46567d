import Foundation
import HTTPClient
import HTTPServer
import JSONText
import Logging
import Records
import SQLite
import Segments
import Testing

@testable import CentralService

@Suite struct PushTests {
  @Test func aSegmentIsWrittenOnce() throws {
    let central = try RunningCentral()
    for written in [10, 0] {
      let result = try central.agent.push(1...10)
      #expect(result.status == 200 && result.json?["watermark"]?.integer == 10)
      #expect(result.json?["written"]?.integer == written)
    }
    #expect(try central.agent.push(6...14, follows: 5).json?["written"]?.integer == 4)
    #expect(try central.pull("stream=scans").sequences == Array(1...14))
  }

  @Test func aSegmentThatFollowsSomethingUnknownIsAConflict() throws {
    let central = try RunningCentral()
    try central.agent.push(1...3)
    let result = try central.agent.push(6...8, follows: 5)
    #expect(result.status == 409)
    #expect(result.json?["expected"]?.integer == 4 && result.json?["watermark"]?.integer == 3)
    #expect(try central.pull("stream=scans").sequences == [1, 2, 3])
  }

  @Test func aDeclaredGapIsNotMissing() throws {
    let central = try RunningCentral()
    try central.agent.push(1...3)
    #expect(try central.agent.push(10...12, follows: 3).json?["watermark"]?.integer == 12)
    let empty = try SegmentEncoder.encode(
      [], agent: "dock-7", epoch: central.agent.epoch, stream: "scans", streamClass: .scan, bodyFormat: .json,
      follows: 12, first: 21)
    #expect(try central.agent.post(empty).json?["watermark"]?.integer == 20)
    let account = try central.agent.client.get("/v1/account").json
    #expect(account?["expected"]?.integer == 6 && account?["missing"]?.integer == 0)
    #expect(
      account?["streams"]?[0]?["dropped"]?.integer == 14 && account?["streams"]?[0]?["gaps_declared"]?.integer == 2)
    // What was declared dropped stays so, and repeating it is no contradiction.
    #expect(try central.agent.push(9...13, follows: 8).json?["written"]?.integer == 0)
  }

  @Test func otherContentsForAStoredIdentityAreRefusedAndCounted() throws {
    let central = try RunningCentral()
    try central.agent.push(1...10)
    let result = try central.agent.push(8...12, follows: 7, text: "other")
    #expect(result.status == 422)
    #expect(String(decoding: result.body, as: UTF8.self).contains("sequence 8"))
    let account = try central.agent.client.get("/v1/account").json
    #expect(account?["records"]?.integer == 10 && account?["streams"]?[0]?["segments_refused"]?.integer == 1)
    #expect(try central.pull("stream=scans").lines.allSatisfy { $0["body"]?["t"]?.string == "" })
  }

  @Test func epochsAreStreamsOfTheirOwn() throws {
    let central = try RunningCentral()
    var second = central.agent
    second.epoch = Epoch(counter: 2, high: 9, low: 9)
    try central.agent.push(1...5)
    #expect(try second.push(1...2, text: "after restore").json?["written"]?.integer == 2)
    #expect(try central.agent.client.get("/v1/agents").json?["agents"]?.array?.count == 2)
  }

  @Test func headsTellWhatIsMissing() throws {
    let central = try RunningCentral()
    try central.agent.push(1...5)
    let body = Array("{\"epoch\":\"\(central.agent.epoch)\",\"streams\":{\"scans\":8,\"alerts\":2}}".utf8)
    let result = try central.agent.client.post("/v1/agents/dock-7/heads", body: body, contentType: "application/json")
    #expect(result.json?["watermarks"]?["scans"]?.integer == 5 && result.json?["watermarks"]?["alerts"]?.integer == 0)
    #expect(try central.agent.client.get("/v1/account").json?["missing"]?.integer == 5)
    for wrong in [
      "", "[]", "{\"epoch\":\"x\",\"streams\":{}}", "{\"epoch\":\"\(central.agent.epoch)\",\"streams\":{\"a/b\":1}}",
    ] {
      let answer = try central.agent.client.post(
        "/v1/agents/dock-7/heads", body: Array(wrong.utf8), contentType: "application/json")
      #expect(answer.status == 400)
    }
  }

  @Test func hostileSegmentsAreRefusedAndNothingIsWritten() throws {
    let central = try RunningCentral()
    let agent = central.agent
    let good = try agent.segment(1...5, follows: 0)
    #expect(try agent.post([]).status == 415)
    #expect(try agent.post(Array("{}".utf8)).status == 415)
    #expect(try agent.post(Array(good.dropLast(3))).status == 400)
    var broken = good
    broken[60] = 0xFF
    #expect(try agent.post(broken).status == 400)
    broken = good
    broken[8] = 2
    #expect(try agent.post(broken).status == 415)
    let other = try agent.client.post("/v1/streams/alerts/segments", body: good, contentType: "x/y")
    #expect(other.status == 400)
    let huge = [UInt8](repeating: 0, count: SegmentLimits.maxSegmentBytes + 1)
    #expect(try agent.post(huge).status == 413)
    // A body that would forge a line of NDJSON.
    var record = agent.record(1)
    record.body = Array("1,\"agent\":\"dock-8\"".utf8)
    let forged = try SegmentEncoder.encode(
      [record], agent: "dock-7", epoch: agent.epoch, stream: "scans", streamClass: .scan, bodyFormat: .json, follows: 0)
    #expect(try agent.post(forged).status == 400)
    #expect(try agent.client.get("/v1/account").json?["records"]?.integer == 0)
    #expect(try agent.post(good).json?["written"]?.integer == 5)
    let bytes = try agent.segment(6...7, follows: 5, format: .bytes)
    #expect(try agent.post(bytes).status == 422)
  }

  @Test func aSecondCentralOnTheFolderIsRefused() throws {
    let central = try RunningCentral()
    let path = central.folder.path
    #expect {
      _ = try CentralService(dataFolder: path, server: HTTPServerConfiguration(), log: Logger(label: "test"))
    } throws: {
      ($0 as? CrossdockError)?.reason.contains("already in use") == true
    }
  }
}

@Test func jsonShapesAreToldApart() {
  for text in [
    "1", "-0.5e+3", "\"a\\u00e9\\n\"", " {\"a\":[1,{},[],{\"b\":null}],\"c\":true} ", "[[1],[2,3]]", "false",
  ] {
    #expect(JSONShape.isValid(Array(text.utf8)), "\(text)")
  }
  for text in [
    "", "{", "}", "[1,]", "{\"a\":}", "{\"a\" 1}", "{,}", "[1 2]", "01", "1.", "-", "+1", "1,2", "\"a", "\"\u{1}\"",
    "\"\\x\"",
    "nul", "{\"a\":1}}", "[1]]", "{a:1}", "\"\\u12g4\"",
  ] {
    #expect(!JSONShape.isValid(Array(text.utf8)), "\(text)")
  }
  #expect(!JSONShape.isValid([0x22, 0xFF, 0x22]))
  #expect(!JSONShape.isValid([UInt8](repeating: 0x5B, count: 1_000_000)))
}
